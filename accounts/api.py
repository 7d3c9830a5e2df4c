"""Organisations through the API, to read."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.access import FUNDERS, GRANTEES
from accounts.api_access import Guarded
from accounts.filters import ApiForm
from accounts.models import Alias, Organisation, OrganisationQuerySet
from accounts.serializers import OrganisationSerializer

ROLES = [
    (role.removeprefix("is_"), Organisation._meta.get_field(role).verbose_name)  # type: ignore[union-attr]
    for role in Organisation.ROLES
]


class OrganisationFilter(FilterSet):  # type: ignore[misc]
    search = CharFilter(method="called", max_length=200, label=gettext_lazy("Part of a name or alias"))
    org_id = CharFilter(field_name="identifiers__value", label=gettext_lazy("Organisation identifier"))
    role = ChoiceFilter(choices=ROLES, method="with_role", label=gettext_lazy("Role"))

    class Meta:
        model = Organisation
        fields: list[str] = []
        form = ApiForm

    def called(self, organisations: OrganisationQuerySet, name: str, text: str) -> OrganisationQuerySet:
        aliased = Alias.objects.filter(name__icontains=text).values("organisation")
        return organisations.filter(Q(name__icontains=text) | Q(id__in=aliased))

    def with_role(self, organisations: OrganisationQuerySet, name: str, role: str) -> OrganisationQuerySet:
        return organisations.filter(**{f"is_{role}": True})


@extend_schema_view(
    list=extend_schema(description="Organisations that you may see, a page at a time."),
    retrieve=extend_schema(description="One organisation."),
)
class OrganisationViewSet(Guarded, ReadOnlyModelViewSet[Organisation]):
    guard = (*FUNDERS, *GRANTEES)
    queryset = Organisation.objects.none()
    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilter

    def get_queryset(self) -> OrganisationQuerySet:
        return Organisation.objects.visible_to(self.request.user).prefetch_related("identifiers", "aliases")
