"""Truths that a column's constraint cannot hold, as triggers on both engines; put up by a migration.

A figure, once given, only ever becomes superseded, once. Windows of current flows do not overlap. A figure is given
under a version of its own indicator, as that version counts. A version is frozen once a figure was given under it. An
answer or a step of a review only ever becomes superseded or blacked out: blocks in the place of passages, and every
other character as it was. Nothing of all that is deleted.
Each refusal is an IntegrityError with a sentence.
"""

from __future__ import annotations

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


def _rules(unlike: str) -> list[tuple[str, str, str, str, str]]:
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


def put_up(editor: Any) -> None:
    """Put all guards up; `editor` is a schema editor of the database."""
    for statement in _postgresql() if editor.connection.vendor == "postgresql" else _sqlite():
        editor.execute(statement, params=None)


def renew(editor: Any) -> None:
    """Put the triggers up as they are now, where older ones stand; the exclusion, dear to build, stays as it is."""
    on_postgresql = editor.connection.vendor == "postgresql"
    for name, table, *_ in _rules("IS NOT"):
        editor.execute(f"DROP TRIGGER IF EXISTS {name}{f' ON {table}' if on_postgresql else ''}", params=None)
        if on_postgresql:
            editor.execute(f"DROP FUNCTION IF EXISTS outcomes_{name}()", params=None)
    for statement in _triggers_postgresql() if on_postgresql else _triggers_sqlite(_rules("IS NOT")):
        editor.execute(statement, params=None)


def take_down(editor: Any) -> None:
    """Take all guards down again (before the tables go, or where tests empty them)."""
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE outcomes_measurement DROP CONSTRAINT IF EXISTS flows_do_not_overlap", params=None)
    for name, table, *_ in [*_rules("IS NOT"), ("flows_do_not_overlap", "outcomes_measurement")]:
        on = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
        editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}", params=None)
        if on:
            editor.execute(f"DROP FUNCTION IF EXISTS outcomes_{name}()", params=None)


def _sqlite() -> list[str]:
    rules = [*_rules("IS NOT"), ("flows_do_not_overlap", "outcomes_measurement", "INSERT", SAME_FLOW, OVERLAPS)]
    return _triggers_sqlite(rules)


def _triggers_sqlite(rules: list[tuple[str, str, str, str, str]]) -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {refused} BEGIN SELECT RAISE(ABORT, '{said}'); END"
        for name, table, event, refused, said in rules
    ]


def _postgresql() -> list[str]:
    return [
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        *_triggers_postgresql(),
        """ALTER TABLE outcomes_measurement ADD CONSTRAINT flows_do_not_overlap EXCLUDE USING gist (
            project_id WITH =, indicator_id WITH =, cell_id WITH =, daterange("start", "end", '[]') WITH &&)
            WHERE (superseded_at IS NULL AND over_time = 'flow')""",
    ]


def _triggers_postgresql() -> list[str]:
    made: list[str] = []
    for name, table, event, refused, said in _rules("IS DISTINCT FROM"):
        back = "OLD" if event == "DELETE" else "NEW"
        made += [
            f"""CREATE FUNCTION outcomes_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF {refused} THEN RAISE EXCEPTION '{said}' USING ERRCODE = '23000'; END IF;
                RETURN {back}; END $$""",
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION outcomes_{name}()",
        ]
    return made
