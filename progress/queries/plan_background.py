"""What stands behind the Plan part of a 調書: what was planned at first, and which 調書 of the year before gave it.

The form of the 調書 shows it as it is now; freezing keeps it, as plain data, so that the published page stays.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.db.models import Case, F, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString

from plan.fiscal import fiscal_year_label
from plan.models.json_rows import moment_of, rows_below
from programs.models import ActionYear, IndicatorYear, Milestone
from programs.models.yearly import told_milestones
from programs.queries.originals import (
    Field,
    Original,
    Why,
    are_others,
    changes_below,
    is_another,
    milestone_line,
    money_words,
    why_changed,
    why_milestones_changed,
)
from progress.models import Evaluation, Round
from progress.queries.plan_origins import Part, confirmed_origins, continued_actions, is_changed_since, told_origins
from progress.queries.words import number

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Background:
    """Of one 調書. `plan` has what was another thing at first, by "work", "budget" and "milestones".

    `targets` has the same by indicator. Each is `{"value": …, "reason": …, "on": "2017-05-01" or null}`. `origins`
    are the 調書 the plan came from; `is_changed_since`: it says something else than they gave.
    """

    plan: dict[str, Data] = field(default_factory=dict)
    targets: dict[int, Data] = field(default_factory=dict)
    origins: tuple[Data, ...] = ()
    is_changed_since: bool = False

    @property
    def told(self) -> list[dict[str, Any]]:
        """The origins of which the public may know, as they are frozen."""
        names = ("year", "slug", "code", "is_own")
        return [{name: row[name] for name in names} for row in self.origins if row["is_told"]]


def backgrounds_of(evaluations: Sequence[Evaluation]) -> dict[int, Background]:
    """By key, of 調書 of one round read with their indicators and milestones. One query."""
    if not evaluations:
        return {}
    round_ = evaluations[0].round
    plans = {plan.action_id: plan for plan in _plans([each.action_id for each in evaluations], round_)}
    found = [_Found(each, plans[each.action_id]) for each in evaluations if each.action_id in plans]
    return {each.evaluation.pk: each.background() for each in found}


def _plans(actions: Sequence[int], round_: Round) -> Iterator[Any]:
    """The yearly plans with all that came before them. One query."""
    values = IndicatorYear.objects.filter(position=OuterRef("year"), original_target__isnull=False)
    origins = confirmed_origins().annotate(
        told=Case(When(Q(pk__in=told_origins().values("pk")), then=Value(1)), default=Value(0))
    )
    plans = ActionYear.objects.filter(action__in=actions, year=round_.year).annotate(
        change_rows=changes_below(ActionYear, "id"),
        milestone_change_rows=changes_below(Milestone, "action_year"),
        target_change_rows=changes_below(IndicatorYear, "indicator__action", "action_id", position=OuterRef("year")),
        continues=continued_actions("action"),
        value_rows=rows_below(
            values,
            "indicator__action",
            "action_id",
            key="pk",
            indicator="indicator",
            original=Cast("original_target", TextField()),
        ),
        origin_rows=rows_below(
            origins,
            "action_year",
            evaluation="proposal__evaluation",
            action="proposal__evaluation__action",
            code="proposal__evaluation__action__code",
            year="proposal__evaluation__round__year",
            slug="proposal__evaluation__round__slug",
            work="planned_work",
            budget="budget",
            on="proposal__decided_at",
            is_told=F("told"),
        ),
    )
    yield from plans


@dataclass(frozen=True)
class _Found:
    """A 調書 and the yearly plan that its Plan part was copied from."""

    evaluation: Evaluation
    plan: Any

    def fields(self) -> Iterator[tuple[Field, Any, tuple[str, Any]]]:
        """What was another thing at first: the column, what the 調書 says, and (name, value) of the original.

        What is blank in the 調書 was planned later: the 調書 has none, and so no original.
        """
        plan, evaluation = self.plan, self.evaluation
        if evaluation.planned_work and is_another(plan.original_planned_work, evaluation.planned_work):
            yield (plan.pk, "planned_work"), evaluation.planned_work, ("work", plan.original_planned_work)
        if evaluation.planned_budget is not None and is_another(plan.original_budget, evaluation.planned_budget):
            yield (plan.pk, "budget"), evaluation.planned_budget, ("budget", plan.original_budget)

    @property
    def has_other_milestones(self) -> bool:
        present = told_milestones(self.evaluation.milestones.all())
        return bool(present) and are_others(self.plan.original_milestones or [], present)

    def targets(self) -> Iterator[tuple[Field, Decimal | None, int, Decimal]]:
        """The same of targets: the column, what the 調書 says, the indicator and the original."""
        values = {row["indicator"]: row for row in self.plan.value_rows or ()}
        for row in self.evaluation.indicators.all():
            value = values.get(row.indicator_id)
            if value is None or row.target is None:
                continue
            if is_another(original := Decimal(str(value["original"])), row.target):
                yield (value["key"], "target"), row.target, row.indicator_id, original

    def background(self) -> Background:
        copied_at = self._copied_at
        whys = why_changed(self.plan.change_rows, {key: value for key, value, _ in self.fields()}, until=copied_at)
        milestones = why_milestones_changed(self.plan.milestone_change_rows, until=copied_at)
        asked = {key: value for key, value, *_ in self.targets()}
        targets = why_changed(self.plan.target_change_rows, asked, until=copied_at)
        plan = {name: _data(value, whys.get(key)) for key, _, (name, value) in self.fields()}
        if self.has_other_milestones:
            plan["milestones"] = _data(self.plan.original_milestones, milestones.get(self.plan.pk))
        known = (row for row in self.plan.origin_rows or () if copied_at is None or moment_of(row["on"]) <= copied_at)
        rows = sorted(known, key=itemgetter("code"))
        own = self.evaluation.action_id
        return Background(
            plan=plan,
            targets={
                indicator: _data(f"{original.normalize():f}", targets.get(key))
                for key, _, indicator, original in self.targets()
            },
            origins=tuple(row | {"is_own": row["action"] == own, "is_told": bool(row["is_told"])} for row in rows),
            is_changed_since=bool(rows) and self._is_changed_since(rows),
        )

    @property
    def _copied_at(self) -> datetime.datetime | None:
        """What came later than the copy is not what made it so."""
        return self.evaluation.plan_copied_at or self.evaluation.round.opened_at

    def _is_changed_since(self, rows: Sequence[Data]) -> bool:
        is_own = any(row["action"] == self.evaluation.action_id for row in rows)
        return is_changed_since(
            self.evaluation.planned_work,
            self.evaluation.planned_budget,
            [Part(row["work"], row["budget"]) for row in rows],
            continues=0 if is_own else self.plan.continues,
        )


def _data(value: Any, why: Why | None) -> Data:
    return {"value": value, "reason": why.reason if why else "", "on": why.on.isoformat() if why else None}


def originals_shown(
    plan: Mapping[str, Data], indicators: Iterable[Data], lines: Callable[[str], SafeString | str]
) -> tuple[Original, ...]:
    """For a page. `indicators` have a name, a unit and, where the target was another one, an `original`."""
    found = []
    if work := plan.get("work"):
        found.append(_original("当初の計画", work, lines(work["value"])))
    if budget := plan.get("budget"):
        found.append(_original("当初の予算額", budget, money_words(budget["value"])))
    if milestones := plan.get("milestones"):
        found.append(
            _original("当初のマイルストーン", milestones, milestones=tuple(map(milestone_line, milestones["value"])))
        )
    for row in indicators:
        if original := row.get("original"):
            words = f"{number(Decimal(original['value']))}{row.get('unit') or ''}"
            found.append(_original(f"指標「{row['name']}」の当初の目標値", original, words))
    return tuple(found)


def _original(label: str, data: Data, text: SafeString | str = "", milestones: tuple[str, ...] = ()) -> Original:
    day = parse_date(data["on"]) if data["on"] else None
    return Original(label, Why(data["reason"], day) if day else None, text, milestones)


def origin_label(origin: Data) -> str:
    """「平成27(2015)年度の評価」."""
    of = "" if origin["is_own"] else f"（前プログラムの取組 {origin['code']}）"
    return f"{fiscal_year_label(origin['year'])}の評価{of}"
