"""Coverage, and where it falls short, through the API, to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import FUNDERS
from accounts.api_access import Guarded
from priorities import coverage
from priorities.filters import CoverageFilter, DayFilter, GapFilter
from priorities.serializers import GapsSerializer, TableSerializer

ALSO = ("format",)
"""What the API itself reads is no filter."""


def parameters(filters: type[django_filters.FilterSet]) -> Iterator[OpenApiParameter]:
    """The filters of an address as the API's description tells of them."""
    for name, each in filters.base_filters.items():
        several = isinstance(each, django_filters.MultipleChoiceFilter)
        kind = OpenApiTypes.DATE if isinstance(each, DayFilter) else OpenApiTypes.STR
        choices = [code for code, _label in each.extra.get("choices", ())]
        yield OpenApiParameter(name, kind, many=several, enum=choices or None, description=str(each.label))


class CoverageViewSet(Guarded, ViewSet):
    guard = FUNDERS

    @extend_schema(
        description="Money (pence) or grants by any two dimensions; what each parameter leaves out is not filtered.",
        parameters=list(parameters(CoverageFilter)),
        responses=TableSerializer,
    )
    def list(self, request: Request) -> Response:
        asked = CoverageFilter(request.query_params, also=ALSO)
        if not asked.is_valid():
            raise ValidationError(_refusals(asked))
        return Response(coverage.table(asked.question).as_dict())


class GapViewSet(Guarded, ViewSet):
    guard = FUNDERS

    @extend_schema(
        description="Where coverage falls short of what the group watches, on a day; the strongest kind of each cell.",
        parameters=list(parameters(GapFilter)),
        responses=GapsSerializer,
    )
    def list(self, request: Request) -> Response:
        asked = GapFilter(request.query_params, also=ALSO)
        if not asked.is_valid():
            raise ValidationError(_refusals(asked))
        return Response(asked.found().as_dict())


def _refusals(asked: django_filters.FilterSet) -> dict[str, Any]:
    return {"" if name == "__all__" else name: list(told) for name, told in asked.errors.items()}
