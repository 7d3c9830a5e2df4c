"""Organisations as the API gives them; nested by the rooms above."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Organisation


class BriefOrganisationSerializer(serializers.ModelSerializer[Organisation]):
    """Who it is: the portal's number, the organisation identifier ("" where it has none), the name."""

    org_id = serializers.CharField(read_only=True)

    class Meta:
        model = Organisation
        fields = ["id", "org_id", "name"]


class OrganisationSerializer(BriefOrganisationSerializer):
    """An organisation with every identifier and name it is known by, and its roles."""

    identifiers = serializers.SlugRelatedField(slug_field="value", many=True, read_only=True)  # type: ignore[var-annotated]
    aliases = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)  # type: ignore[var-annotated]
    roles = serializers.SerializerMethodField()

    class Meta:
        model = Organisation
        fields = ["id", "org_id", "name", "identifiers", "aliases", "roles"]

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Organisation.ROLES)))
    def get_roles(self, organisation: Any) -> list[str]:
        return [role.removeprefix("is_") for role in Organisation.ROLES if getattr(organisation, role)]
