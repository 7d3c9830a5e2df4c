"""Grants and projects through the API, to read."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.access import FUNDERS, GRANTEES
from accounts.api_access import Guarded
from accounts.filters import ApiForm
from grants import texts
from grants.filters import GrantFilter
from grants.models import Grant, GrantQuerySet, Project
from grants.serializers import GrantSerializer, ProjectSerializer


class ApiGrantFilter(GrantFilter):
    """The filters of the page; order is that of the pages (by number), so it cannot be chosen."""

    sort = None  # type: ignore[assignment]

    class Meta(GrantFilter.Meta):
        form = ApiForm


class ProjectFilter(FilterSet):  # type: ignore[misc]
    """What is withheld from a title must not be guessed either: half a postcode finds nothing."""

    search = CharFilter(method="found", max_length=200, label=gettext_lazy("In the title"))

    class Meta:
        model = Project
        fields: list[str] = []
        form = ApiForm

    def found(self, projects: QuerySet[Project], name: str, text: str) -> QuerySet[Project]:
        if any(texts.part_of_contact(word) for word in [text.strip(), *text.split()]):
            return projects.none()
        return projects.filter(title__icontains=text)


@extend_schema_view(
    list=extend_schema(description="Grants that you may see, a page at a time; removed grants are not among them."),
    retrieve=extend_schema(description="One grant."),
)
class GrantViewSet(Guarded, ReadOnlyModelViewSet[Grant]):
    guard = (*FUNDERS, *GRANTEES)
    queryset = Grant.objects.none()
    serializer_class = GrantSerializer
    filterset_class = ApiGrantFilter

    def get_queryset(self) -> GrantQuerySet:
        visible = Grant.objects.visible_to(self.request.user).select_related("funder", "project")
        return visible.prefetch_related("funder__identifiers", "recipients__identifiers", "locations", "relations")


@extend_schema_view(
    list=extend_schema(description="Projects with a grant that you may see, a page at a time."),
    retrieve=extend_schema(description="One project."),
)
class ProjectViewSet(Guarded, ReadOnlyModelViewSet[Project]):
    guard = (*FUNDERS, *GRANTEES)
    queryset = Project.objects.none()
    serializer_class = ProjectSerializer
    filterset_class = ProjectFilter

    def get_queryset(self) -> QuerySet[Project]:
        visible: Any = Grant.objects.visible_to(self.request.user).order_by("id")
        paid_for = Project.objects.filter(id__in=visible.values("project"))
        return paid_for.prefetch_related(Prefetch("grants", queryset=visible))
