"""Workbooks of 調書 between their preview and being taken in; each change is an edit by the person who brings them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import User
from programs.actions.uploads import keep_file, lock_file
from progress import permissions
from progress.actions.evaluations import Answers, save_evaluation
from progress.errors import NotYours, ProgressError
from progress.models import Evaluation, EvaluationUpload, Round

ONLY_LIAISONS = "調書の記入は、所管課の担当者が行います。"


@dataclass(frozen=True)
class Edit:
    """What a workbook changes in one 調書, and the version that was looked at."""

    evaluation: Evaluation
    answers: Answers
    expected_version: int


class AlreadyTaken(ProgressError):
    """A double click, or the button of a page that was gone back to."""

    def __init__(self) -> None:
        super().__init__(
            "このファイルはすでに取り込んであります。もう一度取り込むときは、ファイルを選び直してください。"
        )


@transaction.atomic
def keep_upload(*, round_: Round, by: User, name: str, content: bytes) -> EvaluationUpload:
    """Keep a workbook for its preview; it is stored, and nothing else. Raises NotYours."""
    if not permissions.may_bring_sheets(by, round_):
        raise NotYours(ONLY_LIAISONS)
    return keep_file(EvaluationUpload, name, content, round=round_, by=by)


@transaction.atomic
def take_in(
    *, upload: EvaluationUpload, edits: Sequence[Edit], by: User, counts: Mapping[str, int]
) -> list[Evaluation]:
    """Save everything of `edits`, or nothing. Returns the 調書 as they are stored now.

    `counts` (what → how many) go on record. Effects, in order: (1) the
    workbook is locked; (2) those of `save_evaluation` for each, in the order
    of their keys; (3) the workbook bears the time; (4) the audit trail has it.
    Raises FileGone, AlreadyTaken, and what `save_evaluation` raises: NotYours,
    NotNow, StaleSave.
    """
    kept = lock_file(upload)
    if kept.by_id != by.pk or any(edit.evaluation.round_id != kept.round_id for edit in edits):
        raise NotYours("ほかの人が選んだファイルと、ほかの年度の調書は、取り込めません。")
    if kept.applied_at is not None:
        raise AlreadyTaken
    moment = timezone.now()
    saved = [
        save_evaluation(
            evaluation=edit.evaluation,
            answers=edit.answers,
            by=by,
            expected_version=edit.expected_version,
            at=moment,
        )
        for edit in sorted(edits, key=lambda each: each.evaluation.pk)
    ]
    EvaluationUpload.objects.filter(pk=kept.pk).update(applied_at=moment)
    audit.record(
        AuditKind.IMPORTED,
        by=by,
        about=f"調書の取込み：{kept.round} {kept.name}",
        details={"調書": [str(each.action.code) for each in saved], "指紋": kept.sha256, **counts},
    )
    return saved
