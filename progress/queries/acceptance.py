"""What ICT推進課 should see before it accepts many 調書 at once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from progress.models import Evaluation, EvaluationIndicator, Round, ScaleEntry
from progress.queries.filling import entries_of, measured_of, steps
from progress.queries.first_frame import in_published_words
from progress.rating import Measured, suggestion
from progress.worth_reading import Mark, marks

MOST_SHOWN = 50


@dataclass(frozen=True)
class Remark:
    """Why a 調書 should be read, and what its department says about it ("" for nothing)."""

    sentence: str
    reason: str = ""


@dataclass(frozen=True)
class Noticed:
    """A 調書 that is shown by itself."""

    evaluation: Evaluation
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class BeforeAccepting:
    """What becomes of those chosen: `along` are accepted together (keys), the others are shown with what to read.

    At most `MOST_SHOWN` of each are shown (`plain` of `along`): `singly_total` and `refused_total` count all.
    """

    along: Sequence[int]
    plain: Sequence[Evaluation]
    singly: Sequence[Noticed]
    singly_total: int
    refused: Sequence[Noticed]
    refused_total: int

    @property
    def unlisted(self) -> int:
        """How many should be read first and are not shown: nobody accepts them from this page."""
        return self.singly_total - len(self.singly)

    @property
    def plain_unlisted(self) -> int:
        """How many are accepted together and are not named."""
        return len(self.along) - len(self.plain)

    @property
    def acceptable(self) -> int:
        return len(self.along) + len(self.singly)

    @property
    def refused_unlisted(self) -> int:
        return self.refused_total - len(self.refused)


def before_accepting(
    chosen: QuerySet[Evaluation], round_: Round, *, refusal: Callable[[Evaluation], str]
) -> BeforeAccepting:
    """`chosen`: 調書 of the round; `refusal` says why one cannot be accepted, without a query. At most seven queries.

    Of 20,000 only the columns that decide are read, and the numbers of their indicators.
    """
    entries = entries_of(round_)
    by_key = {entry.pk: entry for entry in entries}
    suggested = _suggestions(chosen, entries)
    along, singly, refused = list[int](), dict[int, tuple[Mark, ...]](), dict[int, str]()
    for each in _deciding(chosen):
        each.round = round_
        grade, outlook = by_key.get(each.grade_id or 0), by_key.get(each.outlook_id or 0)
        found = marks(
            grade=each.grade_id,
            is_graded=grade is not None and grade.is_graded,
            suggested=suggested.get(each.pk),
            ends=outlook is not None and outlook.ends_action,
        )
        if reason := refusal(each):
            refused[each.pk] = reason
        elif found:
            singly[each.pk] = found
        else:
            along.append(each.pk)
    first, first_refused = list(singly)[:MOST_SHOWN], list(refused)[:MOST_SHOWN]
    read = _read([*first, *first_refused, *along[:MOST_SHOWN]])
    return BeforeAccepting(
        along=along,
        plain=[read[key] for key in along[:MOST_SHOWN]],
        singly=[Noticed(read[key], _remarks(read[key], singly[key], by_key, suggested.get(key))) for key in first],
        singly_total=len(singly),
        refused=[Noticed(read[key], (Remark(refused[key]),)) for key in first_refused],
        refused_total=len(refused),
    )


def to_accept(round_: Round, keys: Collection[int]) -> list[Evaluation]:
    """Those of the round, in the order of the codes, with what 確認 of many reads and tells of them."""
    found = Evaluation.objects.filter(round=round_).select_related("action").only(*_DECIDING, *_NAMING)
    return sorted(found.in_bulk(keys).values(), key=lambda each: each.action.code)


_DECIDING = ("round_id", "status", "version", "grade_id", "outlook_id", "submitted_by_id", "endorsed_at")
_NAMING = ("action__code", "action__title")


def _deciding(chosen: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    keys = chosen.order_by().values("pk")
    return Evaluation.objects.filter(pk__in=keys).order_by("action__code").only(*_DECIDING, "exception_reason")


def _read(keys: Sequence[int]) -> dict[int, Evaluation]:
    rows = Evaluation.objects.select_related("action", "department", "grade", "outlook").filter(pk__in=keys)
    return {row.pk: row for row in in_published_words(rows)}


def _suggestions(chosen: QuerySet[Evaluation], entries: Sequence[ScaleEntry]) -> dict[int, int]:
    """Key of the 調書 → key of the entry that its numbers suggest."""
    numbers = defaultdict[int, list[Measured]](list)
    keys = chosen.order_by().values("pk")
    rows = EvaluationIndicator.objects.filter(evaluation__in=keys, target__isnull=False, actual__isnull=False)
    fields = ("evaluation", "target", "actual", "indicator__improvement", "indicator__baseline")
    for key, *columns in rows.order_by().values_list(*fields):
        numbers[key].append(measured_of(*columns))
    scale = steps(entries)
    found = {key: suggestion(measured, scale) for key, measured in numbers.items()}
    return {key: entry for key, entry in found.items() if entry is not None}


def _remarks(
    evaluation: Evaluation, found: Collection[Mark], entries: Mapping[int, ScaleEntry], suggested: int | None
) -> tuple[Remark, ...]:
    grade = str(evaluation.grade) if evaluation.grade else "未選択"
    told = {
        Mark.UNGRADED: lambda: Remark(f"達成度が、評価区分の外（{grade}）です。", evaluation.grade_reason),
        Mark.DISAGREES: lambda: Remark(
            f"達成度は「{grade}」ですが、指標の実績から見た目安は「{entries[suggested or 0]}」です。",
            evaluation.grade_reason,
        ),
        Mark.ENDS: lambda: Remark(
            f"今後の方向性が「{evaluation.outlook}」で、取組を終えます。", evaluation.outlook_reason
        ),
    }
    return tuple(told[mark]() for mark in found)
