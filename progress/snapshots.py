"""A 調書, a 施策評価 and the frame of a round as plain data: what is frozen when a round is published.

Everything the public page of the year shows stands in it, in words: later
edits of actions, departments, people or scales change nothing. Numbers are
strings of decimals; money is in 千円, an unknown amount is None.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from programs.enums import OwnerKind
from programs.models import UpperItem
from programs.models.yearly import told_milestones
from progress.enums import DECIDED
from progress.models import Evaluation, EvaluationIndicator, MeasureEvaluation, Round, ScaleEntry
from progress.queries.filling import measured, scale_data
from progress.queries.plan_background import Background
from progress.queries.snapshot_rows import directions_of, uppers_of
from progress.rating import rate, reached
from progress.rollup import Rollup

Data = dict[str, Any]


def number(value: Decimal | None) -> str | None:
    """「12.5」, without trailing zeros; None stays None."""
    return None if value is None else f"{value.normalize():f}"


def is_decided(evaluation: Evaluation) -> bool:
    """Whether the 調書 went through the whole chain: nothing else of it may be published."""
    return evaluation.status in DECIDED


def evaluation_data(
    evaluation: Evaluation, background: Background | None = None, *, as_it_stands: bool = False
) -> Data:
    """`evaluation` read with `snapshot_rows()`: no query. Undecided ones show their plan only.

    `background` tells what was planned at first and where the plan came from; snapshots of before know nothing of it.

    `as_it_stands`: they show what is typed so far, and how far they are as `state`. That is for the people of
    their chain alone: freezing never asks for it.
    """
    return named_data(evaluation) | answered_data(evaluation, background, as_it_stands=as_it_stands)


def named_data(evaluation: Evaluation) -> Data:
    """What the 調書 is of, and whose."""
    return {"action": _action_data(evaluation), "department": _department_data(evaluation)}


def answered_data(evaluation: Evaluation, background: Background | None = None, *, as_it_stands: bool = False) -> Data:
    """What is planned and filled in; `evaluation` read with `answered_rows()`: no query."""
    decided = is_decided(evaluation)
    data = {
        "plan": {
            "planned_work": evaluation.planned_work,
            "planned_budget": evaluation.planned_budget,
            "plan_change": evaluation.plan_change if decided or as_it_stands else "",
        },
        "milestones": told_milestones(evaluation.milestones.all()),
        "indicators": [_target_data(row) for row in evaluation.indicators.all()],
        "exception_reason": evaluation.exception_reason if not decided else "",
    }
    if decided or as_it_stands:
        data |= _answers_data(evaluation)
    if background is not None:
        _add_background(data, background)
    if not decided and as_it_stands:
        data["state"] = str(evaluation.get_status_display())
    return data


def _add_background(data: Data, background: Background) -> None:
    data["plan"] |= {
        "original": background.plan,
        "origins": background.told,
        "is_changed_since": background.is_changed_since,
    }
    for row in data["indicators"]:
        if row["key"] in background.targets:
            row["original"] = background.targets[row["key"]]


def _answers_data(evaluation: Evaluation) -> Data:
    return {
        "milestones": [
            {
                "month": row.month,
                "title": row.title,
                "reached": row.reached,
                "reached_label": str(row.get_reached_display()),
                "note": row.note,
            }
            for row in evaluation.milestones.all()
        ],
        "indicators": [_target_data(row) | _actual_data(row) for row in evaluation.indicators.all()],
        "do": {"results": evaluation.results, "settlement": evaluation.settlement},
        "check": {
            "grade": entry_data(evaluation.grade),
            "grade_reason": evaluation.grade_reason,
            "outcomes": evaluation.outcomes,
            "problems": evaluation.problems,
            "environment_change": evaluation.environment_change,
        },
        "act": {
            "outlook": entry_data(evaluation.outlook),
            "outlook_reason": evaluation.outlook_reason,
            "next_plan": evaluation.next_plan,
            "next_budget": evaluation.next_budget,
        },
    }


def entry_data(entry: ScaleEntry | None) -> Data | None:
    if entry is None:
        return None
    return {"kind": entry.kind, "symbol": entry.symbol, "label": entry.label}


def _action_data(evaluation: Evaluation) -> Data:
    action = evaluation.action
    return {
        "code": action.code,
        "title": action.title,
        "purpose": action.purpose,
        "content": action.content,
        "category": str(action.get_category_display()),
        "legal_basis": action.legal_basis,
        "implementer": str(action.get_implementer_display()),
        "directions": _directions(evaluation),
        "uppers": _uppers(evaluation),
    }


def _directions(evaluation: Evaluation) -> list[Data]:
    """The main one first."""
    main = evaluation.action.main_direction
    others = directions_of(evaluation)
    return [
        {"code": main.code, "title": main.title},
        *({"code": f"{row['policy']}-{row['measure']}-{row['number']}", "title": row["title"]} for row in others),
    ]


def _uppers(evaluation: Evaluation) -> list[str]:
    """What the action serves above the plan, as it is called there."""
    return [str(UpperItem(kind=row["kind"], number=row["number"], title=row["title"])) for row in uppers_of(evaluation)]


def _department_data(evaluation: Evaluation) -> Data:
    """Who filled it in, and who carried the action out in the year itself, where that was another one."""
    department = evaluation.department
    day = evaluation.round.last_day
    owners = [owner for owner in evaluation.action.owners.all() if owner.is_valid_on(day)]
    return {
        "code": department.code,
        "name": department.name,
        "bureau": department.bureau.name if department.bureau else "",
        "of_the_year": [owner.department.name for owner in owners if owner.kind == OwnerKind.LEAD],
        "related": [owner.department.name for owner in owners if owner.kind == OwnerKind.RELATED],
    }


def _target_data(row: EvaluationIndicator) -> Data:
    indicator = row.indicator
    return {
        "key": indicator.pk,
        "name": indicator.name,
        "kind": str(indicator.get_kind_display()),
        "unit": indicator.unit,
        "improvement": indicator.improvement,
        "improvement_label": str(indicator.get_improvement_display()),
        "definition": indicator.definition,
        "baseline": number(indicator.baseline),
        "baseline_year": indicator.baseline_year,
        "target": number(row.target),
    }


def _actual_data(row: EvaluationIndicator) -> Data:
    values = measured(row)
    return {
        "actual": number(row.actual),
        "no_actual_reason": row.no_actual_reason,
        "rate": number(rate(values)),
        "reached": reached(values),
        "planned_next_target": number(row.planned_next_target),
        "next_target": number(row.next_target),
        "target_change_reason": row.target_change_reason,
    }


def measure_data(evaluation: MeasureEvaluation | None, rollup: Rollup) -> Data:
    """One 施策評価 (None: not written) with the roll-up of its actions."""
    texts: Data = {"reason": "", "results": "", "problems": "", "outlook": ""}
    if evaluation is not None:
        texts = {name: getattr(evaluation, name) for name in texts}
    rating = entry_data(evaluation.rating) if evaluation is not None else None
    return {"rating": rating, **texts, "rollup": rollup.as_json()}


def frame_data(round_: Round, entries: Sequence[ScaleEntry]) -> Data:
    """What every page of the year quotes: the scale with its note, the titles, and whether it is sample data."""
    program = round_.program
    return {
        "year": round_.year,
        "plan": {"slug": program.plan.slug, "title": program.plan.full_title},
        "program": {"slug": program.slug, "title": program.title},
        "is_sample": program.is_sample,
        "scale": scale_data(round_.scale, entries),
    }
