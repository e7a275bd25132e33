"""Making the papers that wait, one after the other, in one process of low priority beside the portal.

Whoever orders a paper starts that process (`start`); it ends at once where another one is at work, which
takes the new order in its turn. So ten orders never take more than one core, and the portal's pages come first.
"""

import fcntl
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread

from django.conf import settings
from django.db import transaction

from plan.actions import bump_content_version
from progress.actions.papers import claim_next, fail_paper, finish_paper
from progress.enums import PaperKind
from progress.models import Paper
from progress.papers.engine import pdf_of
from progress.papers.printing import printed

LOWEST = 19
"""Of the priorities of a process."""
# A process needs a second to load before it takes its turn: until it has ended, this worker starts no other.
_started = Lock()
FOR_THE_PUBLIC = (PaperKind.YEARLY, PaperKind.PLAN)

logger = logging.getLogger("portal.papers")


def start(*arguments: str) -> None:
    """Start the process that makes papers, and do not wait for it; nothing where the settings say so (tests).

    Where the folder of the papers cannot be written to, that is in the log, and the paper goes on waiting.
    """
    if not settings.MAKES_PAPERS:
        return
    try:
        if is_at_work() or not _started.acquire(blocking=False):
            return
    except OSError:
        logger.exception("The folder of the papers cannot be written to.")
        return
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "make_papers", *arguments]
    # A thread that waits for it: nobody is left behind as a zombie.
    Thread(target=_run, args=(command,), name="papers", daemon=True).start()


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(  # noqa: S603 our own command
            command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, start_new_session=True, check=False
        )
    finally:
        _started.release()


def is_at_work() -> bool:
    """Whether a process makes papers now."""
    with _turn() as is_ours:
        return not is_ours


def make_waiting() -> int:
    """Make every paper that waits; returns how many were made. Nought where another process is at work."""
    made = 0
    with _turn() as is_ours:
        if not is_ours:
            return 0
        while (paper := claim_next()) is not None:
            made += _make(paper)
    return made


def _make(paper: Paper) -> bool:
    """Whether it was made; what goes wrong is in the log."""
    try:
        content = printed(paper)
        result = pdf_of(content.html, settings.PORTAL_URL)
        _write(paper.path, result.content)
    except Exception:
        logger.exception("A paper could not be made: %s", paper.key)
        fail_paper(paper=paper)
        return False
    with transaction.atomic():
        finish_paper(
            paper=paper,
            pages=result.pages,
            size=len(result.content),
            version=content.version,
            shows_undecided=content.shows_undecided,
        )
        if paper.kind in FOR_THE_PUBLIC:
            bump_content_version()  # the pages that link it say its size
    return True


def _write(path: Path, content: bytes) -> None:
    """The whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)  # half of it, on a disk that is full, would keep it full


@contextmanager
def _turn() -> Iterator[bool]:
    """Whether this process may make papers; one at a time may."""
    lock = Paper.folder() / "lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def be_humble() -> None:
    """Everything else on the machine comes first."""
    os.nice(LOWEST)
