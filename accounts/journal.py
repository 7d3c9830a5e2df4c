"""Who did what: one line in the same transaction as the deed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import JournalEntry, Person


class Did(models.TextChoices):
    """Every deed the journal knows; a room adds its own line here."""

    ADDED_ORGANISATION = "added organisation", _("added an organisation")
    CHANGED_ORGANISATION = "changed organisation", _("changed an organisation")
    ADDED_PERSON = "added person", _("added a person")
    CHANGED_PERSON = "changed person", _("changed a person")
    REMOVED_PERSON = "removed person", _("removed a person from an organisation")
    INVITED_PERSON = "invited person", _("invited a person")
    ACCEPTED_INVITATION = "accepted invitation", _("accepted an invitation")
    STARTED_LETTERS = "started letters", _("started a funder's letters")
    STOPPED_LETTERS = "stopped letters", _("stopped a funder's letters")
    PAUSED_LETTERS = "paused letters", _("paused the letters about a report, or let them go again")
    CHOSE_RECIPIENT = "chose recipient", _("chose who is reminded of a report")
    STOPPED_ADDRESS = "stopped address", _("stopped writing to an address")
    USED_ADDRESS_AGAIN = "used address again", _("lets letters go to an address again")
    DECIDED_HELD_MAIL = "decided held mail", _("decided about a letter that was held")
    WITHDREW_INVITATION = "withdrew invitation", _("withdrew an invitation")
    TOOK_OVER = "took over", _("took over what a colleague held")
    DID_TASK = "did task", _("said that a task is done")
    CHANGED_GROUP = "changed group", _("changed the group's settings")
    GAVE_SIGNIN_CODE = "gave sign-in code", _("made a sign-in code by command")
    ENTERED_DEMO = "entered demo", _("entered through the demo's door")
    MADE_TOKEN = "made token", _("made an API token")
    REVOKED_TOKEN = "revoked token", _("took an API token back")
    ADDED_GRANT = "added grant", _("added a grant")
    CHANGED_GRANT = "changed grant", _("changed a grant")
    REMOVED_GRANT = "removed grant", _("removed a grant")
    RESTORED_GRANT = "restored grant", _("restored a grant")
    HELD_BACK = "held back", _("held a grant back, or shared it")
    CHANGED_PROTECTION = "changed protection", _("changed whether a place is protected")
    SAID_SAME_WORK = "said same work", _("said that grants pay for the same work")
    SAID_OTHER_WORK = "said other work", _("said that grants pay for different work")
    JOINED_GRANTS = "joined grants", _("joined grants into one project")
    PARTED_GRANTS = "parted grants", _("parted grants that were joined")
    RECEIVED_FILE = "received file", _("received a file")
    APPLIED_IMPORT = "applied import", _("applied an import")
    UNDID_IMPORT = "undid import", _("undid an import")
    DROPPED_IMPORT = "dropped import", _("set an import aside")
    SORTED_GRANT = "sorted grant", _("sorted a grant")
    CONFIRMED_SUGGESTIONS = "confirmed suggestions", _("confirmed suggestions")
    DISMISSED_SUGGESTIONS = "dismissed suggestions", _("set suggestions aside")
    CHANGED_TARGET = "changed target", _("changed a target")
    CHANGED_WATCH = "changed watch", _("changed what the group watches")
    ADDED_NEED = "added need figures", _("added need figures")
    REMOVED_NEED = "removed need figure", _("removed a need figure")
    RESTORED_NEED = "restored need figure", _("restored a need figure")
    CHANGED_GAP_RULES = "changed gap rules", _("changed from when on something falls short")
    SET_GAP_ASIDE = "set gap aside", _("set a shortfall aside")
    TOOK_GAP_BACK = "took gap back", _("took a shortfall back into the list")
    SAID_LOOKING = "said looking", _("said that a funder looks at a shortfall")
    ENDED_LOOKING = "ended looking", _("said that a funder no longer looks at a shortfall")
    PLANNED_REPORTS = "planned reports", _("planned a grant's reports")
    MOVED_DUE = "moved due date", _("gave a report another date")
    WAIVED_DUE = "waived report", _("said that a report is not needed")
    HANDED_IN_REPORT = "handed in report", _("handed in a report")
    CORRECTED_REPORT = "corrected report", _("corrected a report")
    WROTE_UP_CONVERSATION = "wrote up conversation", _("wrote up a conversation in the place of a report")
    RETURNED_REPORT = "returned report", _("returned a report with a note")
    ACCEPTED_REPORT = "accepted report", _("accepted a report")
    DECIDED_RENEWAL = "decided renewal", _("recorded that a renewal is decided")
    ASKED_FIGURE = "asked figure", _("asked for a figure")
    ASKED_NO_LONGER = "asked no longer", _("asked for a figure no longer")
    AGREED_TARGET = "agreed target", _("agreed a target with a charity")
    SET_BASELINE = "set baseline", _("said where a project stood before")
    DECLARED_OVERLAP = "declared overlap", _("said how many people two works share")
    TOOK_OVERLAP_BACK = "took overlap back", _("no longer said how many people two works share")
    ADDED_QUESTION = "added question", _("added a question")
    RETIRED_QUESTION = "retired question", _("retired a question")
    ADDED_REPORT_RULE = "added report rule", _("added a rule for reports")
    REMOVED_REPORT_RULE = "removed report rule", _("took a rule for reports out")
    ASKED_FOR_CHANGE = "asked for change", _("asked a funder for a change")
    ANSWERED_REQUEST = "answered request", _("answered what a charity asked")
    CHANGED_CONTACT = "changed contact", _("changed whom charities can ring")
    EDITED_LEARNING = "edited learning", _("edited a text for the group's learning")
    AGREED_LEARNING = "agreed learning", _("agreed to a text for the group's learning")
    KEPT_BACK_LEARNING = "kept back learning", _("kept an answer from the group's learning")
    FOLLOWED_UP_FINDINGS = "followed up findings", _("said whether findings were used")
    ADDED_FILE = "added file", _("added a file to a report")
    TOOK_FILE_BACK = "took file back", _("took a file out of a report")
    SAID_EVIDENCE = "said evidence", _("said what of a report may serve as evidence")
    BLACKED_OUT = "blacked out", _("blacked something out in a report")
    ENDED_DRAFT = "ended draft", _("took away a draft that had had its time")
    ENDED_REPORT = "ended report", _("blacked out a report that had had its time")
    LOADED_DEMO = "loaded demo", _("loaded the demo")


def record(*, what: Did, about: Any, by: Person | None, at: datetime, **details: Any) -> JournalEntry:
    """Write one line; `by` None is the portal itself. Raises RuntimeError outside a transaction.

    `about` is a model instance or a text such as "grants.import:7"; `details` are small JSON values and never
    hold anything that identifies a person helped.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A journal line belongs in the transaction of its deed.")
    name = about if isinstance(about, str) else f"{about._meta.label_lower}:{about.pk}"
    return JournalEntry.objects.create(what=what, about=name, by=by, at=at, details=details)
