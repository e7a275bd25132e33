"""The roots of a programme, as `plan.editing` and `plan.actions` keep them on record."""

from typing import Any

from plan.editing.roots import RootKind, RowKind, register_root
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


def register_kinds() -> None:
    """Programmes, actions, yearly plans and indicators: public once their programme and its plan are."""
    register_root(RootKind(Program, "plan", is_public=_is_public))
    register_root(
        RootKind(
            Action,
            "program__plan",
            title_of=lambda action: f"取組 {action}",
            is_public=lambda action: _is_public(action.program),
            rows=(
                RowKind(ActionDirection, "other_directions", "action", "ほかの基本方向"),
                RowKind(ActionUpper, "uppers", "action", "上位計画とのつながり"),
                RowKind(ActionOwner, "owners", "action", "所管課"),
            ),
            is_numerous=True,
        )
    )
    register_root(
        RootKind(
            ActionYear,
            "action__program__plan",
            title_of=lambda plan: f"取組 {plan.action} の年度別計画（{plan.year}年度）",
            public_path=_page_of_action,
            is_public=lambda plan: _is_public(plan.action.program),
            rows=(RowKind(Milestone, "milestones", "action_year", "マイルストーン"),),
            is_numerous=True,
        )
    )
    register_root(
        RootKind(
            Indicator,
            "action__program__plan",
            title_of=lambda indicator: f"取組 {indicator.action} の指標「{indicator.name}」",
            public_path=_page_of_action,
            is_public=lambda indicator: _is_public(indicator.action.program),
            rows=(RowKind(IndicatorYear, "years", "indicator", "年度別の目標"),),
            is_numerous=True,
        )
    )


def _is_public(program: Program) -> bool:
    return program.is_published and program.plan.is_published


def _page_of_action(root: Any) -> str:
    return str(root.action.get_absolute_url())
