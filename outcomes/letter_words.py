"""What the letters about reports say, in plain words; none tells of anybody helped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.kinds import Words
from accounts.models import Letter, Organisation, Person
from outcomes import words
from outcomes.models import Delivery, FunderContact, Report, ReportDue, ReviewEvent
from outcomes.models.due import CONVERSATION, DOCUMENT, SHORT
from outcomes.reminders import Wanted


def page(name: str, *args: object) -> str:
    """The address of a page, as letters give it."""
    return f"{settings.SITE}{reverse(name, args=args)}"


def day(told: date) -> str:
    return date_format(told, "j F Y")


def hello(person: Person | None) -> str:
    return _("Dear %(name)s,") % {"name": person.name} if person and person.name else _("Hello,")


def reminder(letter: Letter, report: Report, one: Wanted, *, on: date) -> Words:
    """One step of the ladder, to the charity: which report, when, to whom, and all that can be done about it."""
    assert one.due_on
    said = {"project": report.project, "about": words.window(report.start, report.end), "day": day(one.due_on)}
    subject = _("Report on %(project)s, due %(day)s") % said
    if on > one.due_on:
        subject = _("Late: report on %(project)s, due %(day)s") % said
    asked = {
        SHORT: _("It is a short report."),
        CONVERSATION: _("It is a conversation: they ring you or you ring them, and you write nothing."),
        DOCUMENT: _("A report that you have anyway will do; you hand in the file."),
    }.get(report.form, "")
    lines = [
        hello(letter.person),
        _("The report on %(project)s about %(about)s") % said + " " + _when(one, on),
        "\n".join(_line(due) for due in one.dues) if len(one.dues) > 1 else "",
        _("You write it once; each of them gets its own copy.") if len(one.funders) > 1 else "",
        asked,
        _("Write it here: %(address)s") % {"address": page("report", report.pk)},
        _("All questions, before you start: %(address)s") % {"address": page("report_questions", report.pk)},
        _("More time, another person to remind, or no reminders for a while: %(address)s")
        % {"address": page("report_letters", report.pk)},
        *_ring(one.funders),
        _("If you have handed it in meanwhile, you need do nothing."),
    ]
    return Words(subject[:300], "\n\n".join(filter(None, lines)))


def _when(one: Wanted, today: date) -> str:
    assert one.due_on
    said = {"funders": _together(one.funders), "day": day(one.due_on), "days": (today - one.due_on).days}
    if today > one.due_on:
        return _("was due to %(funders)s on %(day)s, %(days)d days ago.") % said
    if today == one.due_on:
        return _("is due to %(funders)s today.") % said
    return _("is due to %(funders)s on %(day)s.") % said


def _together(funders: Sequence[Organisation]) -> str:
    names = [str(each) for each in funders]
    return (
        names[0]
        if len(names) == 1
        else _("%(first)s and %(last)s")
        % {
            "first": ", ".join(names[:-1]),
            "last": names[-1],
        }
    )


def _line(due: ReportDue) -> str:
    said = {"funder": due.grant.funder, "day": day(due.due_on), "about": words.window(due.start, due.end)}
    return _("%(funder)s: %(day)s, about %(about)s") % said


def _ring(funders: Sequence[Organisation]) -> list[str]:
    contacts = FunderContact.objects.filter(funder__in=funders).exclude(ring="").select_related("funder")
    return [_("Ring %(funder)s: %(number)s") % {"funder": each.funder, "number": each.ring} for each in contacts]


def late(letter: Letter, report: Report, one: Wanted, *, on: date) -> Words:
    """To the officer, a week after the date."""
    assert one.due_on
    said = {"project": report.project, "day": day(one.due_on), "about": words.window(report.start, report.end)}
    lines = [
        hello(letter.person),
        _("The report on %(project)s about %(about)s was due on %(day)s and is not handed in.") % said,
        _("The charity was reminded today. What was sent, and what is still planned: %(address)s")
        % {"address": page("report_letters", report.pk)},
        _("Another date, or no report at all: %(address)s") % {"address": page("dues")},
    ]
    return Words((_("A week late: report on %(project)s, due %(day)s") % said)[:300], "\n\n".join(lines))


# --- at once ------------------------------------------------------------------------------------------------------
def receipt(report: Report, funders: Sequence[Organisation], to: Person) -> Words:
    """To who handed it in: that it is there, and what happens next."""
    assert report.submitted_at
    said = {"project": report.project, "about": words.window(report.start, report.end)}
    lines = [
        hello(to),
        _("Thank you. The report on %(project)s about %(about)s is handed in.") % said,
        _("It went to %(funders)s.") % {"funders": _together(funders)} if funders else "",
        _("You read here what becomes of it: %(address)s") % {"address": page("report", report.pk)},
    ]
    return Words((_("Handed in: report on %(project)s") % said)[:300], "\n\n".join(filter(None, lines)))


def handed_in(delivery: Delivery, to: Person) -> Words:
    """To the officers: a copy waits."""
    said = {"project": delivery.report.project, "about": words.window(delivery.report.start, delivery.report.end)}
    lines = [
        hello(to),
        _("The report on %(project)s about %(about)s is handed in and waits for your answer.") % said,
        page("copy", delivery.pk),
    ]
    return Words((_("To answer: report on %(project)s") % said)[:300], "\n\n".join(lines))


def returned(delivery: Delivery, notes: Sequence[ReviewEvent], to: Person) -> Words:
    """To the charity: sent back, with every note."""
    said = {"project": delivery.report.project, "funder": delivery.due.grant.funder}
    lines = [
        hello(to),
        _("%(funder)s has sent the report on %(project)s back with this:") % said,
        "\n\n".join(_note(each) for each in notes),
        _("It is open again, with the notes in their places: %(address)s")
        % {"address": page("report", delivery.report_id)},
    ]
    return Words((_("%(funder)s asks about the report on %(project)s") % said)[:300], "\n\n".join(lines))


def _note(each: ReviewEvent) -> str:
    about = each.question.text if each.question else str(each.indicator) if each.indicator else ""
    return f"{about}\n{each.note}" if about else each.note


def feedback(delivery: Delivery, to: Person) -> Words:
    """To the charity: accepted, and what the funder learned from it."""
    said = {"project": delivery.report.project, "funder": delivery.due.grant.funder}
    lines = [
        hello(to),
        _("%(funder)s has accepted the report on %(project)s. It writes:") % said,
        delivery.feedback,
        page("report", delivery.report_id),
    ]
    return Words((_("%(funder)s has read the report on %(project)s") % said)[:300], "\n\n".join(lines))


def waiting(delivery: Delivery, days: int, to: Person) -> Words:
    """To the officers: a charity waits for an answer."""
    said = {"project": delivery.report.project, "days": days}
    lines = [
        hello(to),
        _("The report on %(project)s has waited %(days)d days for your answer. The charity sees that too.") % said,
        page("copy", delivery.pk),
    ]
    return Words((_("Waiting %(days)d days: report on %(project)s") % said)[:300], "\n\n".join(lines))
