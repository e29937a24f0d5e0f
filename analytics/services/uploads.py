"""History files brought in on the page: kept sealed in the database, checked and taken in by the worker.

Any worker on any machine can go on with a file, since all of it is in the database. It is forgotten once it is taken
in, discarded, or a day old.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import cache

from analytics.domain.errors import DayMissing, FileTooLarge, ImportRefused, MappingFaulty
from analytics.domain.mapping_files import mapping_of_data
from analytics.domain.states import UPLOAD_MOVES
from analytics.models import HistoryUpload, ImportBatch, UploadPart
from analytics.services.upload_parts import even, faults_keep, part_write, sample_keep, upload_file
from analytics.services.visits import TakenIn, visits_take_in
from hospital.common import history, jobs
from hospital.common.actor import Actor
from hospital.common.codes import code_8
from hospital.common.errors import NotFound
from hospital.common.guards import require
from hospital.common.roles import MANAGERS
from hospital.common.transactions import transactional

READ = "analytics.upload"
BYTES_MAX = 300_000_000
KEPT = timedelta(hours=24)
PROGRESS_KEPT_S = 600
WORKER = Actor.job("history file")


@transactional
def upload_keep(*, name: str, pieces: Iterable[bytes], actor: Actor, now: datetime) -> HistoryUpload:
    """Keep a file that a manager brought, to be looked at; nothing is taken in yet.

    Raises
    ------
    NotAllowed
        For anybody but a manager.
    FileTooLarge
        Beyond 300 MB.
    ImportRefused
        When it is no table.
    """
    require(actor, MANAGERS)
    upload = HistoryUpload.objects.create(
        name=name[:200].replace("\0", ""), size=0, uploaded_at=now, uploaded_by=actor.name
    )
    for index, piece in enumerate(even(pieces)):
        upload.size += len(piece)
        if upload.size > BYTES_MAX:
            raise FileTooLarge(megabytes=BYTES_MAX // 1_000_000)
        part_write(upload, UploadPart.Kind.FILE, index, piece)
    upload.save(update_fields=["size"])
    sample_keep(upload)
    history.begin(upload, "upload", actor=actor, at=now)
    return upload


@transactional
def upload_check(
    *, code: str, tables: Mapping[str, Any], start: date | None, actor: Actor, now: datetime
) -> HistoryUpload:
    """Have the worker read the whole file by this mapping, without taking anything in.

    Raises
    ------
    NotAllowed
        For anybody but a manager.
    MappingFaulty
        When the mapping cannot be used.
    DayMissing
        When the file has no dates and no first day is said.
    IllegalTransition
        While it is being read, or once it is taken in.
    """
    require(actor, MANAGERS)
    try:
        mapping = mapping_of_data(tables)
    except ValueError as error:
        raise MappingFaulty(reason=str(error)) from error
    if mapping.calendar and start is None:
        raise DayMissing(field="start_date")
    upload = _locked(code)
    kept = {"tables": dict(tables), "start_date": start, "report": {}}
    history.move(upload, UPLOAD_MOVES, "check", actor=actor, at=now, columns=kept)
    _enqueue(upload, now)
    return upload


@transactional
def upload_take(*, code: str, actor: Actor, now: datetime) -> HistoryUpload:
    """Have the worker take a checked file in; pressing twice is no harm.

    Raises
    ------
    NotAllowed
        For anybody but a manager.
    IllegalTransition
        Unless it was checked and is without errors.
    """
    require(actor, MANAGERS)
    upload = _locked(code)
    if upload.state not in {"taking", "taken"}:
        history.move(upload, UPLOAD_MOVES, "take", actor=actor, at=now)
        _enqueue(upload, now)
    return upload


@transactional
def upload_discard(*, code: str, actor: Actor, now: datetime) -> None:
    """Forget the file; what was taken in before stays.

    Raises
    ------
    NotAllowed
        For anybody but a manager.
    IllegalTransition
        While it is being taken in, or afterwards.
    """
    require(actor, MANAGERS | {"job"})
    upload = _locked(code)
    if upload.state != "discarded":
        history.move(upload, UPLOAD_MOVES, "discard", actor=actor, at=now)
    upload.parts.all().delete()


def uploads_forget(*, now: datetime) -> int:
    """Discard files that nobody went on with for a day; returns how many."""
    old = HistoryUpload.objects.filter(uploaded_at__lt=now - KEPT).exclude(
        state__in=["taking", "taken", "discarded"]
    )
    codes = list(old.values_list("code", flat=True))
    return len(
        jobs.each("history file", codes, lambda code: upload_discard(code=code, actor=WORKER, now=now))
    )


@transactional
def upload_read(*, code: str, now: datetime) -> None:
    """The worker's part: check the whole file, or take it in, in one transaction with what came of it.

    Killed in between it leaves nothing, and is begun again.

    Raises
    ------
    TryLater
        While another worker reads it.
    """
    upload = HistoryUpload.objects.select_for_update(skip_locked=True).filter(code=code).first()
    if upload is None:
        message = "somebody else has this file, or it is gone"
        raise jobs.TryLater(message)
    if upload.state not in {"checking", "taking"}:
        return
    try:
        taken = _taken(upload, now)
    except ImportRefused as refused:
        faults_keep(upload, refused)
        _end(upload, "refuse", {"errors": refused.count}, now)
        return
    _end(upload, "pass" if upload.state == "checking" else "finish", _report(taken), now)
    if upload.state == "taken":
        upload.parts.all().delete()


def _end(upload: HistoryUpload, verb: str, report: Mapping[str, Any], now: datetime) -> None:
    history.move(upload, UPLOAD_MOVES, verb, actor=WORKER, at=now, columns={"report": dict(report)})


def _taken(upload: HistoryUpload, now: datetime) -> TakenIn:
    with upload_file(upload) as file:

        def progress(step: str, done: int) -> None:
            told = {"step": step, "done": done, "share": round(100 * file.reached)}
            cache.set(f"upload.{upload.code}", told, PROGRESS_KEPT_S)

        return visits_take_in(
            read=file.rows,
            source=ImportBatch.Source.FILE,
            name=upload.name,
            actor=Actor(kind="job", name=upload.uploaded_by),
            now=now,
            dry_run=upload.state == "checking",
            progress=progress,
        )


def _report(taken: TakenIn) -> dict[str, Any]:
    return {
        "rows": taken.rows,
        "added": taken.added,
        "corrected": taken.corrected,
        "sessions_touched": len(taken.session_days),
        **taken.facts,
    }


def _locked(code: str) -> HistoryUpload:
    upload = HistoryUpload.objects.select_for_update().filter(code=code).first()
    if upload is None:
        raise NotFound
    return upload


def _enqueue(upload: HistoryUpload, now: datetime) -> None:
    key = f"{upload.code} {upload.state} {code_8()}"
    jobs.enqueue(READ, key=key, payload={"code": upload.code}, due_at=now)
