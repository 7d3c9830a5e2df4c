"""Grants and projects as the API gives them; nested by the rooms above."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import BriefOrganisationSerializer
from grants.models import Grant, Project
from grants.portfolio import shown_locations, shown_text
from grants.revisions import DATES


class PlaceSerializer(serializers.Serializer[Any]):
    """A place as it may be shown: of a protected grant the region and nothing finer."""

    name = serializers.CharField()
    region = serializers.CharField(
        help_text=_("The portal's place code, such as NE, LON, WAL or UK; empty if not known.")
    )
    geo_code = serializers.CharField()
    geo_code_type = serializers.CharField()
    country_code = serializers.CharField()


class BriefProjectSerializer(serializers.ModelSerializer[Project]):
    title = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = ["id", "title"]

    def get_title(self, project: Project) -> str:
        return str(project)


class GrantSerializer(serializers.ModelSerializer[Grant]):
    """One grant. Amounts are whole minor units (pence) of `currency`; dates are no finer than they are known."""

    title = serializers.SerializerMethodField()
    description = serializers.SerializerMethodField()
    funder = BriefOrganisationSerializer(read_only=True)
    recipients = BriefOrganisationSerializer(many=True, read_only=True)
    project = BriefProjectSerializer(read_only=True)
    planned_start = serializers.SerializerMethodField()
    planned_end = serializers.SerializerMethodField()
    actual_start = serializers.SerializerMethodField()
    actual_end = serializers.SerializerMethodField()
    places = serializers.SerializerMethodField()
    programme_code = serializers.SerializerMethodField()
    programme = serializers.SerializerMethodField()
    related = serializers.SerializerMethodField()

    class Meta:
        model = Grant
        fields = [
            "id", "grant_id", "title", "description", "funder", "recipients", "to_individual", "project",
            "programme_code", "programme", "currency", "amount_awarded", "amount_applied_for", "amount_disbursed",
            "award_date", *DATES, "planned_months", "regrant_type", "joint_share", "protected_location", "places",
            "held_back", "related", "added_on",
        ]  # fmt: skip

    def get_title(self, grant: Grant) -> str:
        return shown_text(grant, grant.title)

    def get_description(self, grant: Grant) -> str:
        return shown_text(grant, grant.description)

    def get_programme_code(self, grant: Grant) -> str:
        return shown_text(grant, grant.programme_code)

    def get_programme(self, grant: Grant) -> str:
        return shown_text(grant, grant.programme)

    def get_related(self, grant: Grant) -> list[str]:
        return [shown_text(grant, each.identifier) for each in grant.relations.all()]

    def get_planned_start(self, grant: Grant) -> str:
        return grant.date_text("planned_start")

    def get_planned_end(self, grant: Grant) -> str:
        return grant.date_text("planned_end")

    def get_actual_start(self, grant: Grant) -> str:
        return grant.date_text("actual_start")

    def get_actual_end(self, grant: Grant) -> str:
        return grant.date_text("actual_end")

    @extend_schema_field(PlaceSerializer(many=True))
    def get_places(self, grant: Grant) -> Any:
        return PlaceSerializer(shown_locations(grant), many=True).data


class ProjectSerializer(BriefProjectSerializer):
    """The work, with the numbers of the grants that pay for it as far as the reader may see them."""

    grants = serializers.SerializerMethodField()

    class Meta(BriefProjectSerializer.Meta):
        fields = ["id", "title", "grants"]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_grants(self, project: Project) -> list[int]:
        return [each.pk for each in project.grants.all()]
