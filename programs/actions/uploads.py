"""Files between their preview and their import."""

import datetime
import hashlib
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from programs.actions.importing import ImportResult, import_program
from programs.importing.errors import ImportFailed
from programs.importing.tables import Tables
from programs.models import Program, ProgramUpload
from programs.models.upload import KeptFile

KEPT_FOR = datetime.timedelta(days=7)
LONGEST_NAME = 200
Kept = TypeVar("Kept", bound=KeptFile)


class AlreadyImported(ImportFailed):
    """A double click, or the button of a page that was gone back to."""

    def __init__(self) -> None:
        super().__init__("このファイルはすでに取り込んであります。内容は変わっていません。")


def remove_old_uploads(model: type[KeptFile]) -> int:
    """Delete the files of a kind that were chosen more than seven days ago; returns how many."""
    return model._default_manager.filter(made_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def keep_file(model: type[Kept], name: str, content: bytes, **of: object) -> Kept:
    """Store a file for its preview, and delete those of its kind that are old, should nothing do so by the clock."""
    remove_old_uploads(model)
    sha256 = hashlib.sha256(content).hexdigest()
    return model._default_manager.create(name=name[-LONGEST_NAME:], sha256=sha256, content=content, **of)


@transaction.atomic
def keep_upload(*, program: Program, by: User, name: str, content: bytes) -> ProgramUpload:
    """Keep a file for its preview.

    Effects, in order: (1) files of any programme kept longer than seven days
    are deleted; (2) the file is stored.
    """
    return keep_file(ProgramUpload, name, content, program=program, by=by)


@transaction.atomic
def apply_upload(
    *, upload: ProgramUpload, tables: Tables, by: User, reason: str, expected_fingerprint: str
) -> ImportResult | None:
    """Import a kept file, whose content `tables` are.

    Effects, in order: (1) the file is locked; (2) those of `import_program`;
    (3) the file bears the time. Raises AlreadyImported, and what
    `import_program` raises; then nothing is written.
    """
    kept = ProgramUpload.objects.select_for_update().defer("content").get(pk=upload.pk)
    if kept.applied_at is not None:
        raise AlreadyImported
    result = import_program(
        program=kept.program, tables=tables, by=by, reason=reason, expected_fingerprint=expected_fingerprint
    )
    ProgramUpload.objects.filter(pk=kept.pk).update(applied_at=timezone.now())
    return result
