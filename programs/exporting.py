"""The Excel file of a programme: the blank form, and the present programme. Both come from the same columns."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from accounts.samples import SAMPLE_MARK
from plan.fiscal import fiscal_year_label, moment_label
from programs.models import Program
from programs.queries.files import Present, References, present_of, references_of
from programs.workbook.columns import Column, Sheet
from programs.workbook.sheets import ABOUT, ADDRESS_LABEL, CODES, GUIDE, SHEETS
from programs.workbook.writing import Book, Table, write

GENERAL = (
    "色の付いた1行目が見出しです。列の順番は変えても、列を足してもかまいません。",
    "このファイルにある行が、取り込んだ後のプログラムのすべてになります。行を消すと、その内容を削除します。",
    "列ごと消すと、その列の内容は今のまま変えません。セルを空欄にすると、内容を消します。",
    "数式は読み込みません。「値として貼り付け」で値にしてください。",
    "シートは消さないでください。書くことがないシートは、見出しだけにします。",
)


def template(program: Program) -> bytes:
    """The blank form of a programme, with the codes it may name. Four queries."""
    return _book(program, references_of(program), None)


def export(program: Program) -> bytes:
    """The programme as it stands; importing the file unchanged changes nothing. 13 queries."""
    present = present_of(program)
    return _book(program, present.references, present)


def filename(program: Program, *, is_template: bool) -> str:
    kind = "様式" if is_template else "取組"
    mark = f"_{SAMPLE_MARK}" if program.is_sample else ""
    return f"プログラム{program.slug}_{kind}{mark}.xlsx"


def _book(program: Program, references: References, present: Present | None) -> bytes:
    return write(
        Book(
            title=program.title,
            contents=[
                (sheet, [stored.values for stored in present.rows[sheet.name]] if present else []) for sheet in SHEETS
            ],
            code_sheet=CODES,
            code_lists=_code_lists(program, references),
            before=[_guide()],
            after=[_about(program)],
            mark=SAMPLE_MARK if program.is_sample else "",
        )
    )


def _code_lists(program: Program, references: References) -> dict[str, Sequence[object]]:
    """Label → what may be chosen; lists that explain a code stand right of it."""
    periods = [
        period
        for group in references.departments.values()
        for period in group
        if period.valid_to is None or period.valid_to.year >= program.start_year
    ]
    lists: dict[str, Sequence[object]] = {
        "基本方向コード": list(references.directions),
        "基本方向": [title for _, title in references.directions.values()],
        "組織コード": [period.code for period in periods],
        "組織名": [period.name for period in periods],
        "設置日": [period.valid_from for period in periods],
        "廃止日": [period.valid_to for period in periods],
    }
    for sheet in SHEETS:
        for column in sheet.columns:
            if column.words is not None:
                lists[column.codes] = list(column.words)
    kinds = _words("上位計画の種別")
    lists["上位計画の項目の種別"] = [kinds[kind] for kind, _ in references.uppers]
    lists["上位計画の項目の番号"] = [number for _, number in references.uppers]
    lists["上位計画の項目"] = [title for _, title in references.uppers.values()]
    return lists


def _words(codes: str) -> dict[str, str]:
    """Stored word → label of the choices that a code list holds."""
    columns = (column for sheet in SHEETS for column in sheet.columns if column.codes == codes)
    return {word: label for column in columns for label, word in (column.words or {}).items()}


def _guide() -> Table:
    head = ("シート", "列", "必須", "書き方", "例")
    rows: list[tuple[Any, ...]] = [("全体", "", "", text, "") for text in GENERAL]
    for sheet in SHEETS:
        rows.append((sheet.name, "", "", sheet.explanation, ""))
        rows += [_guide_row(sheet, column) for column in sheet.columns]
    return Table(GUIDE, [head, *rows])


def _guide_row(sheet: Sheet, column: Column) -> tuple[str, ...]:
    return (sheet.name, column.label, "必須" if column.is_required else "", column.meaning, column.example)


def _about(program: Program) -> Table:
    rows: list[tuple[object, object]] = [
        ("項目", "内容"),
        ("プログラム", program.title),
        (ADDRESS_LABEL, program.slug),
        ("プラン", program.plan.full_title),
        ("期間", f"{fiscal_year_label(program.start_year)}から{fiscal_year_label(program.end_year)}まで"),
        ("作成日時", moment_label(timezone.localtime())),
    ]
    if program.is_sample:
        rows.append(("データの種類", SAMPLE_MARK))
    return Table(ABOUT, rows)
