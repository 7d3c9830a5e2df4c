"""Coverage, and where it falls short, through the API, to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import django_filters
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts.access import FUNDERS, SignedIn
from accounts.api_access import Guarded
from accounts.filters import ApiForm
from accounts.models import Person
from priorities import coverage, freshness, running_out, who_funds
from priorities.filters import CoverageFilter, DayFilter, GapFilter, RunningFilter
from priorities.models import Code, Dimension, NeedFigure
from priorities.need_filters import NeedFigureFilter
from priorities.serializers import (
    CodeSerializer,
    GapsSerializer,
    NeedFigureSerializer,
    RunsOutSerializer,
    TableSerializer,
    WhoFundsSerializer,
)

ALSO = ("format",)
"""What the API itself reads is no filter."""


def parameters(filters: type[django_filters.FilterSet]) -> Iterator[OpenApiParameter]:
    """The filters of an address as the API's description tells of them."""
    for name, each in filters.base_filters.items():
        several = isinstance(each, django_filters.MultipleChoiceFilter)
        kind = OpenApiTypes.DATE if isinstance(each, DayFilter) else OpenApiTypes.STR
        choices = [code for code, _label in each.extra.get("choices", ())]
        yield OpenApiParameter(name, kind, many=several, enum=choices or None, description=str(each.label))


BEHIND = OpenApiParameter(
    freshness.BEHIND,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=True,
    enum=["1"],
    description="Only while a very large change is being counted in: the figures are those from before it.",
)


class FiguresViewSet(Guarded, ViewSet):
    """Figures counted from the portfolio in memory, which say when they are from before a very large change."""

    guard = FUNDERS

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        self.headers |= freshness.headers()
        return super().finalize_response(request, response, *args, **kwargs)


class CoverageViewSet(FiguresViewSet):
    @extend_schema(
        description="Money (pence) or grants by any two dimensions; what each parameter leaves out is not filtered.",
        parameters=[*parameters(CoverageFilter), BEHIND],
        responses=TableSerializer,
    )
    def list(self, request: Request) -> Response:
        asked = CoverageFilter(request.query_params, also=ALSO)
        if not asked.is_valid():
            raise ValidationError(_refusals(asked))
        return Response(coverage.table(asked.question).as_dict())


class GapViewSet(FiguresViewSet):
    @extend_schema(
        description="Where coverage falls short of what the group watches, on a day: the strongest kind of each cell, "
        "or, asked for one kind, every cell of it. Which grants owe a report only their own funders are told.",
        parameters=[*parameters(GapFilter), BEHIND],
        responses=GapsSerializer,
    )
    def list(self, request: Request) -> Response:
        asked = GapFilter(request.query_params, also=ALSO)
        if not asked.is_valid():
            raise ValidationError(_refusals(asked))
        return Response(asked.found(cast(Person, request.user)).as_dict())


class RunsOutViewSet(FiguresViewSet):
    @extend_schema(
        description="Whole awards that run on the first of each of the next 24 months, and what ends in each, by area.",
        parameters=[*parameters(RunningFilter), BEHIND],
        responses=RunsOutSerializer,
    )
    def list(self, request: Request) -> Response:
        asked = RunningFilter(request.query_params, also=ALSO)
        if not asked.is_valid():
            raise ValidationError(_refusals(asked))
        return Response(running_out.look(asked.question).as_dict())


class WhoFundsViewSet(FiguresViewSet):
    @extend_schema(
        description="Running money by funder and area, by funder, area and place, and where several fund the same.",
        parameters=[*parameters(RunningFilter), BEHIND],
        responses=WhoFundsSerializer,
    )
    def list(self, request: Request) -> Response:
        asked = RunningFilter(request.query_params, also=ALSO)
        if not asked.is_valid():
            raise ValidationError(_refusals(asked))
        return Response(who_funds.look(asked.question).as_dict())


class CodeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which entries; what is left out is not filtered."""

    dimension = django_filters.ChoiceFilter(choices=Dimension.choices, label=gettext_lazy("List"))
    kind = django_filters.ChoiceFilter(choices=Code.KINDS, label=gettext_lazy("Kind of entry"))
    parent = django_filters.CharFilter(field_name="parent__code", label=gettext_lazy("Code above it"), max_length=40)

    class Meta:
        model = Code
        fields: list[str] = []
        form = ApiForm


@extend_schema_view(
    list=extend_schema(description="The funders' own list and the vocabularies beside it, ended entries included."),
)
class PriorityViewSet(Guarded, ListModelMixin, GenericViewSet[Code]):
    guard = (SignedIn,)
    queryset = Code.objects.select_related("parent")
    serializer_class = CodeSerializer
    filterset_class = CodeFilter


@extend_schema_view(
    list=extend_schema(
        description="Published figures of need: the latest value of each, or each as it was known on a day.",
        parameters=list(parameters(NeedFigureFilter)),
    ),
)
class NeedViewSet(Guarded, ListModelMixin, GenericViewSet[NeedFigure]):
    guard = FUNDERS
    queryset = NeedFigure.objects.standing().select_related("series")
    serializer_class = NeedFigureSerializer
    filterset_class = NeedFigureFilter


def _refusals(asked: django_filters.FilterSet) -> dict[str, Any]:
    return {"" if name == "__all__" else name: list(told) for name, told in asked.errors.items()}
