"""Dues and copies of reports as the API gives them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import BriefOrganisationSerializer
from grants.serializers import BriefProjectSerializer
from outcomes import files, serving
from outcomes.models import Delivery, EvidenceMark, Measurement, ReportDue, ReportFile
from priorities.serializers import LineSerializer

MAY_SERVE = _(
    "Whether the charity lets it serve as evidence for the group's monitoring work: no, unnamed (without its name) or "
    "named. Where it said nothing, no."
)


class DueSerializer(serializers.ModelSerializer[ReportDue]):
    """A report that a grant owes its funder. `version` rises when its date moves."""

    grant = serializers.CharField(source="grant.grant_id", help_text=_("The grant's own identifier."))
    project = BriefProjectSerializer(source="grant.project", read_only=True)
    funder = BriefOrganisationSerializer(source="grant.funder", read_only=True)
    waived = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField(
        help_text=_("waived, owed, handed_in, returned or accepted; of several reports the one least far.")
    )

    class Meta:
        model = ReportDue
        fields = ["id", "grant", "project", "funder", "start", "end", "due_on", "form", "version", "waived", "state"]

    def get_waived(self, due: ReportDue) -> bool:
        return due.waived_at is not None

    def get_state(self, due: ReportDue) -> str:
        if due.waived_at:
            return "waived"
        states = {each.state for each in due.deliveries.all()}
        return next(
            (each for each in (Delivery.RETURNED, Delivery.HANDED_IN, Delivery.ACCEPTED) if each in states), "owed"
        )


class FigureSerializer(serializers.ModelSerializer[Measurement]):
    """A figure in whole numbers: count in units, money in pence, scale in hundredths; a ratio as two counts."""

    indicator = serializers.CharField(source="indicator.code")
    version = serializers.IntegerField(source="version.number")
    breakdown = serializers.CharField(source="cell.breakdown", help_text=_("Empty: everybody."))
    category = serializers.CharField(source="cell.code")
    corrected_since = serializers.SerializerMethodField()

    class Meta:
        model = Measurement
        fields = [
            "indicator", "version", "breakdown", "category", "start", "end", "over_time", "status", "value",
            "numerator", "denominator", "estimated", "revision", "corrected_since",
        ]  # fmt: skip

    def get_corrected_since(self, figure: Measurement) -> bool:
        return figure.superseded_at is not None


class AnswerSerializer(serializers.Serializer[Any]):
    """An answer in words, in the very revision that this funder has."""

    question = serializers.CharField(source="answer.question.code")
    text = serializers.CharField(source="answer.text")
    revision = serializers.IntegerField(source="answer.revision")
    may_serve = serializers.SerializerMethodField(help_text=MAY_SERVE)

    def get_may_serve(self, delivered: Any) -> str:
        return serving.said_of(delivered.answer) or EvidenceMark.NO


class FileSerializer(serializers.Serializer[Any]):
    """A file that this funder has; its content is on the portal's page of the copy alone."""

    name = serializers.CharField(source="evidence.name")
    kind = serializers.CharField(source="evidence.kind")
    size = serializers.IntegerField(source="evidence.size", help_text=_("In bytes."))
    may_serve = serializers.SerializerMethodField(help_text=MAY_SERVE)

    def get_may_serve(self, file: ReportFile) -> str:
        return serving.said_of(file) or EvidenceMark.NO


class CopySerializer(serializers.ModelSerializer[Delivery]):
    """A report as one funder has it, and what it answered."""

    due = serializers.IntegerField(source="due_id")
    grant = serializers.CharField(source="due.grant.grant_id")
    project = BriefProjectSerializer(source="report.project", read_only=True)
    funder = BriefOrganisationSerializer(source="due.grant.funder", read_only=True)
    start = serializers.DateField(source="report.start")
    end = serializers.DateField(source="report.end")
    answers = AnswerSerializer(source="delivered_answers", many=True, read_only=True)
    figures = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = [
            "id", "due", "grant", "project", "funder", "start", "end", "state", "handed_in_at", "answered_at",
            "corrected_at", "feedback", "answers", "figures", "files",
        ]  # fmt: skip

    @extend_schema_field(FigureSerializer(many=True))
    def get_figures(self, copy: Delivery) -> Any:
        return FigureSerializer([each.figure for each in copy.delivered_figures.all()], many=True).data

    @extend_schema_field(FileSerializer(many=True))
    def get_files(self, copy: Delivery) -> Any:
        return FileSerializer(files.of_copy(copy), many=True).data


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
    held_back = serializers.BooleanField(
        help_text=_("Whether some grants are held back by their funders and are not counted here.")
    )
    charities = serializers.IntegerField()
    rows = LineSerializer(many=True)
    columns = LineSerializer(many=True)
    cells = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    totals = serializers.ListField(child=serializers.IntegerField(), help_text=_("One a column."))
    kept_back = LineSerializer(many=True, help_text=_("Rows that are not shown apart."))
