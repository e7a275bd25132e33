"""What is missing, case by case."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from progress.completeness import Filled, IndicatorEntry, MilestoneEntry, disagrees, missing
from progress.enums import EvaluationField as F

INDICATOR = IndicatorEntry(key=7, name="利用件数", actual=Decimal(10))
COMPLETE = Filled(
    results="実施した",
    settlement=0,
    grade=3,
    suggested=3,
    outcomes="増えた",
    problems="特になし",
    outlook=2,
    next_plan="続ける",
    indicators=(INDICATOR,),
    milestones=(MilestoneEntry(5, "9月 試行", "yes"),),
)


def test_a_complete_one_lacks_nothing() -> None:
    assert missing(COMPLETE) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"results": " \n"}, [(F.RESULTS, None)]),
        ({"settlement": None}, [(F.SETTLEMENT, None)]),
        ({"grade": None}, [(F.GRADE, None)]),
        ({"outcomes": ""}, [(F.OUTCOMES, None)]),
        ({"problems": ""}, [(F.PROBLEMS, None)]),
        ({"outlook": None}, [(F.OUTLOOK, None)]),
        ({"next_plan": ""}, [(F.NEXT_PLAN, None)]),
        ({"next_plan": "", "outlook_ends": True}, []),
        ({"next_plan": "", "has_next_year": False}, []),
        ({"next_plan": "", "is_last_year": True}, [(F.NEXT_PLAN, None)]),
        ({"grade": 2}, [(F.GRADE_REASON, None)]),
        ({"grade": 2, "grade_reason": "受付を延ばしたため"}, []),
        ({"grade": 2, "suggested": None}, []),
        ({"grade": 9, "grade_needs_reason": True, "suggested": None}, [(F.GRADE_REASON, None)]),
        ({"grade": 9, "grade_is_graded": False}, []),
        ({"grade": 9, "grade_is_graded": False, "grade_needs_reason": True}, [(F.GRADE_REASON, None)]),
        ({"outlook_needs_reason": True}, [(F.OUTLOOK_REASON, None)]),
        ({"milestones": (MilestoneEntry(5, "9月 試行"),)}, [(F.MILESTONES, 5)]),
        ({"indicators": (replace(INDICATOR, actual=None),)}, [(F.INDICATORS, 7)]),
        ({"indicators": (replace(INDICATOR, actual=None, no_actual_reason="6月に判明"),)}, []),
        ({"indicators": (replace(INDICATOR, next_target=Decimal(12)),)}, [(F.NEXT_TARGETS, 7)]),
        ({"indicators": (replace(INDICATOR, next_target=Decimal(12), target_change_reason="実績が増えたため"),)}, []),
        (
            {"indicators": (replace(INDICATOR, planned_next_target=Decimal(12), next_target=None),)},
            [(F.NEXT_TARGETS, 7)],
        ),
    ],
)
def test_each_thing_that_is_missing_is_named(changes: dict[str, Any], expected: list[tuple[F, int | None]]) -> None:
    assert [(each.field, each.key) for each in missing(replace(COMPLETE, **changes))] == expected


def test_what_is_missing_comes_in_the_order_of_the_form() -> None:
    fields = [each.field for each in missing(Filled(indicators=(replace(INDICATOR, actual=None),)))]
    assert fields == [F.RESULTS, F.SETTLEMENT, F.INDICATORS, F.GRADE, F.OUTCOMES, F.PROBLEMS, F.OUTLOOK, F.NEXT_PLAN]


@pytest.mark.parametrize(
    ("grade", "is_graded", "suggested", "wanted"),
    [
        (3, True, 3, False),
        (3, True, 4, True),
        (3, True, None, False),
        (None, True, 4, False),
        (None, False, 4, False),
        (9, False, 4, False),
    ],
)
def test_only_a_figure_of_the_scale_disagrees_with_numbers_that_say_something(
    grade: int | None, is_graded: bool, suggested: int | None, wanted: bool
) -> None:
    assert disagrees(grade=grade, is_graded=is_graded, suggested=suggested) is wanted
