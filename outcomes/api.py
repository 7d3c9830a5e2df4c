"""What came of it through the API, to read: everybody's figures alone, those of people in tens."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import FUNDERS
from accounts.api_access import Guarded
from outcomes import results, told_results
from outcomes.filters import BY, ResultsFilter
from priorities.serializers import LineSerializer

PARAMETERS = [
    OpenApiParameter("indicator", description="What is counted, by its code; the first that has a figure."),
    OpenApiParameter("by", enum=[code for code, _words in BY], description="Along which list; by area."),
    OpenApiParameter("year", description="A calendar year, of which closed quarters count; that of the last one."),
]


class ResultsSerializer(serializers.Serializer[Any]):
    """One thing counted along one list, from reports that at least one funder accepted."""

    measure = serializers.CharField(help_text=_("The indicator's code."))
    name = serializers.CharField()
    unit = serializers.ChoiceField(["number", "pence"])
    first, last = serializers.DateField(), serializers.DateField()
    people = serializers.BooleanField(help_text=_("Whether it counts people helped."))
    about = serializers.BooleanField(help_text=_("Whether every figure is rounded to the nearest ten."))
    withheld = serializers.BooleanField(help_text=_("Fewer than three charities, or one with more than 85 %."))
    overlap = serializers.BooleanField(help_text=_("Whether a project may stand in several rows."))
    charities = serializers.IntegerField()
    rows = LineSerializer(many=True)
    columns = LineSerializer(many=True)
    cells = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    totals = serializers.ListField(child=serializers.IntegerField(), help_text=_("One a column."))
    kept_back = LineSerializer(many=True, help_text=_("Rows that are not shown apart."))


class ResultsViewSet(Guarded, ViewSet):
    guard = FUNDERS

    @extend_schema(
        description="What came of it: a year's closed quarters, as a whole or along one list. Figures of people are "
        "rounded to the nearest ten and shown from three charities on.",
        parameters=PARAMETERS,
        responses=ResultsSerializer,
    )
    def list(self, request: Request) -> Response:
        asked = ResultsFilter(request.query_params, also=("format",))
        if not asked.is_valid():
            raise ValidationError({name: list(told) for name, told in asked.errors.items()})
        found = results.look(asked.question)
        table = told_results.labelled(found).to_give_away()
        return Response(
            {
                "measure": table.measure,
                "name": found.version.name,
                "unit": table.unit,
                "first": table.first,
                "last": table.last,
                "people": table.people,
                "about": table.about,
                "withheld": table.withheld,
                "overlap": found.overlaps,
                "charities": found.charities,
                "rows": [each.as_dict() for each in table.rows],
                "columns": [each.as_dict() for each in table.columns],
                "cells": table.cells,
                "totals": table.column_totals,
                "kept_back": [each.as_dict() for each in table.kept_back],
            }
        )
