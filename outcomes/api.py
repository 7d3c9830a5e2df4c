"""Reports through the API, to read: a charity's schedule, a funder's copies, and what came of it for everybody."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet, ViewSet

from accounts.access import FUNDERS, GRANTEES, Officer, Viewer
from accounts.api_access import Guarded
from outcomes import results, told_results
from outcomes.filters import BY, ResultsFilter
from outcomes.models import Answer, DeliveredAnswer, DeliveredFigure, Delivery, ReportDue
from outcomes.serializers import CopySerializer, DueSerializer, ResultsSerializer

PARAMETERS = [
    OpenApiParameter("indicator", description="What is counted, by its code; the first that has a figure."),
    OpenApiParameter("by", enum=[code for code, _words in BY], description="Along which list; by area."),
    OpenApiParameter("year", description="A calendar year, of which closed quarters count; that of the last one."),
]


@extend_schema_view(
    list=extend_schema(
        description="Reports that your charity owes, or that are owed to your funder; a page at a time."
    ),
    retrieve=extend_schema(description="One of them."),
)
class DueViewSet(Guarded, ReadOnlyModelViewSet[ReportDue]):
    guard = (Officer, Viewer, *GRANTEES)
    queryset = ReportDue.objects.none()
    serializer_class = DueSerializer

    def get_queryset(self) -> QuerySet[ReportDue]:
        visible = ReportDue.objects.visible_to(self.request.user).select_related("grant__funder", "grant__project")
        return visible.prefetch_related("deliveries", "grant__funder__identifiers").order_by("id")


@extend_schema_view(
    list=extend_schema(
        description="Reports handed in to your funder, or by your charity, each with what that funder has."
    ),
    retrieve=extend_schema(description="One of them."),
)
class CopyViewSet(Guarded, ReadOnlyModelViewSet[Delivery]):
    guard = (Officer, Viewer, *GRANTEES)
    queryset = Delivery.objects.none()
    serializer_class = CopySerializer

    def get_queryset(self) -> QuerySet[Delivery]:
        visible = Delivery.objects.visible_to(self.request.user).select_related("report__project", "due__grant__funder")
        return visible.prefetch_related(
            "due__grant__funder__identifiers",
            "events",
            "report__files__others",
            "report__files__evidence",
            "report__files__evidence_mark",
            # What was given for after the renewal is read on the page of the copy and goes nowhere else.
            Prefetch(
                "delivered_answers",
                DeliveredAnswer.objects.exclude(answer__reader=Answer.AFTER_RENEWAL).order_by(
                    "answer__question__position", "id"
                ),
            ),
            Prefetch("delivered_figures", DeliveredFigure.objects.order_by("figure__indicator__position", "id")),
            "delivered_answers__answer__question",
            "delivered_answers__answer__evidence_mark",
            "delivered_figures__figure__indicator",
            "delivered_figures__figure__version",
            "delivered_figures__figure__cell",
        ).order_by("id")


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
        found = results.look(asked.question, known=asked.known)
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
                "held_back": table.held_back,
                "charities": found.charities,
                "rows": [each.as_dict() for each in table.rows],
                "columns": [each.as_dict() for each in table.columns],
                "cells": table.cells,
                "totals": table.column_totals,
                "kept_back": [each.as_dict() for each in table.kept_back],
            }
        )
