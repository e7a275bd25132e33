"""Old files are removed: what a newer one has stood in for long enough, and what no row knows of.

The rows stay: who ordered which paper, when, of which state of the content. That a file is gone is seen by
looking for it, so a removal that ends half-way leaves nothing wrong behind.
"""

import datetime
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from progress.enums import PaperState
from progress.models import Paper
from progress.papers.selection import Selection

LEFT_OVER_AFTER = datetime.timedelta(days=1)
"""A file that no row knows of, or that was never finished, is not being made any more."""


def remove_old(*, days: int) -> int:
    """Remove the files of papers that have been superseded for `days`, and leftovers; returns how many files.

    The newest paper of a selection stays, and what is released to the committee.
    """
    before = timezone.now() - datetime.timedelta(days=days)
    papers = [paper for paper, since in _superseded() if since <= before and paper.path.is_file()]
    return sum(_removed(paper) for paper in papers) + sum(_unlinked(path) for path in _left_over())


def _superseded() -> Iterator[tuple[Paper, datetime.datetime]]:
    """Papers with the time since which there is a newer one of the same selection."""
    newer: dict[str, datetime.datetime] = {}
    for paper in Paper.objects.filter(made_at__isnull=False, state=PaperState.MADE).order_by("-made_at", "-pk"):
        selection = json.dumps(Selection.from_json(paper.selection).as_json(), sort_keys=True)
        name = f"{paper.plan_id} {paper.round_id} {selection}"
        if name in newer and paper.released_at is None:
            yield paper, newer[name]
        newer[name] = paper.made_at or paper.ordered_at


@transaction.atomic
def _removed(paper: Paper) -> bool:
    """Whether it was; not if it was made again or released meanwhile."""
    rows = Paper.objects.select_for_update().filter(state=PaperState.MADE, made_at=paper.made_at, released_at=None)
    return rows.filter(pk=paper.pk).exists() and _unlinked(paper.path)


def _left_over() -> Iterable[Path]:
    folder, oldest = Paper.folder(), time.time() - LEFT_OVER_AFTER.total_seconds()
    found = [path for path in [*folder.glob("*.pdf"), *folder.glob("*.part")] if path.stat().st_mtime < oldest]
    known = set(Paper.objects.values_list("key", flat=True)) if found else set()
    return [path for path in found if path.suffix == ".part" or path.stem not in known]


def _unlinked(path: Path) -> bool:
    path.unlink(missing_ok=True)
    return True
