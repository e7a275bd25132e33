"""The roots of a programme, as `plan.editing` and `plan.actions` keep them on record."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db import models

from plan.editing.roots import RootKind, RowKind, register_root
from plan.fiscal import fiscal_year_label
from programs.evaluated import evaluated_years
from programs.models import (
    Action,
    ActionDirection,
    ActionOwner,
    ActionUpper,
    ActionYear,
    Indicator,
    IndicatorYear,
    Milestone,
    Program,
)

# The public learns results from what is published of them, and not before.
INTERNAL: dict[type[models.Model], tuple[str, ...]] = {ActionYear: ("settlement",), IndicatorYear: ("actual",)}

# What to do where something of a round hangs on what somebody wants to delete.
WITH_ROUNDS = (
    "取組は、先に削除できます。評価年度があるプログラムは削除できません。公開をやめるときは「公開」の印を外します。"
)
EVALUATED = "調書のある年度の計画と、調書の結果を反映した計画は、削除できません。計画の内容を書き換えてください。"
MEASURED = "調書がある指標は削除できません。目標を置かない年度は、目標値を空欄にしてください。"
WITH_EVALUATIONS = (
    "年度別計画や指標は、先に削除できます。"
    "調書がある取組は削除できません。取りやめるときは「終了年度」を入力してください。"
)


def period_problems(first: int | None, last: int | None, evaluated: Collection[int]) -> dict[str, tuple[str, str]]:
    """Why an action cannot begin or end in these years, and the remedy: it has a 調書 in a year outside them.

    No `last` is no end.
    """
    problems = {}
    if first is not None and any(year < first for year in evaluated):
        problems["start_year"] = _has_evaluation(min(evaluated), "以前")
    if last is not None and any(year > last for year in evaluated):
        problems["end_year"] = _has_evaluation(max(evaluated), "以後")
    return problems


def _has_evaluation(year: int, side: str) -> tuple[str, str]:
    return f"{fiscal_year_label(year)}の調書があるため、使えません。", f"{year}{side}の年度を入力してください。"


def _period_problems(action: Action) -> dict[str, str]:
    years = evaluated_years([action.pk]).get(action.pk, ()) if action.pk is not None else ()
    problems = period_problems(action.start_year, action.end_year, years)
    return {name: "".join(sentences) for name, sentences in problems.items()}


def _evaluations_of(plan: ActionYear) -> list[str]:
    is_evaluated = plan.year in evaluated_years([plan.action_id]).get(plan.action_id, ())
    return [f"評価調書「{plan.action}（{fiscal_year_label(plan.year)}）」"] if is_evaluated else []


def _named_by(noun: str, field: str) -> Callable[[Any, Mapping[str, str]], str]:
    """A row is called by what one of its fields says."""
    return lambda _row, texts: f"{noun}「{texts[field]}」"


def _named_by_year(row: IndicatorYear, _texts: Mapping[str, str]) -> str:
    return fiscal_year_label(row.year) if row.year else ""


_OWNERS = RowKind(ActionOwner, "owners", "action", "所管課", named=_named_by("所管課", "department"))
_MILESTONES = RowKind(
    Milestone, "milestones", "action_year", "マイルストーン", named=_named_by("マイルストーン", "title")
)
_TARGETS = RowKind(
    IndicatorYear, "years", "indicator", "年度別の目標", internal=INTERNAL[IndicatorYear], named=_named_by_year
)


def register_kinds() -> None:
    """Programmes, actions, yearly plans and indicators: public once their programme and its plan are."""
    register_root(
        RootKind(
            Program,
            "plan",
            title_of=lambda program: f"{program}{program.sample_mark}",
            is_public=lambda program: program.is_public,
            published_with=lambda program: program,
            instead_of_deleting=WITH_ROUNDS,
        )
    )
    register_root(
        RootKind(
            Action,
            "program__plan",
            title_of=lambda action: f"取組 {action}{action.program.sample_mark}",
            is_public=lambda action: action.program.is_public,
            published_with=lambda action: action.program,
            rows=(
                RowKind(ActionDirection, "other_directions", "action", "ほかの基本方向"),
                RowKind(ActionUpper, "uppers", "action", "上位計画とのつながり"),
                _OWNERS,
            ),
            is_numerous=True,
            instead_of_deleting=WITH_EVALUATIONS,
            problems=_period_problems,
        )
    )
    _register_plans()


def _register_plans() -> None:
    """Of the actions: their yearly plans and indicators."""
    register_root(
        RootKind(
            ActionYear,
            "action__program__plan",
            title_of=lambda plan: (
                f"取組 {plan.action} の年度別計画（{fiscal_year_label(plan.year)}）{plan.action.program.sample_mark}"
            ),
            public_path=_page_of_action,
            is_public=lambda plan: plan.action.program.is_public,
            published_with=lambda plan: plan.action.program,
            rows=(_MILESTONES,),
            internal=INTERNAL[ActionYear],
            is_numerous=True,
            fill_in=_keep_originals,
            instead_of_deleting=EVALUATED,
            held_by=_evaluations_of,
        )
    )
    register_root(
        RootKind(
            Indicator,
            "action__program__plan",
            title_of=lambda indicator: (
                f"取組 {indicator.action} の指標「{indicator.name}」{indicator.action.program.sample_mark}"
            ),
            public_path=_page_of_action,
            is_public=lambda indicator: indicator.action.program.is_public,
            published_with=lambda indicator: indicator.action.program,
            rows=(_TARGETS,),
            is_numerous=True,
            fill_in=_keep_originals,
            instead_of_deleting=MEASURED,
        )
    )


def keep_original(planned: ActionYear | IndicatorYear, program: Program) -> None:
    """The original plan is what was planned when the public first saw it; later changes stand beside it.

    Until then it follows every change. What was left empty has its original when it is planned for the first time.
    """
    if planned.pk is not None and not program.is_public:
        planned.take_as_original()
    else:
        planned.complete_original()


def _keep_originals(root: Any, rows: Sequence[models.Model]) -> None:
    for planned in (root, *rows):
        if isinstance(planned, ActionYear | IndicatorYear):
            keep_original(planned, root.action.program)
    # Of a draft nothing is kept: `take_as_original`.
    if root.pk is not None and any(isinstance(row, Milestone) for row in rows) and root.action.program.is_public:
        root.keep_milestones(root.milestones.order_by("position", "pk"))


def _page_of_action(root: Any) -> str:
    return str(root.action.get_absolute_url())
