"""A file's way in: received, read, shown, applied, undone. Nothing changes before a person says so."""

from __future__ import annotations

import gc
import hashlib
import os
import platform
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from django.core.files import File
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import bulk, journal
from accounts.journal import Did
from accounts.models import Organisation, Person
from grants import applying, changes, comparing, prepared, undoing
from grants.applying import Moved
from grants.models import Import, ImportProblem, ImportRow
from grants.rows import Unreadable

BATCH = 2_000
QUIET = timedelta(minutes=2)
"""So long without a sign of life, a reader on another machine is taken for dead."""
TRIES = 3


class WrongState(Exception):
    """The import is not where this can be done to it; its argument is the state it is in."""


class TakenOver(Exception):
    """Another process reads this import now; this one stops without a trace."""


class _Hashed(File):  # type: ignore[type-arg]
    """A file that is measured and hashed as it is stored."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.sha256, self.length = hashlib.sha256(), 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for chunk in super().chunks(chunk_size or 1024 * 1024):
            self.sha256.update(chunk)
            self.length += len(chunk)
            yield chunk


@contextmanager
def no_collector() -> Iterator[None]:
    """Rows hold no circles, so looking for circles among millions of them is a tenth of the time for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# --- in -----------------------------------------------------------------------------------------------------------
def receive(*, file: Any, name: str, by: Person | None, at: datetime, funder: Organisation | None = None) -> Import:
    """Keep a file until it is read; `funder` restricts it to that funder's rows. Raises OSError."""
    source = Import(name=Path(name).name[:255] or "file", by=by, funder=funder, received_at=at)
    hashed = _Hashed(file)
    source.file.save("received", hashed, save=False)
    source.size, source.sha256 = hashed.length, hashed.sha256.hexdigest()
    try:
        with transaction.atomic():
            source.save()
            journal.record(what=Did.RECEIVED_FILE, about=source, by=by, at=at, name=source.name, size=source.size)
    except BaseException:
        source.file.delete(save=False)
        raise
    return source


def read_next(*, at: datetime) -> bool:
    """Do the next thing that waits: read a file, apply an import, undo one. False where nothing waits."""
    if (source := _claim(at)) is not None:
        read(source, at=at)
        return True
    return _carry_out_next(at)


# --- reading ------------------------------------------------------------------------------------------------------
def _claim(at: datetime) -> Import | None:
    """Take one file that waits, or whose reader is gone; what a gone reader left is cleared away."""
    with transaction.atomic():
        files = Import.objects.select_for_update(skip_locked=True).order_by("received_at", "id")
        for source in files.filter(state__in=[Import.WAITING, Import.READING]):
            if source.state == Import.WAITING or _is_gone(source, at):
                return claim(source, at=at)
    return None


def claim(source: Import, *, at: datetime) -> Import:
    """Mark the file as read by this process. Call it inside a transaction."""
    source.state, source.claimed_at, source.claimed_by = Import.READING, at, _process(os.getpid())
    source.progress = 0
    source.save(update_fields=["state", "claimed_at", "claimed_by", "progress"])
    return source


def _process(pid: int) -> str:
    """This machine's name for a running process, or "" where there is none; the start tells apart a number reused."""
    try:
        start = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except FileNotFoundError:
        return f"{platform.node()}:{pid}:" if not Path("/proc/self").exists() else ""
    return f"{platform.node()}:{pid}:{start}"


def _is_gone(source: Import, at: datetime) -> bool:
    machine, _, rest = source.claimed_by.rpartition(":")[0].rpartition(":")
    if machine == platform.node() and rest.isdecimal() and Path("/proc/self").exists():
        return _process(int(rest)) != source.claimed_by
    return source.claimed_at is None or source.claimed_at + QUIET < at


@no_collector()
def read(source: Import, *, at: datetime) -> None:
    """Read and check a claimed file, batch by batch, to be shown before it is applied. What fails is said on it."""
    _clear(source)
    allowed = _allowed(source)
    comparison = comparing.Comparison(source, allowed=allowed, on=timezone.localdate(at))
    began = time.monotonic()
    try:
        for batch in prepared.batches(Path(source.file.path), source.name, size=BATCH):
            with transaction.atomic():
                bulk.expect_many()
                bulk.need_not_last()  # Half a file that was read is read anew from its start.
                comparison.take(batch.rows)
                _show_progress(source, comparison, batch, at + timedelta(seconds=time.monotonic() - began))
        with transaction.atomic():
            comparison.finish()
            _mark(source, state=Import.CHECKED, progress=100, totals=comparison.tally.totals())
    except Unreadable as problem:
        _fail(source, {"code": problem.code, "row": problem.row, "detail": problem.detail[:200]})
    except TakenOver:
        return
    except Exception:
        _fail(source, {"code": "unexpected", "row": comparison.tally.counts()["read"], "detail": ""})
        raise
    _forget_file(source)


def _allowed(source: Import) -> frozenset[int] | None:
    """Funders whose rows the sender may bring; None for all."""
    if source.funder_id:
        return frozenset({source.funder_id})
    if source.by is None or source.by.is_secretariat:
        return None
    return frozenset(source.by.officer_ids)


def _clear(source: Import) -> None:
    with transaction.atomic():
        ImportRow.objects.filter(source=source)._raw_delete(using=connection.alias)
        ImportProblem.objects.filter(source=source)._raw_delete(using=connection.alias)


def _show_progress(source: Import, comparison: comparing.Comparison, batch: prepared.Batch, now: datetime) -> None:
    """Seen by everybody as soon as the batch is committed; the last hundredth is what follows the last row."""
    done = min(99, batch.done * 100 // max(batch.size, 1))
    _mark(source, progress=done, claimed_at=now, **comparison.tally.counts())


def _mark(source: Import, **fields: Any) -> None:
    """Write these fields unless another process took the import over. Raises TakenOver."""
    mine = Import.objects.filter(pk=source.pk, state=Import.READING, claimed_by=source.claimed_by)
    if not mine.update(**fields):
        raise TakenOver(source.pk)
    for name, value in fields.items():
        setattr(source, name, value)


def _fail(source: Import, failure: dict[str, Any]) -> None:
    with transaction.atomic():
        _mark(source, state=Import.FAILED, failure=orjson.dumps(failure).decode())
    _clear(source)


def _forget_file(source: Import) -> None:
    """The rows are kept, without anybody's name; the file itself may hold names, so it goes."""
    source.file.delete(save=True)


# --- applying and undoing -----------------------------------------------------------------------------------------
def ask(source: Import, state: str, *, by: Person | None) -> None:
    """Leave word that a checked import is to be applied, or an applied one undone. Raises WrongState."""
    before = {Import.APPLYING: Import.CHECKED, Import.UNDOING: Import.APPLIED}[state]
    if not Import.objects.filter(pk=source.pk, state=before).update(state=state, asked_by=by):
        source.refresh_from_db()
        raise WrongState(source.state)
    source.refresh_from_db()


def _carry_out_next(at: datetime) -> bool:
    """Apply or undo in the transaction that holds the import's row: whoever dies on the way leaves nothing done."""
    source: Import | None = None
    try:
        with transaction.atomic():
            waiting = Import.objects.select_for_update(skip_locked=True, of=("self",)).order_by("id")
            source = waiting.filter(state__in=[Import.APPLYING, Import.UNDOING]).first()
            if source is None:
                return False
            _one_at_a_time()
            (apply if source.state == Import.APPLYING else undo)(source, by=source.asked_by, at=at)
    except Moved:
        assert source is not None
        with transaction.atomic():
            compare_again(source, at=at)
    except Exception:
        if source is not None:
            Import.objects.filter(pk=source.pk).update(state=Import.FAILED, failure='{"code": "unexpected"}')
        raise
    return True


def _one_at_a_time() -> None:
    """Two imports may name one new organisation, so on PostgreSQL the second waits; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('grants.imports'))")


@no_collector()
@transaction.atomic
def apply(source: Import, *, by: Person | None, at: datetime) -> None:
    """Write what was shown. Raises Moved where a grant changed meanwhile, and then nothing is written."""
    written = applying.apply(source, by=by, at=at)
    source.state, source.applied_at = Import.APPLIED, at
    source.save(update_fields=["state", "applied_at"])
    counts = {name: getattr(source, name) for name in Import.COUNTS}
    journal.record(what=Did.APPLIED_IMPORT, about=source, by=by, at=at, name=source.name, **counts)
    changes.touch(written)


@transaction.atomic
def undo(source: Import, *, by: Person | None, at: datetime) -> None:
    """Take back what was applied; grants edited since are kept and named in totals["kept"]."""
    done = undoing.undo(source, by=by, at=at)
    source.state, source.undone_at = Import.UNDONE, at
    source.totals["kept"] = done.kept[:200]
    source.totals["kept_count"] = len(done.kept)
    source.save(update_fields=["state", "undone_at", "totals"])
    details = {"name": source.name, "undone": len(done.grants), "kept": len(done.kept)}
    journal.record(what=Did.UNDID_IMPORT, about=source, by=by, at=at, **details)
    changes.touch(done.grants)


def compare_again(source: Import, *, at: datetime) -> None:
    """Hold the rows against what stands now, after somebody changed a grant; the person looks once more."""
    counts = comparing.compare_again(source)
    source.refresh_from_db()
    for name, count in counts.items():
        setattr(source, name, count)
    source.totals["compared_again"] = source.totals.get("compared_again", 0) + 1
    source.state = Import.CHECKED
    source.save(update_fields=[*counts, "totals", "state"])


@transaction.atomic
def drop(source: Import, *, by: Person | None, at: datetime) -> None:
    """Set an import aside; its rows stay to be looked at, its grants are as before. Raises WrongState."""
    fit = [Import.WAITING, Import.CHECKED, Import.FAILED]
    if not Import.objects.filter(pk=source.pk, state__in=fit).update(state=Import.DROPPED):
        source.refresh_from_db()
        raise WrongState(source.state)
    source.refresh_from_db()
    source.file.delete(save=True)
    journal.record(what=Did.DROPPED_IMPORT, about=source, by=by, at=at, name=source.name)


def forget(source: Import) -> None:
    """Take a file that was only tried out away again, rows and all."""
    _clear(source)
    with transaction.atomic():
        source.delete()


# --- grants that are no longer in the file -------------------------------------------------------------------------
@transaction.atomic
def answer_missing(source: Import, *, rows: Iterable[int], answer: str, by: Person | None, at: datetime) -> int:
    """Keep or remove grants that this file lacks (`rows`: ImportRow keys); how many. Raises WrongState."""
    if source.state != Import.APPLIED:
        raise WrongState(source.state)
    asked = source.rows.filter(outcome=ImportRow.MISSING, answer="", pk__in=list(rows))
    grant_ids = list(asked.values_list("grant_id", flat=True))
    asked.filter(Q(answer="")).update(answer=answer)
    if answer == ImportRow.REMOVE:
        removed = undoing.remove(source, grant_ids, by=by, at=at)
        for pk in removed:
            journal.record(what=Did.REMOVED_GRANT, about=f"grants.grant:{pk}", by=by, at=at, file=source.name)
        changes.touch(removed)
    return len(grant_ids)
