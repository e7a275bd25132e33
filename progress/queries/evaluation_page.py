"""What stands beside a 調書: 記入要領, last year's text, remarks, what happened to it, what its numbers say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import escape

from plan.fiscal import fiscal_year_label
from plan.models.json_rows import rows_below
from plan.queries.plans import Link
from programs.models import ActionLineage
from programs.queries.originals import Original
from progress.enums import EvaluationField, Status
from progress.models import Evaluation, EvaluationEvent, EvaluationIndicator, ScaleEntry
from progress.queries.filling import measured, steps
from progress.queries.first_frame import in_published_words, with_first_frame
from progress.queries.plan_background import Background, backgrounds_of, origin_label, originals_shown
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


def guidance_of(evaluation: Any) -> dict[str, str]:
    """Field → 記入要領 of the round. No query, where `evaluation` was read with `with_everything()`."""
    return {row["field"]: row["text"] for row in evaluation.guidance_rows or ()}


def earlier_of(evaluation: Evaluation, before: Iterable[Evaluation]) -> dict[EvaluationField, list[Earlier]]:
    """What was written the year `before`, as `evaluations_before` gives it. No query."""
    earlier: dict[EvaluationField, list[Earlier]] = {}
    for each in before:
        _add_words(earlier, each, is_same=each.action_id == evaluation.action_id)
    return earlier


def earlier_of_many(
    evaluations: Sequence[Evaluation], visible: QuerySet[Evaluation]
) -> dict[int, dict[EvaluationField, list[Earlier]]]:
    """`earlier_of` each of several 調書 of one round, by key. At most three queries."""
    before = evaluations_before(evaluations, visible)
    return {each.pk: earlier_of(each, before.get(each.action_id, ())) for each in evaluations}


def evaluations_before(
    evaluations: Sequence[Evaluation], visible: QuerySet[Evaluation]
) -> Mapping[int, Sequence[Evaluation]]:
    """Action → the 調書 of the year before, its own first, then those of the actions it continues.

    Only what is published, or among the `visible` ones of the reader (`is_visible`), in the words in which it was
    published. `evaluations` are of one round. At most three queries.
    """
    if not evaluations:
        return {}
    actions = {each.action_id for each in evaluations}
    lineage = ActionLineage.objects.filter(action__in=actions)
    readable = Q(status=Status.PUBLISHED) | Q(pk__in=visible.values("pk"))
    found = (
        Evaluation.objects.filter(readable, round__year=evaluations[0].round.year - 1)
        .filter(Q(action__in=actions) | Q(action__in=lineage.values("predecessor")))
        .annotate(
            continued_by=rows_below(lineage, "predecessor__evaluations", action="action_id"),
            is_visible=Exists(visible.filter(pk=OuterRef("pk"))),
        )
        .select_related("round__program__plan", "action", "grade", "outlook")
        .prefetch_related(Prefetch("indicators", EvaluationIndicator.objects.select_related("indicator")), "milestones")
        .order_by("action__code")
    )
    for each in (rows := list(with_first_frame(found, of="round"))):
        in_published_words([each], each.first_frame or {})
    return _before(rows)


@dataclass(frozen=True)
class PlanStory:
    """Where the Plan part comes from. `origins`: (evaluation of the year before, address), "" for who may not see it.

    `whole`: the further 調書 of the year before that the reader may see. `originals`: what was planned otherwise at
    first. `action_url`: the plan of the programme, "" where it has no page.
    """

    origins: list[Link]
    whole: list[Link]
    originals: tuple[Original, ...]
    is_changed_since: bool
    action_url: str


def plan_story(evaluation: Evaluation, before: Sequence[Evaluation]) -> PlanStory:
    """`before` as `evaluations_before` gives it. One query."""
    background = backgrounds_of([evaluation]).get(evaluation.pk, Background())
    addresses = {each.pk: _address(each) for each in before}
    given = {origin["evaluation"] for origin in background.origins}
    measured_by = [
        {"name": row.indicator.name, "unit": row.indicator.unit, "original": background.targets.get(row.indicator_id)}
        for row in evaluation.indicators.all()
    ]
    return PlanStory(
        origins=[(origin_label(each), addresses.get(each["evaluation"], "")) for each in background.origins],
        whole=[(_of(each, evaluation), addresses[each.pk]) for each in before if each.pk not in given],
        originals=originals_shown(background.plan, measured_by, lambda text: linebreaksbr(escape(text))),
        is_changed_since=background.is_changed_since,
        action_url=_action_address(evaluation),
    )


def _action_address(evaluation: Evaluation) -> str:
    program = evaluation.round.program
    return reverse("programs:action", args=[program.slug, evaluation.action.code]) if program.is_public else ""


def _of(before: Evaluation, evaluation: Evaluation) -> str:
    origin = {
        "year": before.round.year,
        "code": before.action.code,
        "is_own": before.action_id == evaluation.action_id,
    }
    return origin_label(origin)


def _address(before: Any) -> str:
    """Of the whole 調書: for who may see it at the desk, there; what the public may see, where they do."""
    if before.is_visible:
        return reverse("desk:evaluation", args=[before.pk])
    if before.round.program.is_public and before.round.is_published:
        return reverse("progress:action", args=[before.round.slug, before.action.code])
    return ""


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
