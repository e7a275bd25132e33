"""Files between their preview and their import."""

import hashlib
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.controls import one_line
from accounts.models import User
from programs.actions.importing import ImportResult, import_program
from programs.importing.errors import ImportFailed
from programs.importing.tables import Tables
from programs.models import Program, ProgramUpload
from programs.models.upload import KEPT_FOR, KeptFile

LONGEST_NAME = 200
Kept = TypeVar("Kept", bound=KeptFile)


class AlreadyImported(ImportFailed):
    """A double click, or the button of a page that was gone back to."""

    def __init__(self) -> None:
        super().__init__("このファイルはすでに取り込んであります。内容は変わっていません。")


class FileGone(ImportFailed):
    """The page of a file, or its button, after `remove_old_uploads` took the file away."""

    def __init__(self) -> None:
        super().__init__(
            f"選んでから{KEPT_FOR.days}日を過ぎたため、このファイルは削除しました。もう一度選んでください。"
        )


@transaction.atomic
def remove_old_uploads(*kinds: type[KeptFile]) -> int:
    """Delete the files of these kinds that were chosen longer than KEPT_FOR ago; returns how many.

    The clock alone does so (`manage.py remove_old_uploads`): a file stays as long whatever else is chosen meanwhile.
    """
    eldest = timezone.now() - KEPT_FOR
    return sum(kind._default_manager.filter(made_at__lt=eldest).delete()[0] for kind in kinds)


def keep_file(model: type[Kept], name: str, content: bytes, **of: object) -> Kept:
    """Store a file for its preview."""
    sha256 = hashlib.sha256(content).hexdigest()
    return model._default_manager.create(name=one_line(name)[-LONGEST_NAME:], sha256=sha256, content=content, **of)


def lock_file(upload: Kept) -> Kept:
    """The file as it is stored now, without its content, locked. Raises FileGone."""
    kept = type(upload)._default_manager.select_for_update().defer("content").filter(pk=upload.pk).first()
    if kept is None:
        raise FileGone
    return kept


@transaction.atomic
def keep_upload(*, program: Program, by: User, name: str, content: bytes) -> ProgramUpload:
    """Keep a file for its preview; it is stored, and nothing else."""
    return keep_file(ProgramUpload, name, content, program=program, by=by)


@transaction.atomic
def apply_upload(
    *, upload: ProgramUpload, tables: Tables, by: User, reason: str, expected_fingerprint: str
) -> ImportResult | None:
    """Import a kept file, whose content `tables` are.

    Effects, in order: (1) the file is locked; (2) those of `import_program`;
    (3) the file bears the time. Raises FileGone, AlreadyImported, and what
    `import_program` raises; then nothing is written.
    """
    kept = lock_file(upload)
    if kept.applied_at is not None:
        raise AlreadyImported
    result = import_program(
        program=kept.program, tables=tables, by=by, reason=reason, expected_fingerprint=expected_fingerprint
    )
    ProgramUpload.objects.filter(pk=kept.pk).update(applied_at=timezone.now())
    return result
