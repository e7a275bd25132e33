"""What the preview of a workbook shows: answers by 調書, counts, and the choices that were made."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from progress.models import Evaluation, EvaluationUpload
from progress.sheets.comparing import BOTH, MINE, THEIRS, Kind, Outcome, Preview
from progress.sheets.locating import Lost


@dataclass(frozen=True)
class Conflict:
    """A conflict and what was chosen about it; "" for nothing yet."""

    outcome: Outcome
    chosen: str


@dataclass(frozen=True)
class Changes:
    """What changes in one 調書."""

    evaluation: Evaluation
    outcomes: list[Outcome]


def page_context(kept: EvaluationUpload, seen: Preview, sent: Mapping[str, str]) -> dict[str, object]:
    return {
        "round": kept.round,
        "upload": kept,
        "seen": seen,
        "counts": _counts(seen),
        "changes": _by_evaluation(seen.takeable),
        "conflicts": [Conflict(each, _chosen(sent.get(each.key, ""))) for each in seen.conflicts],
        "refused": seen.refused,
        "lost": seen.lost,
        "has_trouble": bool(seen.refused or seen.lost),
        "may_take": bool(seen.takeable or seen.conflicts) and kept.applied_at is None,
    }


def _chosen(word: str) -> str:
    return word if word in {MINE, THEIRS, BOTH} else ""


def _counts(seen: Preview) -> list[tuple[str, int]]:
    counts = [(kind.label, len(seen.of(kind))) for kind in Kind]
    lost: list[Lost] = list(seen.lost)
    return [*counts, ("場所が分からない", len(lost)), ("変わらない", seen.unchanged + seen.theirs_only)]


def _by_evaluation(outcomes: list[Outcome]) -> list[Changes]:
    groups = groupby(outcomes, key=lambda each: each.evaluation.pk)
    lists = [list(group) for _, group in groups]
    return [Changes(group[0].evaluation, group) for group in lists]
