"""What differs between two snapshots, in words."""

from typing import Any

import pytest

from progress.snapshot_differences import entry_text, evaluation_differences, grouped, measure_differences


@pytest.mark.parametrize(
    ("number", "expected"), [("31250.5", "31,250.5"), ("-0.5", "-0.5"), ("-1234", "-1,234"), ("0", "0")]
)
def test_figures_are_grouped(number: str, expected: str) -> None:
    assert grouped(number) == expected


def _data(**indicator: Any) -> dict[str, Any]:
    row = {"name": "利用件数", "unit": "件", "target": "1000", "actual": "900", **indicator}
    return {"indicators": [row], "do": {"results": "実施した", "settlement": None}}


def test_nothing_differs_from_itself() -> None:
    assert evaluation_differences(_data(), _data()) == []


def test_each_changed_field_is_named_in_words() -> None:
    before, after = _data(), _data(actual=None, no_actual_reason="6月に判明")
    after["do"] = {"results": "実施しました", "settlement": 1200}
    assert evaluation_differences(before, after) == [
        {"label": "実績", "before": "実施した", "after": "実施しました"},
        {"label": "決算額", "before": "", "after": "1,200千円"},
        {"label": "指標「利用件数」の実績値", "before": "900件", "after": "6月に判明"},
    ]


def test_of_two_milestones_of_one_title_the_second_is_told() -> None:
    def data(second: str) -> dict[str, Any]:
        return {"milestones": [{"title": "検討会", "reached_label": label} for label in ("達成", second)]}

    assert evaluation_differences(data("達成"), data("未達成")) == [
        {"label": "マイルストーン「検討会」（2）", "before": "達成", "after": "未達成"}
    ]


def test_what_was_an_exception_gets_all_its_parts() -> None:
    plan_only = {"plan": {"planned_work": "計画", "planned_budget": 5}}
    whole = {**plan_only, "check": {"grade": {"symbol": "中止", "label": "中止", "kind": "ungraded"}}}
    assert evaluation_differences(plan_only, whole) == [{"label": "達成度", "before": "", "after": "中止"}]


def test_sums_are_no_part_of_a_measures_correction() -> None:
    before = {"rating": None, "reason": "", "rollup": {"total": 1}}
    after = {"rating": {"symbol": "A", "label": "順調に推移"}, "reason": "", "rollup": {"total": 2}}
    assert measure_differences(before, after) == [{"label": "施策の評価", "before": "", "after": "A 順調に推移"}]


def test_an_entry_whose_symbol_is_its_label_is_said_once() -> None:
    assert entry_text({"symbol": "未着手", "label": "未着手"}) == "未着手"
    assert entry_text(None) == ""
