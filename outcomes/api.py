"""Reports through the API, to read: a charity's schedule, a funder's copies."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.access import GRANTEES, Officer, Viewer
from accounts.api_access import Guarded
from outcomes.models import DeliveredAnswer, DeliveredFigure, Delivery, ReportDue
from outcomes.serializers import CopySerializer, DueSerializer


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
            Prefetch("delivered_answers", DeliveredAnswer.objects.order_by("answer__question__position", "id")),
            Prefetch("delivered_figures", DeliveredFigure.objects.order_by("figure__indicator__position", "id")),
            "delivered_answers__answer__question",
            "delivered_figures__figure__indicator",
            "delivered_figures__figure__version",
            "delivered_figures__figure__cell",
        ).order_by("id")
