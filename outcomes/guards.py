"""Truths that a column's constraint cannot hold, as triggers on both engines; put up by a migration.

A figure, once given, only ever becomes superseded, once. Windows of current flows do not overlap. A figure is given
under a version of its own indicator, as that version counts. A version is frozen once a figure was given under it. An
answer or a step of a review only ever becomes superseded or blacked out: blocks in the place of passages, and every
other character as it was. Nothing of all that is deleted. A document that takes the place of a report is there.
Each refusal is an IntegrityError with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

BLOCKS = "█████"
"""Stands where something was blacked out; always five, so that nobody can count the letters."""
LONGEST_COMPARED = 12_000
"""Characters; SQLite compares no pattern of more than 50,000 bytes."""

FROZEN = "a figure given is never changed; correct it by a new revision"
OVERLAPS = "the window overlaps one for which new people were already counted"
NOT_ITS_VERSION = "a figure is given under a version of its own indicator, as that version counts"
VERSION_USED = "figures were given under this version; make a new one"
KEPT = "what was reported is never deleted"
ANSWER_FROZEN = "an answer given is never changed; correct it by a new revision"
STEP_FROZEN = "a step of a review is never changed"

MEASUREMENT = (
    "id", "project_id", "indicator_id", "version_id", "cell_id", "start", "end", "over_time", "revision", "report_id",
    "status", "value", "numerator", "denominator", "typed_total", "estimated", "by_id", "at",
)  # fmt: skip
ANSWER = ("id", "report_id", "question_id", "revision", "reader", "by_id", "at")
STEP = ("id", "delivery_id", "step", "question_id", "indicator_id", "by_id", "at")
VERSION = (
    "id", "indicator_id", "number", "name", "definition", "kind", "over_time", "counts_people", "adults_only", "least",
    "most", "made_at",
)  # fmt: skip


def _differs(columns: tuple[str, ...], unlike: str) -> str:
    return " OR ".join(f'NEW."{name}" {unlike} OLD."{name}"' for name in columns)


def _wrong_version() -> str:
    return """NOT EXISTS (
        SELECT 1 FROM outcomes_indicatorversion v
        WHERE v.id = NEW.version_id AND v.indicator_id = NEW.indicator_id AND v.over_time = NEW.over_time
          AND v.kind <> 'narrative' AND (NEW.status <> 'reported' OR (v.kind = 'ratio') = (NEW.value IS NULL)))"""


def _edited(column: str, unlike: str, *, stamped: bool = True) -> str:
    """Whether a text was changed but by blocks in the place of passages of it, and, if `stamped`, at a new time."""
    kept = f'NEW."{column}"'
    for plain, escaped in (("\\", "\\\\"), ("%", "\\%"), ("_", "\\_"), (BLOCKS, "%")):
        kept = f"replace({kept}, '{plain}', '{escaped}')"
    same = f"""(length(NEW."{column}") > {LONGEST_COMPARED} OR OLD."{column}" LIKE {kept} ESCAPE '\\')"""
    struck = f"""NEW."{column}" LIKE '%{BLOCKS}%' AND {same}"""
    if stamped:
        struck += f" AND NEW.blacked_out_at IS NOT NULL AND NEW.blacked_out_at {unlike} OLD.blacked_out_at"
    return f'(NEW."{column}" {unlike} OLD."{column}" AND NOT ({struck}))'


Rule = tuple[str, str, str, str, str]
"""Name, table, event, when it refuses, sentence."""


def _rules(unlike: str) -> list[Rule]:
    """Name, table, event, when it refuses, sentence; `unlike` is how the engine says that two values differ."""
    used = "EXISTS (SELECT 1 FROM outcomes_measurement m WHERE m.version_id = OLD.id)"
    edited = f"({_differs(VERSION, unlike)}) AND {used}"
    unblacked = "(OLD.blacked_out_at IS NOT NULL AND NEW.blacked_out_at IS NULL)"
    unsaid = f"{_edited('text', unlike)} OR {_edited('reason', unlike)} OR {unblacked}"
    noted = f"{_edited('note', unlike)} OR {unblacked}"
    figure = f"{_differs(MEASUREMENT, unlike)} OR {_edited('reason', unlike, stamped=False)}"
    back = f"(OLD.superseded_at IS NOT NULL AND NEW.superseded_at {unlike} OLD.superseded_at)"
    changed = f"{_differs(ANSWER, unlike)} OR {back} OR {unsaid}"
    return [
        ("figure_frozen", "outcomes_measurement", "UPDATE", f"{figure} OR {back}", FROZEN),
        ("figure_kept", "outcomes_measurement", "DELETE", "1 = 1", KEPT),
        ("figure_version", "outcomes_measurement", "INSERT", _wrong_version(), NOT_ITS_VERSION),
        ("version_frozen", "outcomes_indicatorversion", "UPDATE", edited, VERSION_USED),
        ("answer_frozen", "outcomes_answer", "UPDATE", changed, ANSWER_FROZEN),
        ("answer_kept", "outcomes_answer", "DELETE", "1 = 1", KEPT),
        ("step_frozen", "outcomes_reviewevent", "UPDATE", f"{_differs(STEP, unlike)} OR {noted}", STEP_FROZEN),
        ("step_kept", "outcomes_reviewevent", "DELETE", "1 = 1", KEPT),
    ]  # fmt: skip


SAME_FLOW = """EXISTS (
    SELECT 1 FROM outcomes_measurement m
    WHERE m.project_id = NEW.project_id AND m.indicator_id = NEW.indicator_id AND m.cell_id = NEW.cell_id
      AND m.over_time = 'flow' AND m.superseded_at IS NULL AND m."start" <= NEW."end" AND m."end" >= NEW."start"
) AND NEW.over_time = 'flow' AND NEW.superseded_at IS NULL"""


NO_DOCUMENT = "a document that takes the place of a report is handed in with it and stays"
DOCUMENTS: list[Rule] = [
    (
        "document_at_once", "outcomes_report", "INSERT",
        "NEW.submitted_at IS NOT NULL AND NEW.form = 'document'", NO_DOCUMENT,
    ),
    (
        "document_there", "outcomes_report", "UPDATE",
        """OLD.submitted_at IS NULL AND NEW.submitted_at IS NOT NULL AND NEW.form = 'document' AND NOT EXISTS (
            SELECT 1 FROM outcomes_reportfile f WHERE f.report_id = NEW.id AND f.removed_at IS NULL)""",
        NO_DOCUMENT,
    ),
    (
        "document_stays", "outcomes_reportfile", "UPDATE",
        """OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL AND EXISTS (
            SELECT 1 FROM outcomes_report r
            WHERE r.id = NEW.report_id AND r.submitted_at IS NOT NULL AND r.form = 'document') AND NOT EXISTS (
            SELECT 1 FROM outcomes_reportfile f
            WHERE f.report_id = NEW.report_id AND f.id <> NEW.id AND f.removed_at IS NULL)""",
        NO_DOCUMENT,
    ),
]  # fmt: skip
KEPT_IS_NO_EVIDENCE = "an answer that no funder reads cannot serve as evidence"
_OF_NO_FUNDER = """NEW.may_serve <> 'no' AND EXISTS (
    SELECT 1 FROM outcomes_answer a WHERE a.id = NEW.answer_id AND a.reader IN ('kept', 'learning'))"""
EVIDENCE_MARKS: list[Rule] = [
    ("evidence_mark_read", "outcomes_evidencemark", "INSERT", _OF_NO_FUNDER, KEPT_IS_NO_EVIDENCE),
    ("evidence_mark_still_read", "outcomes_evidencemark", "UPDATE", _OF_NO_FUNDER, KEPT_IS_NO_EVIDENCE),
]
TOO_EARLY = "an answer for after the renewal is on no copy before it is decided, and one that is kept on none"
RENEWAL_STAYS = "a renewal that was recorded as decided stays so"
_NOT_YET = """EXISTS (
    SELECT 1 FROM outcomes_answer a WHERE a.id = NEW.answer_id AND (a.reader IN ('kept', 'learning')
        OR (a.reader = 'after_renewal' AND NOT EXISTS (
            SELECT 1 FROM outcomes_delivery v
            JOIN outcomes_reportdue d ON d.id = v.due_id JOIN outcomes_renewal r ON r.grant_id = d.grant_id
            WHERE v.id = NEW.delivery_id AND r.at >= a.at))))"""
RENEWALS: list[Rule] = [
    ("answer_in_time", "outcomes_deliveredanswer", "INSERT", _NOT_YET, TOO_EARLY),
    ("answer_moved_in_time", "outcomes_deliveredanswer", "UPDATE", _NOT_YET, TOO_EARLY),
    ("renewal_frozen", "outcomes_renewal", "UPDATE", "1 = 1", RENEWAL_STAYS),
    ("renewal_kept", "outcomes_renewal", "DELETE", "1 = 1", RENEWAL_STAYS),
]
OVERLAP_FROZEN = "what was said of people in two works is superseded, never changed"
SHARED = ("id", "indicator_id", "cell_id", "start", "end", "one_id", "other_id", "method", "by_id", "at")
SHARED_PEOPLE: list[Rule] = [
    (
        "overlap_frozen", "outcomes_overlap", "UPDATE",
        f"""{_differs(SHARED, "<>")} OR COALESCE(NEW.people, -1) <> COALESCE(OLD.people, -1)
            OR (OLD.superseded_at IS NOT NULL
                AND (NEW.superseded_at IS NULL OR NEW.superseded_at <> OLD.superseded_at))""",
        OVERLAP_FROZEN,
    ),
    ("overlap_kept", "outcomes_overlap", "DELETE", "1 = 1", OVERLAP_FROZEN),
]  # fmt: skip
LATER: list[Rule] = [*DOCUMENTS, *EVIDENCE_MARKS, *RENEWALS, *SHARED_PEOPLE]
"""What later migrations put up; those that run on an empty database do so one after the other."""


def put_up(editor: Any) -> None:
    """Put the first guards up; `editor` is a schema editor of the database."""
    for statement in _postgresql() if editor.connection.vendor == "postgresql" else _sqlite():
        editor.execute(statement, params=None)


def every() -> list[Rule]:
    """All of them, of whichever migration."""
    return [*_rules("IS NOT"), *LATER]


def put_up_later(editor: Any, rules: Sequence[Rule] = LATER) -> None:
    """Put up what later migrations brought, or some of it."""
    on_postgresql = editor.connection.vendor == "postgresql"
    for statement in _triggers_postgresql(rules) if on_postgresql else _triggers_sqlite(rules):
        editor.execute(statement, params=None)


def take_down_later(editor: Any, rules: Sequence[Rule] = LATER) -> None:
    _drop(editor, ((name, table) for name, table, *_ in rules))


def renew(editor: Any) -> None:
    """Put the triggers up as they are now, where older ones stand; the exclusion, dear to build, stays as it is."""
    on_postgresql = editor.connection.vendor == "postgresql"
    _drop(editor, ((name, table) for name, table, *_ in _rules("IS NOT")))
    for statement in (
        _triggers_postgresql(_rules("IS DISTINCT FROM")) if on_postgresql else _triggers_sqlite(_rules("IS NOT"))
    ):
        editor.execute(statement, params=None)


def take_down(editor: Any) -> None:
    """Take the first guards down again (before the tables go, or where tests empty them)."""
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE outcomes_measurement DROP CONSTRAINT IF EXISTS flows_do_not_overlap", params=None)
    named = [(name, table) for name, table, *_ in _rules("IS NOT")]
    _drop(editor, [*named, ("flows_do_not_overlap", "outcomes_measurement")])


def _drop(editor: Any, named: Iterable[tuple[str, str]]) -> None:
    for name, table in named:
        on = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
        editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}", params=None)
        if on:
            editor.execute(f"DROP FUNCTION IF EXISTS outcomes_{name}()", params=None)


def _sqlite() -> list[str]:
    rules = [*_rules("IS NOT"), ("flows_do_not_overlap", "outcomes_measurement", "INSERT", SAME_FLOW, OVERLAPS)]
    return _triggers_sqlite(rules)


def _triggers_sqlite(rules: Sequence[Rule]) -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {refused} BEGIN SELECT RAISE(ABORT, '{said}'); END"
        for name, table, event, refused, said in rules
    ]


def _postgresql() -> list[str]:
    return [
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        *_triggers_postgresql(_rules("IS DISTINCT FROM")),
        """ALTER TABLE outcomes_measurement ADD CONSTRAINT flows_do_not_overlap EXCLUDE USING gist (
            project_id WITH =, indicator_id WITH =, cell_id WITH =, daterange("start", "end", '[]') WITH &&)
            WHERE (superseded_at IS NULL AND over_time = 'flow')""",
    ]


def _triggers_postgresql(rules: Sequence[Rule]) -> list[str]:
    made: list[str] = []
    for name, table, event, refused, said in rules:
        back = "OLD" if event == "DELETE" else "NEW"
        made += [
            f"""CREATE FUNCTION outcomes_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF {refused} THEN RAISE EXCEPTION '{said}' USING ERRCODE = '23000'; END IF;
                RETURN {back}; END $$""",
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION outcomes_{name}()",
        ]
    return made
