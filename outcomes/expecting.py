"""What is asked of whom: figures of a project with targets and baselines, a funder's own questions and rules."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Organisation, Person
from grants.models import Grant, Project
from outcomes.asking import MOST_OWN_QUESTIONS
from outcomes.models import (
    Answer,
    Baseline,
    Cell,
    Expected,
    FunderContact,
    Indicator,
    IndicatorVersion,
    Question,
    ReportRule,
    Target,
)  # fmt: skip


class CannotAsk(Exception):
    """It cannot be asked so; worded for whoever asks."""


@transaction.atomic
def ask(
    project: Project, indicator: Indicator, *, breakdowns: Collection[str] = (), by: Person, at: datetime
) -> Expected:
    """Ask for a figure of a project from now on, in the newest version; asked again it takes the breakdowns given.

    The version stays as it was where the project reported under it before.
    """
    newest = indicator.versions.filter(retired_at=None).order_by("-number").first()
    if newest is None or newest.kind == IndicatorVersion.NARRATIVE:
        raise CannotAsk(_("This figure is no longer in the library. Choose another."))
    known = [name for name, _words in Cell.BREAKDOWNS if name in breakdowns]
    last = Expected.objects.filter(project=project).aggregate(last=Max("position"))["last"] or 0
    expected, is_new = Expected.objects.get_or_create(
        project=project,
        indicator=indicator,
        defaults={"version": newest, "breakdowns": known, "position": last + 1},
    )
    if not is_new:
        expected.breakdowns, expected.ended_at = known, None
        expected.save(update_fields=["breakdowns", "ended_at"])
    journal.record(what=Did.ASKED_FIGURE, about=project, by=by, at=at, figure=indicator.code)
    return expected


@transaction.atomic
def ask_no_longer(expected: Expected, *, by: Person, at: datetime) -> None:
    """Ask for it no longer; what was reported stays."""
    if expected.ended_at is None:
        expected.ended_at = at
        expected.save(update_fields=["ended_at"])
        journal.record(what=Did.ASKED_NO_LONGER, about=expected.project, by=by, at=at, figure=expected.indicator.code)


@transaction.atomic
def make_own(
    owner: Organisation, *, name: str, definition: str, kind: str, over_time: str, counts_people: bool, at: datetime
) -> Indicator:
    """A charity's own way of counting something, beside the library."""
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    indicator = Indicator.objects.create(
        code=f"own-{owner.pk}-{word}-{uuid4().hex[:6]}", collection=Indicator.OWN, owner=owner, position=10_000
    )
    IndicatorVersion.objects.create(
        indicator=indicator, name=name, definition=definition, kind=kind, over_time=over_time,
        counts_people=counts_people and kind in (IndicatorVersion.COUNT, IndicatorVersion.RATIO), made_at=at,
    )  # fmt: skip
    return indicator


@transaction.atomic
def agree_target(
    grant: Grant, indicator: Indicator, *, value: int, start: date, end: date, by: Person, at: datetime
) -> Target:
    """What this grant is meant to reach of all people in a window; agreed anew it takes the place of the old one."""
    if end < start:
        raise CannotAsk(_("The target's last day lies before its first."))
    target, _new = Target.objects.update_or_create(
        grant=grant, indicator=indicator, cell=Cell.objects.get(breakdown=""), start=start, end=end,
        defaults={"value": value},
    )  # fmt: skip
    journal.record(what=Did.AGREED_TARGET, about=grant, by=by, at=at, figure=indicator.code, value=value)
    return target


@transaction.atomic
def set_baseline(
    expected: Expected, *, value: int | None, because: str, as_at: date, by: Person, at: datetime
) -> Baseline:
    """Where the project stood before, or why nobody knows."""
    if (value is None) == (not because.strip()):
        raise CannotAsk(_("Give a figure, or the reason why there is none; one of the two."))
    baseline, _new = Baseline.objects.update_or_create(
        project=expected.project, indicator=expected.indicator, cell=Cell.objects.get(breakdown=""),
        defaults={"value": value, "missing_because": because.strip() if value is None else "", "as_at": as_at},
    )  # fmt: skip
    journal.record(what=Did.SET_BASELINE, about=expected.project, by=by, at=at, figure=expected.indicator.code)
    return baseline


# --- a funder's own ------------------------------------------------------------------------------------------------
@transaction.atomic
def add_question(funder: Organisation, *, text: str, why: str, limit: int, by: Person, at: datetime) -> Question:
    """One question of a funder's own beside the shared core. Raises CannotAsk where it has three already."""
    Organisation.objects.select_for_update().get(pk=funder.pk)
    own = Question.objects.filter(funder=funder, retired_at=None)
    if own.count() >= MOST_OWN_QUESTIONS:
        raise CannotAsk(
            _("There are three already. Retire one, then add another: charities answer for several funders.")
        )
    question = Question.objects.create(
        code=f"own-{funder.pk}-{uuid4().hex[:8]}", funder=funder, text=text, why=why, limit=limit, in_short=True,
        position=1_000,
    )  # fmt: skip
    journal.record(what=Did.ADDED_QUESTION, about=question, by=by, at=at)
    return question


@transaction.atomic
def retire_question(question: Question, *, by: Person, at: datetime) -> None:
    """Ask it no longer; answers given to it stay."""
    if question.retired_at is None:
        question.retired_at = at
        question.save(update_fields=["retired_at"])
        journal.record(what=Did.RETIRED_QUESTION, about=question, by=by, at=at, answers=_answers(question))


def _answers(question: Question) -> int:
    return Answer.objects.filter(question=question, superseded_at=None).count()


@transaction.atomic
def add_rule(
    funder: Organisation, *, from_amount: int, from_months: int, form: str, every: int, anchor: str, days_after: int,
    by: Person, at: datetime,
) -> ReportRule:  # fmt: skip
    """What it asks of grants from this amount (pence) and length (months) on. Raises CannotAsk where one is there."""
    try:
        with transaction.atomic():
            rule = ReportRule.objects.create(
                funder=funder, from_amount=from_amount, from_months=from_months, form=form, every=every, anchor=anchor,
                days_after=days_after,
            )  # fmt: skip
    except IntegrityError as problem:
        raise CannotAsk(_("There is a rule from this amount and length already. Take that one out first.")) from problem
    journal.record(what=Did.ADDED_REPORT_RULE, about=rule, by=by, at=at)
    return rule


@transaction.atomic
def remove_rule(rule: ReportRule, *, by: Person, at: datetime) -> None:
    """Take a rule out; reports planned by it stay planned."""
    journal.record(what=Did.REMOVED_REPORT_RULE, about=rule, by=by, at=at)
    rule.delete()


@transaction.atomic
def set_contact(funder: Organisation, *, ring: str, safeguarding: str, by: Person, at: datetime) -> FunderContact:
    """Whom charities can ring, and where a safeguarding concern belongs."""
    told = {"ring": ring, "safeguarding": safeguarding}
    contact, _new = FunderContact.objects.update_or_create(funder=funder, defaults=told)
    journal.record(what=Did.CHANGED_CONTACT, about=funder, by=by, at=at)
    return contact
