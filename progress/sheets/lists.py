"""The 調書 of a department as lists: a row for each 調書, for each indicator, for each milestone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter

from progress.enums import EvaluationField
from progress.models import Evaluation
from progress.sheets.cells import earlier_text, look_of, plan_originals, target_original, typed_value, why_closed
from progress.sheets.contents import Contents
from progress.sheets.keys import CODE, RowMark, column_text
from progress.sheets.questions import INDICATOR_PARTS, MILESTONE_PARTS, OWN, Question
from progress.sheets.writing import Look, Pages, fit, hide

TITLE, STATE = "取組名", "状態"
ORIGINALS = "当初からの変更"
INDICATOR, MILESTONE = "指標名", "マイルストーン"
LIST_SHEET, INDICATOR_SHEET, MILESTONE_SHEET = "調書", "指標", "マイルストーン"
PROSE_WIDTH, NOTE_WIDTH, STATE_WIDTH, SHORT_WIDTH = 44, 30, 24, 16
# What can be read on one page across, beside the code and the title.
SHEET_OF_PAPER = 140
_ABOUT_PART = {
    "actual": EvaluationField.INDICATORS,
    "no_actual_reason": EvaluationField.INDICATORS,
    "next_target": EvaluationField.NEXT_TARGETS,
    "target_change_reason": EvaluationField.NEXT_TARGETS,
    "reached": EvaluationField.MILESTONES,
    "note": EvaluationField.MILESTONES,
}


@dataclass(frozen=True)
class Told:
    """A column that only tells."""

    label: str
    width: float
    getter: Callable[[Any], object]


@dataclass(frozen=True)
class Asked:
    """A column of answers; `part` is what it adds to the name of its row's field."""

    label: str
    width: float
    part: str
    about: EvaluationField


@dataclass(frozen=True)
class Line:
    """A row: of which 調書, the object that `Told` columns read, its mark, and its answers by part."""

    evaluation: Evaluation
    row: Any
    mark: RowMark
    questions: Mapping[str, Question]


Questions = Mapping[int, Sequence[Question]]


def write_lists(pages: Pages, contents: Contents, questions: Questions, *, only_indicators: bool) -> None:
    """The sheets 調書, 指標 and マイルストーン, or 指標 alone."""
    if not only_indicators:
        _write(pages, LIST_SHEET, _own_columns(contents), _own_lines(contents, questions), contents)
    lines = _lines_of(contents, questions, "indicator", lambda each: each.indicators.all())
    _write(pages, INDICATOR_SHEET, _indicator_columns(contents), lines, contents)
    if not only_indicators:
        lines = _lines_of(contents, questions, "milestone", lambda each: each.milestones.all())
        _write(pages, MILESTONE_SHEET, _milestone_columns(), lines, contents)


# ── Columns ───────────────────────────────────────────────────────────────────────────────


def _own_columns(contents: Contents) -> list[Told | Asked]:
    columns: list[Told | Asked] = [
        Told("計画", PROSE_WIDTH, lambda each: each.planned_work),
        Told("予算額（千円）", SHORT_WIDTH, lambda each: each.planned_budget),
    ]
    if any(each.plan for each in contents.backgrounds.values()):
        columns.append(Told(ORIGINALS, PROSE_WIDTH, lambda each: "\n".join(plan_originals(contents, each).values())))
    for about in OWN:
        short = about in {
            EvaluationField.SETTLEMENT,
            EvaluationField.NEXT_BUDGET,
            EvaluationField.GRADE,
            EvaluationField.OUTLOOK,
        }
        unit = "（千円）" if about in {EvaluationField.SETTLEMENT, EvaluationField.NEXT_BUDGET} else ""
        columns.append(Asked(f"{about.label}{unit}", SHORT_WIDTH + 8 if short else PROSE_WIDTH, about.value, about))
        if any(about in earlier for earlier in contents.earlier.values()):
            columns.append(Told(f"前年度：{about.label}", PROSE_WIDTH, _earlier(contents, about)))
    return columns


def _earlier(contents: Contents, about: EvaluationField) -> Callable[[Any], object]:
    return lambda evaluation: earlier_text(contents, evaluation, about)


def _indicator_columns(contents: Contents) -> list[Told | Asked]:
    has_others = any(each.targets for each in contents.backgrounds.values())
    return [
        Told(INDICATOR, NOTE_WIDTH, lambda row: row.indicator.name),
        Told("単位", SHORT_WIDTH / 2, lambda row: row.indicator.unit),
        Told("目標値", SHORT_WIDTH, lambda row: row.target),
        *([Told(ORIGINALS, NOTE_WIDTH, lambda row: target_original(contents, row))] if has_others else []),
        Told("次年度の目標値（予定）", SHORT_WIDTH, lambda row: row.planned_next_target),
        *(_asked(part, label) for part, label in INDICATOR_PARTS.items()),
    ]


def _milestone_columns() -> list[Told | Asked]:
    return [
        Told(MILESTONE, PROSE_WIDTH, str),
        *(_asked(part, label) for part, label in MILESTONE_PARTS.items()),
    ]


def _asked(part: str, label: str) -> Asked:
    return Asked(
        label, SHORT_WIDTH if part in {"actual", "next_target", "reached"} else PROSE_WIDTH, part, _ABOUT_PART[part]
    )


# ── Rows ──────────────────────────────────────────────────────────────────────────────────


def _own_lines(contents: Contents, questions: Questions) -> list[Line]:
    return [
        Line(each, each, RowMark(each.pk, each.version), {one.name: one for one in questions[each.pk]})
        for each in contents.evaluations
    ]


def _lines_of(contents: Contents, questions: Questions, kind: str, rows: Callable[[Evaluation], Any]) -> list[Line]:
    lines = []
    for evaluation in contents.evaluations:
        by_name = {one.name: one for one in questions[evaluation.pk]}
        for row in rows(evaluation):
            name = f"{kind}-{row.pk}"
            parts = {key.rpartition("-")[2]: one for key, one in by_name.items() if key.startswith(f"{name}-")}
            lines.append(Line(evaluation, row, RowMark(evaluation.pk, evaluation.version, name), parts))
    return lines


# ── Cells ─────────────────────────────────────────────────────────────────────────────────


def _write(pages: Pages, name: str, columns: Sequence[Told | Asked], lines: Sequence[Line], contents: Contents) -> None:
    """Row 1 and column A hold the hidden marks, row 2 the heads."""
    told = [Told(CODE, 12, str), Told(TITLE, NOTE_WIDTH, str), Told(STATE, STATE_WIDTH, str)]
    page = pages.new(name, [8, *(each.width for each in (*told, *columns))])
    for index, column in enumerate((*told, *columns), start=2):
        if isinstance(column, Asked):
            pages.put(page, 1, index, column_text(column.part), Look.MARK)
        note = contents.guidance[column.about] if isinstance(column, Asked) else ""
        pages.put(page, 2, index, column.label, Look.HEAD, note)
    fit(page, 2, [(each.label, each.width - 4) for each in (*told, *columns)])
    for number_, line in enumerate(lines, start=3):
        _write_line(pages, page, number_, columns, line)
    _add_choices(pages, page, columns, lines)
    hide(page, rows=[1], columns=[1])
    page.freeze_panes = "D3"
    page.print_title_rows, page.print_title_cols = "2:2", "B:C"
    page.page_setup.fitToWidth = max(1, round(sum(each.width for each in columns) / SHEET_OF_PAPER))
    if lines:
        page.auto_filter.ref = f"B2:{get_column_letter(len(columns) + 4)}{len(lines) + 2}"
        page.protection.autoFilter = False


def _write_line(pages: Pages, page: Any, row: int, columns: Sequence[Told | Asked], line: Line) -> None:
    evaluation = line.evaluation
    is_closed = bool(why_closed(evaluation))
    pages.put(page, row, 1, str(line.mark), Look.MARK)
    for index, text in enumerate(
        (evaluation.action.code, evaluation.action.title, str(evaluation.get_status_display())), start=2
    ):
        pages.put(page, row, index, text, Look.QUIET)
    texts = [(evaluation.action.title, float(NOTE_WIDTH))]
    for index, column in enumerate(columns, start=5):
        if isinstance(column, Told):
            value, look = column.getter(line.row), Look.QUIET
        else:
            question = line.questions[column.part]
            value, look = typed_value(question), look_of(question, is_closed=is_closed)
        cell = pages.put(page, row, index, value if value != "" else None, look)
        if isinstance(column, Told) and isinstance(value, int):
            cell.number_format = "#,##0"
        texts.append((value if isinstance(value, str) else "", column.width))
    fit(page, row, texts, least=2)


def _add_choices(pages: Pages, page: Any, columns: Sequence[Told | Asked], lines: Sequence[Line]) -> None:
    chosen = {EvaluationField.GRADE.value, EvaluationField.OUTLOOK.value, "reached"}
    for index, column in enumerate(columns, start=5):
        if isinstance(column, Asked) and column.part in chosen:
            letter = get_column_letter(index)
            cells = [f"{letter}{row}" for row, line in enumerate(lines, start=3) if not why_closed(line.evaluation)]
            pages.choose(page, str(column.about.label), column.label, cells)
