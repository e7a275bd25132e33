"""What stands beside a 調書: 記入要領, last year's text, remarks, what happened to it, what its numbers say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from plan.fiscal import fiscal_year_label
from plan.queries.json_rows import rows_below
from programs.models import ActionLineage
from progress.enums import EvaluationField, Status
from progress.models import Evaluation, EvaluationEvent, EvaluationIndicator, ScaleEntry
from progress.queries.filling import measured, steps
from progress.queries.words import field_words, number
from progress.rating import mean_rate, rate, suggestion
from progress.workflow import SAVE, TRANSITIONS

RETURNS = frozenset(transition.name for transition in TRANSITIONS if transition.target == Status.RETURNED)


@dataclass(frozen=True)
class Earlier:
    """What one earlier 調書 says in a field; `of` names it: 「平成27(2015)年度」."""

    of: str
    text: str


@dataclass(frozen=True)
class Event:
    """One step of the 経過; `fields` are (field, label) of what was pointed at."""

    row: EvaluationEvent
    fields: list[tuple[str, str]]

    @property
    def is_return(self) -> bool:
        return self.row.transition in RETURNS


@dataclass(frozen=True)
class Course:
    """経過: the steps, the newest first; the mere saves apart; and the newest 差戻し."""

    steps: list[Event]
    saves: list[Event]
    returned: Event | None

    def remark_on(self, key: EvaluationField) -> Event | None:
        """The newest 差戻し, where it points at the field."""
        pointed = self.returned is not None and any(name == key for name, _ in self.returned.fields)
        return self.returned if pointed else None


@dataclass(frozen=True)
class RateRow:
    """An indicator in the calculation of the suggested grade."""

    name: str
    target: str
    actual: str
    rate: str


@dataclass(frozen=True)
class Suggestion:
    """目安: the grade that the numbers suggest, and how it was computed. `entry` is None where they say nothing."""

    entry: ScaleEntry | None
    mean: Decimal | None
    rows: list[RateRow] = field(default_factory=list)
    steps: list[ScaleEntry] = field(default_factory=list)


def guidance_of(evaluation: Evaluation) -> dict[str, str]:
    """Field → 記入要領 of the round. One query."""
    return dict(evaluation.round.guidances.values_list("field", "text"))


def earlier_of(evaluation: Evaluation, visible: QuerySet[Evaluation]) -> dict[EvaluationField, list[Earlier]]:
    """What was written the year before, of the same action or of those it continues.

    Only what is published, or among the `visible` ones of the reader. At most three queries.
    """
    return earlier_of_many([evaluation], visible)[evaluation.pk]


def earlier_of_many(
    evaluations: Sequence[Evaluation], visible: QuerySet[Evaluation]
) -> dict[int, dict[EvaluationField, list[Earlier]]]:
    """`earlier_of` each of several 調書 of one round, by key. At most three queries."""
    earlier: dict[int, dict[EvaluationField, list[Earlier]]] = {each.pk: {} for each in evaluations}
    if not evaluations:
        return earlier
    actions = {each.action_id for each in evaluations}
    lineage = ActionLineage.objects.filter(action__in=actions)
    readable = Q(status=Status.PUBLISHED) | Q(pk__in=visible.values("pk"))
    found = (
        Evaluation.objects.filter(readable, round__year=evaluations[0].round.year - 1)
        .filter(Q(action__in=actions) | Q(action__in=lineage.values("predecessor")))
        .annotate(continued_by=rows_below(lineage, "predecessor__evaluations", action="action_id"))
        .select_related("round", "action", "grade", "outlook")
        .prefetch_related(Prefetch("indicators", EvaluationIndicator.objects.select_related("indicator")), "milestones")
        .order_by("action__code")
    )
    before = _before(found)
    for evaluation in evaluations:
        for each in before.get(evaluation.action_id, ()):
            _add_words(earlier[evaluation.pk], each, is_same=each.action_id == evaluation.action_id)
    return earlier


def _before(found: Iterable[Any]) -> dict[int, list[Evaluation]]:
    """Action → its own 調書 of the year before, then those of the actions it continues."""
    before: dict[int, list[Evaluation]] = {}
    for each in found:
        before.setdefault(each.action_id, []).insert(0, each)
        for row in each.continued_by or ():
            before.setdefault(row["action"], []).append(each)
    return before


def _add_words(earlier: dict[EvaluationField, list[Earlier]], before: Evaluation, *, is_same: bool) -> None:
    of = fiscal_year_label(before.round.year)
    if not is_same:
        of = f"{of}、前プログラムの取組 {before.action.code}"
    for key, text in field_words(before).items():
        if text:
            earlier.setdefault(key, []).append(Earlier(of, text))


def course_of(evaluation: Evaluation) -> Course:
    """One query."""
    rows = list(evaluation.events.order_by("-at", "-pk"))
    events = [Event(row, _labels(row.fields)) for row in rows]
    return Course(
        steps=[event for event in events if event.row.transition != SAVE.name],
        saves=[event for event in events if event.row.transition == SAVE.name],
        returned=next((event for event in events if event.is_return), None),
    )


def suggestion_of(evaluation: Evaluation, entries: Sequence[ScaleEntry]) -> Suggestion:
    """No query, where `evaluation` was read with `with_everything()`."""
    indicators = list(evaluation.indicators.all())
    values = [measured(row) for row in indicators]
    key = suggestion(values, steps(entries))
    return Suggestion(
        entry=next((entry for entry in entries if entry.pk == key), None),
        mean=mean_rate(values),
        rows=[_rate_row(row) for row in indicators],
        steps=[entry for entry in entries if entry.min_rate is not None],
    )


def _rate_row(row: EvaluationIndicator) -> RateRow:
    unit = row.indicator.unit
    percent = rate(measured(row))
    return RateRow(
        name=row.indicator.name,
        target=f"{number(row.target)}{unit}" if row.target is not None else "なし",
        actual=f"{number(row.actual)}{unit}" if row.actual is not None else "未入力",
        rate="計算できません" if percent is None else f"{percent}%",
    )


def _labels(names: Sequence[str]) -> list[tuple[str, str]]:
    known = [EvaluationField(name) for name in names if name in EvaluationField.values]
    return [(each.value, str(each.label)) for each in known]
