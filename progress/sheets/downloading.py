"""The 調書 of a department as a workbook: one sheet each, a list, or the indicators alone."""

import io
from dataclasses import replace
from enum import Enum
from typing import Any

from django.utils import timezone
from openpyxl.utils import get_column_letter

from accounts.samples import SAMPLE_MARK
from plan.fiscal import date_label, moment_label
from progress.enums import EvaluationField, ScaleKind
from progress.models import Evaluation
from progress.queries.left_out import left_out_of
from progress.queries.successors import is_last_year
from progress.sheets.cells import earlier_text, look_of, plan_originals, target_original, typed_value, why_closed
from progress.sheets.contents import Contents
from progress.sheets.keys import ANSWER, ANSWERS, CODE, BookMark, RowMark, column_text
from progress.sheets.lists import write_lists
from progress.sheets.questions import Question, questions_of, reached_words
from progress.sheets.writing import TITLE_HEIGHT, Look, Pages, fit, hide

ABOUT, LEGEND = "はじめに", "選択肢"
ITEM = "項目"
# mark, part, item, answer, plan, last year
WIDTHS = (10, 14, 26, 60, 28, 48)
MARK_COLUMN, PART_COLUMN, ITEM_COLUMN, ANSWER_COLUMN, BESIDE_COLUMN, EARLIER_COLUMN = range(1, 7)
GENERAL = (
    "色の付いた欄（薄い黄色）に入力してください。灰色の欄は入力できません。",
    "欄に付いた印（メモ）に、記入要領があります。達成度などは、欄の一覧から選べます。",
    "金額は千円単位です。「1,234」「１２３４」「1,234千円」「1億2千万円」のどれでも読み取ります。数式は読み取りません。",
    "シート・行・列は動かしても、足してもかまいません。隠れている行と列（読み取りの目印）は消さないでください。",
    "シートや行を消しても、ポータルの内容は消えません。欄を空にすると、その項目を空にします。",
    "記入したファイルは、上の「読み込むページ」で選びます。取り込む前に、変わるところを確かめられます。",
)

LAST_YEAR = (
    "このプログラムの計画は、この年度までです。次年度の計画・予算額・目標値は、確認の後で、次のプログラムの計画の案に"
    "なります（目標値は、同じ名称の指標のもの）。取組を続けるときは、次年度の計画を必ず記入してください。"
)


class Shape(Enum):
    """How the answers are laid out."""

    SHEETS = "sheets"
    LIST = "list"
    INDICATORS = "indicators"

    @property
    def label(self) -> str:
        return {"sheets": "1件1シート", "list": "一覧", "indicators": "指標の実績"}[self.value]


def workbook_of(contents: Contents, shape: Shape, address: str) -> bytes:
    """The file; `address` is the page to which it comes back."""
    pages = Pages(SAMPLE_MARK if contents.round.is_sample else "")
    _properties(pages, contents, shape, address)
    _write_about(pages, contents, shape, address)
    pages.add_lists(LEGEND, _choices(contents))
    questions = {each.pk: questions_of(each, contents.entries) for each in contents.evaluations}
    if shape is Shape.SHEETS:
        for evaluation in contents.evaluations:
            _write_sheet(pages, contents, evaluation, questions[evaluation.pk])
    else:
        write_lists(pages, contents, questions, only_indicators=shape is Shape.INDICATORS)
    pages.workbook.move_sheet(LEGEND, len(pages.workbook.sheetnames))
    out = io.BytesIO()
    pages.workbook.save(out)
    return out.getvalue()


def filename(contents: Contents, shape: Shape) -> str:
    mark = f"_{SAMPLE_MARK}" if contents.round.is_sample else ""
    return f"評価調書_{contents.round.slug}_{contents.department}_{shape.label}{mark}.xlsx"


# ── はじめに, 選択肢 ───────────────────────────────────────────────────────────────────────


def _properties(pages: Pages, contents: Contents, shape: Shape, address: str) -> None:
    properties = pages.workbook.properties
    properties.title = f"{pages.mark} {contents.round} 評価調書 {contents.department}".strip()
    properties.subject = shape.label
    properties.creator = "川崎市情報化推進プラン ポータル"
    properties.description = f"{address}\n{_versions(contents)}"
    properties.keywords = pages.mark or None
    properties.created = properties.modified = timezone.now().replace(tzinfo=None)


def _versions(contents: Contents) -> str:
    return "、".join(f"{each.action.code} 第{each.version}版" for each in contents.evaluations)


def _write_about(pages: Pages, contents: Contents, shape: Shape, address: str) -> None:
    page = pages.new(ABOUT, (26, 96))
    round_ = contents.round
    facts = [
        ("評価年度", str(round_)),
        ("プログラム", str(round_.program)),
        ("所管課", str(contents.department)),
        ("提出期限", date_label(contents.deadline)),
        ("ファイルの形", shape.label),
        ("作成日時", moment_label(timezone.localtime())),
        ("読み込むページ", address),
        ("調書", f"{len(contents.evaluations)}件"),
    ]
    if pages.mark:
        facts.append(("データの種類", f"{pages.mark}（実際の取組ではありません）"))
    pages.put(page, 1, 1, f"{round_} 評価調書（{contents.department}）", Look.TITLE)
    page.row_dimensions[1].height = TITLE_HEIGHT
    for row, (label, value) in enumerate(facts, start=3):
        pages.put(page, row, 1, label, Look.HEAD)
        pages.put(page, row, 2, value, Look.TEXT)
    row = 4 + len(facts)
    for text in (*GENERAL, *([LAST_YEAR] if is_last_year(round_) else [])):
        pages.put(page, row, 1, "書き方", Look.HEAD)
        pages.put(page, row, 2, text, Look.TEXT)
        fit(page, row, [(text, 96)])
        row += 1
    row += 1
    for evaluation in contents.evaluations:
        state = f"{evaluation.get_status_display()}（第{evaluation.version}版）"
        pages.put(page, row, 1, evaluation.action.code, Look.HEAD)
        pages.put(page, row, 2, f"{evaluation.action.title}　{state}", Look.TEXT)
        row += 1
    pages.put(page, row + 1, 1, str(BookMark(round_.pk, shape.value)), Look.MARK)
    hide(page, rows=[row + 1])


def _choices(contents: Contents) -> dict[str, Any]:
    grades = [str(each) for each in contents.entries if each.kind in {ScaleKind.ACHIEVEMENT, ScaleKind.UNGRADED}]
    outlooks = [str(each) for each in contents.entries if each.kind == ScaleKind.OUTLOOK]
    return {
        str(EvaluationField.GRADE.label): grades,
        str(EvaluationField.OUTLOOK.label): outlooks,
        str(EvaluationField.MILESTONES.label): reached_words(),
    }


# ── One sheet each ────────────────────────────────────────────────────────────────────────


def _write_sheet(pages: Pages, contents: Contents, evaluation: Evaluation, questions: list[Question]) -> None:
    page = pages.new(f"{evaluation.action.code} {evaluation.action.title}", WIDTHS)
    closed = why_closed(evaluation)
    pages.put(page, 1, ANSWER_COLUMN, column_text(ANSWER), Look.MARK)
    pages.put(page, 2, PART_COLUMN, f"{pages.mark} {contents.round} 評価調書".strip(), Look.TITLE)
    page.row_dimensions[2].height = TITLE_HEIGHT
    head = [
        (CODE, evaluation.action.code),
        ("取組名", evaluation.action.title),
        ("所管課", str(evaluation.department)),
        ("状態", closed or str(evaluation.get_status_display())),
        *_caution(evaluation),
    ]
    for row, (label, value) in enumerate(head, start=3):
        pages.put(page, row, ITEM_COLUMN, label, Look.HEAD)
        pages.put(page, row, ANSWER_COLUMN, value, Look.QUIET)
        fit(page, row, [(value, WIDTHS[ANSWER_COLUMN - 1])])
    first = 4 + len(head)
    for column, label in enumerate(("区分", ITEM, ANSWERS, "計画・目標", "前年度の記入"), start=PART_COLUMN):
        pages.put(page, first - 1, column, label, Look.HEAD)
    originals = _originals(contents, evaluation)
    told: set[EvaluationField] = set()
    for row, question in enumerate(questions, start=first):
        earlier = "" if question.about in told else earlier_text(contents, evaluation, question.about)
        told.add(question.about)
        mark = RowMark(evaluation.pk, evaluation.version, question.name)
        question = replace(question, beside="\n".join(filter(None, (question.beside, originals.get(question.name)))))
        _write_question(pages, page, row, question, mark, contents.guidance[question.about], earlier, bool(closed))
    _add_choices(pages, page, first, questions, is_closed=bool(closed))
    hide(page, rows=[1], columns=[MARK_COLUMN])
    page.freeze_panes = page.cell(row=first, column=ANSWER_COLUMN)
    page.print_title_rows = f"{first - 1}:{first - 1}"


def _caution(evaluation: Evaluation) -> list[tuple[str, str]]:
    """That it is an exception of 公表, and why; [] where it is none."""
    left_out = left_out_of(evaluation)
    return [("注意", f"{left_out.title}{left_out.text}理由：{left_out.reason}")] if left_out else []


def _originals(contents: Contents, evaluation: Evaluation) -> dict[str, str]:
    """The name of a question → what was planned at first of what it asks for."""
    plan = plan_originals(contents, evaluation)
    found = {"results": plan.get("work", ""), "settlement": plan.get("budget", "")}
    for milestone in evaluation.milestones.all()[:1]:
        found[f"milestone-{milestone.pk}-reached"] = plan.get("milestones", "")
    for row in evaluation.indicators.all():
        found[f"indicator-{row.pk}-actual"] = target_original(contents, row)
    return found


def _write_question(
    pages: Pages,
    page: Any,
    row: int,
    question: Question,
    mark: RowMark,
    note: str,
    earlier: str,
    is_closed: bool,
) -> None:
    beside, value = question.beside, typed_value(question)
    pages.put(page, row, MARK_COLUMN, str(mark), Look.MARK)
    pages.put(page, row, PART_COLUMN, str(question.part.label), Look.HEAD)
    pages.put(page, row, ITEM_COLUMN, question.label, Look.HEAD)
    pages.put(page, row, ANSWER_COLUMN, value, look_of(question, is_closed=is_closed), note)
    pages.put(page, row, BESIDE_COLUMN, beside, Look.QUIET)
    pages.put(page, row, EARLIER_COLUMN, earlier, Look.QUIET)
    texts = [
        (question.label, WIDTHS[ITEM_COLUMN - 1]),
        (str(value if value is not None else ""), WIDTHS[ANSWER_COLUMN - 1]),
        (beside, WIDTHS[BESIDE_COLUMN - 1]),
        (earlier, WIDTHS[EARLIER_COLUMN - 1]),
    ]
    fit(page, row, texts, least=3 if question.is_prose else 1)


def _add_choices(pages: Pages, page: Any, first: int, questions: list[Question], *, is_closed: bool) -> None:
    if is_closed:
        return
    letter = get_column_letter(ANSWER_COLUMN)
    for about in (EvaluationField.GRADE, EvaluationField.OUTLOOK, EvaluationField.MILESTONES):
        cells = [
            f"{letter}{row}"
            for row, question in enumerate(questions, start=first)
            if question.about is about and question.choices
        ]
        pages.choose(page, str(about.label), str(about.label), cells)
