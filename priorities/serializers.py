"""What the API says of tables and gaps, for its own description; the figures come from Table and Gaps themselves."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from priorities.kinds import KINDS, RESTS_ON, UNKNOWN, WAITING
from priorities.models import Code, NeedFigure


class LineSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class TableSerializer(serializers.Serializer[Any]):
    """Figures by two dimensions. The parts of one grant add up to it, so all tables of one question have one total."""

    measure = serializers.CharField()
    unit = serializers.ChoiceField(["pence", "grants"])
    on = serializers.DateField()
    rows = LineSerializer(many=True)
    columns = LineSerializer(many=True)
    cells = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text=_("One list a row, one number a column."),
    )
    other_currencies = serializers.DictField(
        child=serializers.IntegerField(), help_text=_("Minor units by currency; in none of the figures.")
    )
    held_back = serializers.BooleanField(
        help_text=_("Whether some grants are held back by their funders and are not counted here.")
    )


class LookingSerializer(serializers.Serializer[Any]):
    funder = serializers.CharField()
    note = serializers.CharField()
    open = serializers.BooleanField(help_text=_("Whether the other funders may see this."))


class GapSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(KINDS)
    row = serializers.CharField(help_text=_("An area's code."))
    dimension = serializers.CharField(
        allow_null=True, help_text=_("What the column is a code of; null for a whole area.")
    )
    column = serializers.CharField(allow_null=True)
    pence = serializers.IntegerField(
        help_text=_(
            "What is short (under_target), runs there (under_need), runs out (ending), the one holds (fragile), pays "
            "for one service each (too_narrow), your own grants' part (no_evidence), or, where nothing runs (empty), "
            "what is short of a target, else what runs for all of the UK or several together and may reach it all the "
            "same; so never to be added up over several."
        )
    )
    grants = serializers.ListField(
        child=serializers.CharField(),
        help_text=_("Identifiers of the grants it speaks of, the first hundred where it speaks of more."),
    )
    number = serializers.IntegerField(help_text=_("How many grants it speaks of."))
    held_back = serializers.IntegerField(
        help_text=_("How many more grants it speaks of that only their own funders may see named (no_evidence).")
    )
    sentence = serializers.CharField()
    rule = serializers.CharField(help_text=_("The rule in words, with its threshold as it stands."))
    until = serializers.DateField(allow_null=True, help_text=_("When the money runs out."))
    within_months = serializers.IntegerField(allow_null=True, help_text=_("Within how many months (ending)."))
    rests_on = serializers.ChoiceField(list(RESTS_ON), allow_null=True, help_text=_("On what it rests (fragile)."))
    also = serializers.ListField(child=serializers.CharField(), help_text=_("Weaker kinds that it is as well."))
    source = serializers.CharField(  # type: ignore[assignment]
        allow_null=True, help_text=_("Where the need is told (under_need).")
    )
    out_of_date = serializers.ListField(
        child=serializers.CharField(), help_text=_("Funders that funded this before and have added nothing for a year.")
    )
    looking = LookingSerializer(many=True, help_text=_("Funders that say they are looking at it, if you may see it."))


class GapLineSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(KINDS)
    sentence = serializers.CharField()
    cells = serializers.ListField(child=serializers.CharField())


class AsideSerializer(GapSerializer):
    reason = serializers.CharField(help_text=_("Why it was set aside."))
    look_again_on = serializers.DateField(help_text=_("The day on which it comes back."))


class TaskSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([UNKNOWN, WAITING])
    sentence = serializers.CharField()
    pence = serializers.IntegerField()
    grants = serializers.IntegerField(help_text=_("How many grants it is about."))


class GapsSerializer(serializers.Serializer[Any]):
    """What falls short on a day, in the order of the page; lines join the cells of one area and kind."""

    on = serializers.DateField()
    gaps = GapSerializer(many=True)
    lines = GapLineSerializer(many=True)
    set_aside = AsideSerializer(many=True)
    tasks = TaskSerializer(many=True)
    reports_recorded = serializers.BooleanField(help_text=_("Whether any report is recorded at all."))
    reports_owed_elsewhere = serializers.IntegerField(
        help_text=_(
            "Running grants of other funders than yours that owe a report, as far as that may be told; 0 on any day "
            "but today."
        )
    )


class MonthSerializer(serializers.Serializer[Any]):
    month = serializers.CharField(help_text=_("Year and month: 2025-03."))
    running = serializers.IntegerField(help_text=_("Pence in grants that run on its first day."))
    ending = serializers.IntegerField(help_text=_("Pence in grants that end in it."))
    grants = serializers.IntegerField(help_text=_("How many grants end in it."))


class RunsOutSerializer(serializers.Serializer[Any]):
    """Whole awards month by month; the rows of `running` are days, one more than there are months."""

    on = serializers.DateField()
    months = MonthSerializer(many=True)
    largest_fall = serializers.CharField(allow_null=True, help_text=_("The month in which most ends."))
    undated = serializers.IntegerField(help_text=_("Grants that do not say when they end, in no figure."))
    running = TableSerializer()
    ending = TableSerializer()


class PartSerializer(serializers.Serializer[Any]):
    funder = LineSerializer()
    area = serializers.CharField()
    place = serializers.CharField()
    pence = serializers.IntegerField()


class MeetingSerializer(serializers.Serializer[Any]):
    area = serializers.CharField()
    place = serializers.CharField()
    pence = serializers.IntegerField()
    funders = LineSerializer(many=True)
    charities = serializers.IntegerField(help_text=_("Charities with running grants here of two or more of them."))


class PairSerializer(serializers.Serializer[Any]):
    funders = LineSerializer(many=True)
    charities = serializers.IntegerField(help_text=_("Charities with running grants of both."))
    places = serializers.IntegerField(help_text=_("Areas and places in which both have running grants."))


class WhoFundsSerializer(serializers.Serializer[Any]):
    """Running money by funder; the code of a funder is its number in the portal."""

    on = serializers.DateField()
    table = TableSerializer()
    parts = PartSerializer(many=True)
    meetings = MeetingSerializer(many=True)
    alone = serializers.IntegerField(help_text=_("Areas and places in which one funder alone has running grants."))
    pairs = PairSerializer(many=True, help_text=_("Most charities in common first; the first thousand."))


class CodeSerializer(serializers.ModelSerializer[Code]):
    """One entry of the funders' own list (dimension "priority") or of a vocabulary beside it."""

    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.code", default=None, allow_null=True, help_text=_("The code above it in the tree.")
    )

    class Meta:
        model = Code
        fields = (
            "dimension",
            "code",
            "label",
            "kind",
            "parent",
            "order",
            "neglected",
            "watchable",
            "source",
            "version",
            "valid_from",
            "valid_to",
        )


class NeedFigureSerializer(serializers.ModelSerializer[NeedFigure]):
    """One published figure of need."""

    series = serializers.CharField(source="series.code")
    people = serializers.CharField(source="series.people", help_text=_("Who or what is counted."))
    kind = serializers.CharField(source="series.kind", help_text=_("How it was counted."))
    counts = serializers.CharField(source="series.unit")
    by = serializers.CharField(source="axis", help_text=_("What the part is a part by; empty for all of them."))
    published_on = serializers.DateField(allow_null=True, help_text=_("Null where it is not known."))

    class Meta:
        model = NeedFigure
        fields = (
            "series",
            "people",
            "kind",
            "counts",
            "first",
            "last",
            "period",
            "place",
            "by",
            "part",
            "value",
            "share",
            "printed",
            "edition",
            "published_on",
            "source",
            "url",
        )
        extra_kwargs = {
            "place": {"help_text": _("A place's code, or UK, GB, EW (England and Wales) or ENG (England).")},
            "share": {"help_text": _("Basis points of all of them, where a share was published.")},
            "printed": {"help_text": _("The share as the source has it.")},
            "edition": {"help_text": _("Which value came later, where the day of publication is not known.")},
        }
