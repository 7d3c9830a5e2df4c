"""A passage struck out of what is kept about grants: their texts, every revision, and the files they came in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import orjson
from django.db.models import Q

from grants import changes
from grants.models import Grant, Import, ImportProblem, ImportRow, Project, Revision

GRANTS, ROWS = "grants", "rows"
TEXTS = ("title", "description", "programme")
"""The columns of a grant in which people write what they like."""
Strike = Callable[[str], str]


def strike(project_ids: Collection[int], strike_one: Strike, *, keep: bool) -> dict[str, list[Any]]:
    """Where the passage stands about these projects' grants, by kind (keys of rows); struck there with `keep`. Call it
    in the transaction of the deed.

    A file in whose rows it stands goes from the disk whole: nothing can be struck inside it, and its rows stay.
    """
    grants = Grant.objects.filter(project__in=project_ids)
    touched = [each.pk for each in grants if _strike_texts(each, TEXTS, strike_one, keep)]
    for project in Project.objects.filter(pk__in=project_ids):
        _strike_texts(project, ("title",), strike_one, keep)
    revisions = Revision.objects.filter(grant__in=grants)
    told = {each.grant_id for each in revisions if _strike_json(each, ("content",), strike_one, keep)}
    rows = ImportRow.objects.filter(grant_id__in=grants.values("grant_id"))
    struck = [each for each in rows if _strike_json(each, ("raw", "cleaned"), strike_one, keep)]
    where = Q(pk__in=[])
    for each in struck:
        where |= Q(source=each.source_id, row=each.row)
    for problem in ImportProblem.objects.filter(where):
        _strike_texts(problem, ("value", "repair"), strike_one, keep)
    if keep:
        for source in Import.objects.filter(pk__in={each.source_id for each in struck}).exclude(file=""):
            source.file.delete(save=False)
            Import.objects.filter(pk=source.pk).update(file="")
        changes.touch(touched)
    return {GRANTS: sorted({*touched, *told}), ROWS: [each.pk for each in struck]}


def _strike_texts(row: Any, columns: Collection[str], strike_one: Strike, keep: bool) -> bool:
    now = {name: strike_one(getattr(row, name)) for name in columns}
    changed = {name: text[: row._meta.get_field(name).max_length] for name, text in now.items()}
    changed = {name: text for name, text in changed.items() if text != getattr(row, name)}
    if changed and keep:
        type(row)._default_manager.filter(pk=row.pk).update(**changed)
    return bool(changed)


def _strike_json(row: Any, columns: Collection[str], strike_one: Strike, keep: bool) -> bool:
    """Texts inside what is kept as JSON; its names stay, so it reads as before."""
    changed = {}
    for name in columns:
        text = getattr(row, name)
        try:
            kept = orjson.loads(text)
        except orjson.JSONDecodeError:  # Not every raw row is one; then it is a text like any other.
            now = strike_one(text)
        else:
            walked = _walked(kept, strike_one)
            now = text if walked == kept else orjson.dumps(walked).decode()
        if now != text:
            changed[name] = now
    if changed and keep:
        type(row)._default_manager.filter(pk=row.pk).update(**changed)
    return bool(changed)


def _walked(kept: Any, strike_one: Strike) -> Any:
    if isinstance(kept, str):
        return strike_one(kept)
    if isinstance(kept, list):
        return [_walked(each, strike_one) for each in kept]
    if isinstance(kept, dict):
        return {name: _walked(each, strike_one) for name, each in kept.items()}
    return kept
