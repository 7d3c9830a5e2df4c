"""Suggestions made, confirmed and overruled; a person's word stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.formats import localize
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Person
from counting.money import WHOLE
from grants import changes
from grants.models import Grant
from priorities import suggesting
from priorities.models import NOT_STATED, Bookmark, Code, Dimension, InitiativeLink, Link, Suggestion

BATCH = 2_000
BOOKMARK = "linking"

Answers = Mapping[str, Mapping[str, int]]
"""Dimension to code to basis points; an empty dimension takes back what was said."""


class CannotSort(ValueError):
    """The shares cannot be kept; its text says why, to the person who gave them."""


class ChangedMeanwhile(Exception):
    """Somebody else sorted the grant after this person opened it."""


def link_new_grants(*, at: datetime) -> int:
    """Suggest for every grant that changed since last time; returns for how many suggestions changed.

    Each batch is a transaction of its own and the bookmark moves last, so that a killed run is simply done again.
    """
    with transaction.atomic():
        bookmark = Bookmark.objects.get_or_create(name=BOOKMARK)[0]
        since = changes.since(bookmark.seq)
        if since.grant_ids is None:
            ids = list(Grant.objects.current().order_by("id").values_list("id", flat=True))
        else:
            ids = sorted(since.grant_ids)
    codes = suggesting.code_ids()
    changed = sum(_refresh(ids[start : start + BATCH], codes) for start in range(0, len(ids), BATCH))
    Bookmark.objects.filter(name=BOOKMARK, seq__lt=since.seq).update(seq=since.seq)
    return changed


@transaction.atomic
def _refresh(ids: list[int], codes: suggesting.Codes) -> int:
    # One run at a time writes suggestions.
    Bookmark.objects.select_for_update().get(name=BOOKMARK)
    return suggesting.refresh(ids, codes)


def set_shares(*, grant: Grant, dimension: str, shares: Mapping[str, int], by: Person | None, at: datetime) -> None:
    """What a person says of one dimension (code to basis points, coming to 10,000; empty takes it back).

    Raises CannotSort.
    """
    sort(grant=grant, answers={dimension: shares}, by=by, at=at)


@transaction.atomic
def sort(
    *,
    grant: Grant,
    answers: Answers,
    by: Person | None,
    at: datetime,
    initiatives: Collection[str] | None = None,
    seen: str | None = None,
) -> None:
    """What a person says of several dimensions, and of the initiatives (codes) where not None, at once.

    seen: fingerprint() when the person opened the grant, where it was shown. Raises CannotSort, ChangedMeanwhile.
    """
    Grant.objects.select_for_update(no_key=True).get(pk=grant.pk)
    if seen is not None and seen != fingerprint(grant):
        raise ChangedMeanwhile
    before = sorting_of(grant)
    _write({grant.pk: answers}, by=by, at=at)
    if initiatives is not None:
        _set_initiatives(grant, initiatives, by, at)
    details = {"before": {name: before.get(name, {}) for name in answers}, "after": {**answers}}
    journal.record(what=Did.SORTED_GRANT, about=grant, by=by, at=at, **details)
    changes.touch([grant.pk])


@transaction.atomic
def sort_many(*, answers: Mapping[int, Answers], by: Person, at: datetime) -> None:
    """Many grants (by primary key) in one go or not at all, one line of the journal each. Raises CannotSort."""
    grants = Grant.objects.select_for_update(no_key=True).in_bulk(sorted(answers))
    _write(answers, by=by, at=at)
    for pk, said in answers.items():
        journal.record(what=Did.SORTED_GRANT, about=grants[pk], by=by, at=at, after={**said})
    changes.touch(list(answers))


@transaction.atomic
def confirm(*, suggestion_ids: Collection[int], by: Person, at: datetime) -> list[int]:
    """Take these suggestions, where the person may write and nobody has spoken since, as the person's word.

    Returns the grants sorted. A dimension is taken whole: one share of a split brings the others along.
    """
    wanted = set(Suggestion.objects.filter(id__in=suggestion_ids).values_list("grant_id", "dimension"))
    mine = Grant.objects.editable_by(by).filter(id__in={grant for grant, _dimension in wanted})
    grants = set(mine.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    answers: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = Suggestion.objects.open().filter(grant__in=grants)
    for grant, dimension, code, share in rows.values_list("grant_id", "dimension", "code__code", "share"):
        if (grant, dimension) in wanted:
            answers[grant][dimension][code] = share
    if not answers:
        return []
    _write(answers, by=by, at=at)
    journal.record(what=Did.CONFIRMED_SUGGESTIONS, about="priorities.suggestion", by=by, at=at, grants=_plain(answers))
    changes.touch(list(answers))
    return list(answers)


def unsaid(*, suggestion_ids: Collection[int]) -> dict[int, dict[str, dict[str, int]]]:
    """By grant the dimensions of these suggestions, about which nobody has spoken, for undoing confirm()."""
    nothing: dict[int, dict[str, dict[str, int]]] = defaultdict(dict)
    for grant, dimension in Suggestion.objects.filter(id__in=suggestion_ids).values_list("grant_id", "dimension"):
        nothing[grant][dimension] = {}
    return nothing


@transaction.atomic
def dismiss(*, grant: Grant, dimension: str, by: Person, at: datetime) -> None:
    """Set aside what the rules suggest for one dimension; they do not suggest it again. Raises CannotSort."""
    if dimension not in Dimension.values:
        raise CannotSort(no_list(dimension))
    if Suggestion.objects.filter(grant=grant, dimension=dimension, dismissed=False).update(dismissed=True):
        journal.record(what=Did.DISMISSED_SUGGESTIONS, about=grant, by=by, at=at, dimension=dimension)


@transaction.atomic
def take_back(*, answers: Mapping[int, Answers], after: Mapping[int, str], by: Person, at: datetime) -> int:
    """Put back what stood before in these grants (by primary key) and suggest anew; returns in how many.

    A grant that somebody has sorted since, so that its fingerprint is not the one in `after`, stays as it is.
    """
    mine = Grant.objects.editable_by(by).select_for_update(no_key=True).in_bulk(sorted(answers))
    undone = {pk: completed(answers[pk]) for pk, grant in mine.items() if fingerprint(grant) == after[pk]}
    if undone:
        sort_many(answers=undone, by=by, at=at)
        suggesting.refresh(list(undone), suggesting.code_ids())
    return len(undone)


def completed(answers: Answers) -> dict[str, dict[str, int]]:
    """The same shares with what they lack said to be not yet sorted; a dimension without any stays empty."""
    return {
        name: {**shares, NOT_STATED: WHOLE - sum(shares.values())} if 0 < sum(shares.values()) < WHOLE else {**shares}
        for name, shares in answers.items()
    }


def sorting_of(grant: Grant) -> dict[str, dict[str, int]]:
    """What people have said of a grant: dimension to code to basis points."""
    shares: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Link.objects.filter(grant=grant).order_by("dimension", "code__order")
    for dimension, code, share in rows.values_list("dimension", "code__code", "share"):
        shares[dimension][code] = share
    return dict(shares)


def initiatives_of(grant: Grant) -> list[str]:
    return sorted(InitiativeLink.objects.filter(grant=grant).values_list("initiative__code", flat=True))


def fingerprint(grant: Grant) -> str:
    """What people have said of a grant, as one text to compare; read it back with seen_in()."""
    links = [
        f"{name}/{code}={share}" for name, shares in sorted(sorting_of(grant).items()) for code, share in shares.items()
    ]
    return ";".join(links + [f"initiative/{code}" for code in initiatives_of(grant)])


def seen_in(text: str) -> dict[str, dict[str, int]]:
    """The shares in a fingerprint(), whatever a browser sent for one."""
    shares: dict[str, dict[str, int]] = defaultdict(dict)
    for part in text.split(";"):
        name, _slash, rest = part.partition("/")
        code, _equals, share = rest.partition("=")
        if name in Dimension.values and share.isdecimal():
            shares[name][code] = int(share)
    return dict(shares)


def checked(dimension: str, shares: Mapping[str, int], codes: suggesting.Codes) -> None:
    """Raise CannotSort unless every code may be used today and the shares, where any are given, come to the whole."""
    if dimension not in Dimension.values:
        raise CannotSort(no_list(dimension))
    for code, share in shares.items():
        if (dimension, code) not in codes:
            raise CannotSort(
                _("“%(code)s” is no entry of the list “%(list)s”, or no longer one. Choose one from the list.")
                % {"code": code, "list": Dimension(dimension).label}
            )
        if share < 1:
            raise CannotSort(_("A share is more than 0 %. Leave it empty where nothing goes there."))
    total = sum(shares.values())
    if shares and total < WHOLE:
        raise CannotSort(
            _(
                "These shares come to %(total)s %%; %(missing)s %% is missing. Say where it goes, or put it under "
                "“Not yet sorted”."
            )
            % {"total": in_percent(total), "missing": in_percent(WHOLE - total)}
        )
    if total > WHOLE:
        raise CannotSort(
            _("These shares come to %(total)s %%, which is %(over)s %% more than the whole. Lower one of them.")
            % {"total": in_percent(total), "over": in_percent(total - WHOLE)}
        )


def no_list(name: str) -> str:
    return _("“%(list)s” is no list that grants are sorted by. There are: %(lists)s.") % {
        "list": name.replace("\0", "\ufffd")[:40],
        "lists": ", ".join(Dimension.values),
    }


def in_percent(share: int) -> str:
    """Basis points as a percentage without its sign, exact and no longer than needed: 3333 gives 33.33."""
    return str(localize(share / 100)) if share % 100 else str(share // 100)


def _write(answers: Mapping[int, Answers], *, by: Person | None, at: datetime) -> None:
    """Replace the links of these grants and dimensions, and drop their suggestions. What is not stated has no link."""
    codes = suggesting.code_ids()
    grants_in: dict[str, list[int]] = defaultdict(list)
    fresh = []
    for grant, said in answers.items():
        for dimension, shares in said.items():
            checked(dimension, shares, codes)
            grants_in[dimension].append(grant)
            fresh += [
                Link(grant_id=grant, dimension=dimension, code_id=codes[dimension, code], share=share, by=by, at=at)
                for code, share in shares.items()
                if code != NOT_STATED
            ]
    for dimension, grants in grants_in.items():
        Link.objects.filter(grant__in=grants, dimension=dimension).delete()
        Suggestion.objects.filter(grant__in=grants, dimension=dimension).delete()
    Link.objects.bulk_create(fresh, batch_size=5_000)


def _set_initiatives(grant: Grant, initiatives: Collection[str], by: Person | None, at: datetime) -> None:
    found = {each.code: each for each in Code.objects.filter(kind="initiative", code__in=initiatives)}
    if unknown := sorted(set(initiatives) - found.keys()):
        raise CannotSort(_("“%(code)s” is no initiative of the funders' list.") % {"code": unknown[0]})
    standing = InitiativeLink.objects.filter(grant=grant)
    standing.exclude(initiative__in=found.values()).delete()
    kept = set(standing.values_list("initiative", flat=True))
    InitiativeLink.objects.bulk_create(
        InitiativeLink(grant=grant, initiative=each, by=by, at=at) for each in found.values() if each.pk not in kept
    )


def _plain(answers: Mapping[int, Answers]) -> dict[str, dict[str, dict[str, int]]]:
    return {str(grant): {name: dict(shares) for name, shares in said.items()} for grant, said in answers.items()}
