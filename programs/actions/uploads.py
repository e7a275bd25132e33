"""Files between their preview and their import."""

import datetime
import hashlib

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from programs.actions.importing import ImportResult, import_program
from programs.importing.errors import ImportFailed
from programs.importing.tables import Tables
from programs.models import Program, ProgramUpload

KEPT_FOR = datetime.timedelta(days=7)
LONGEST_NAME = 200


class AlreadyImported(ImportFailed):
    """A double click, or the button of a page that was gone back to."""

    def __init__(self) -> None:
        super().__init__("このファイルはすでに取り込んであります。内容は変わっていません。")


@transaction.atomic
def keep_upload(*, program: Program, by: User, name: str, content: bytes) -> ProgramUpload:
    """Keep a file for its preview.

    Effects, in order: (1) files of any programme kept longer than seven days
    are deleted; (2) the file is stored.
    """
    ProgramUpload.objects.filter(made_at__lt=timezone.now() - KEPT_FOR).delete()
    return ProgramUpload.objects.create(
        program=program,
        by=by,
        name=name[-LONGEST_NAME:],
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )


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
