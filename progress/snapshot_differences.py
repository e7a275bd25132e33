"""Two snapshots compared field by field, in words: what a 正誤 shows. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypedDict

Data = Mapping[str, Any]
Line = tuple[str, str]


class Change(TypedDict):
    """One field: its name, and what it said before and says now."""

    label: str
    before: str
    after: str


def evaluation_differences(before: Data, after: Data) -> list[Change]:
    """What differs between two `progress.snapshots.evaluation_data`, in the order of the 調書."""
    return differences(dict(evaluation_lines(before)), dict(evaluation_lines(after)))


def measure_differences(before: Data, after: Data) -> list[Change]:
    """What differs between two `progress.snapshots.measure_data`; sums follow from the 調書 and are left out."""
    return differences(dict(measure_lines(before)), dict(measure_lines(after)))


def evaluation_lines(data: Data) -> Iterator[Line]:
    """Every field of the 調書 as (name, text), in its order; no name twice; what is not there is an empty text."""
    yield from _numbered(_evaluation_lines(data))


def _evaluation_lines(data: Data) -> Iterator[Line]:
    plan, do, check, act = (data.get(part) or {} for part in ("plan", "do", "check", "act"))
    yield "計画", plan.get("planned_work") or ""
    yield "予算額", _money(plan.get("planned_budget"))
    yield "年度途中の計画変更", plan.get("plan_change") or ""
    yield "実績", do.get("results") or ""
    yield "決算額", _money(do.get("settlement"))
    for row in data.get("milestones", ()):
        yield f"マイルストーン「{row['title']}」", _joined(row.get("reached_label"), row.get("note"))
    for row in data.get("indicators", ()):
        yield from _indicator_lines(row)
    yield "達成度", entry_text(check.get("grade"))
    yield "達成度の理由", check.get("grade_reason") or ""
    yield "成果", check.get("outcomes") or ""
    yield "課題", check.get("problems") or ""
    yield "環境の変化", check.get("environment_change") or ""
    yield "今後の方向性", entry_text(act.get("outlook"))
    yield "方向性の理由", act.get("outlook_reason") or ""
    yield "次年度の計画", act.get("next_plan") or ""
    yield "次年度の予算額", _money(act.get("next_budget"))


def measure_lines(data: Data) -> Iterator[Line]:
    yield "施策の評価", entry_text(data.get("rating"))
    yield "評価の理由", data.get("reason") or ""
    yield "主な成果", data.get("results") or ""
    yield "主な課題", data.get("problems") or ""
    yield "今後の見通し", data.get("outlook") or ""


def entry_text(entry: Data | None) -> str:
    """「3 ほぼ目標どおり」; 「未着手」 where symbol and label are one word; "" for none."""
    if not entry:
        return ""
    return str(entry["label"]) if entry["symbol"] == entry["label"] else f"{entry['symbol']} {entry['label']}"


def _indicator_lines(row: Data) -> Iterator[Line]:
    name, unit = f"指標「{row['name']}」", row.get("unit") or ""
    yield f"{name}の目標値", _value(row.get("target"), unit)
    yield f"{name}の実績値", _joined(_value(row.get("actual"), unit), row.get("no_actual_reason"))
    yield f"{name}の次年度の目標値", _joined(_value(row.get("next_target"), unit), row.get("target_change_reason"))


def _numbered(lines: Iterable[Line]) -> Iterator[Line]:
    """Indicators and milestones may share a title: the second of a name is 「…（2）」."""
    times: Counter[str] = Counter()
    for name, text in lines:
        times[name] += 1
        yield (name if times[name] == 1 else f"{name}（{times[name]}）"), text


def _value(number: str | None, unit: str) -> str:
    return "" if number is None else f"{grouped(number)}{unit}"


def grouped(number: str) -> str:
    """「31250.5」 → 「31,250.5」."""
    sign = "-" if number.startswith("-") else ""
    whole, point, fraction = number.removeprefix("-").partition(".")
    return f"{sign}{int(whole):,}{point}{fraction}"


def _money(amount: int | None) -> str:
    return "" if amount is None else f"{amount:,}千円"


def _joined(*texts: str | None) -> str:
    return "　".join(text for text in texts if text)


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    labels = [*before, *(label for label in after if label not in before)]
    return [
        {"label": label, "before": before.get(label, ""), "after": after.get(label, "")}
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]
