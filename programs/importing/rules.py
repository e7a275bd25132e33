"""What the rows of a file must be to each other, to the programme, and to the codes there are."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from plan.fiscal import fiscal_year_label
from programs.enums import OwnerKind
from programs.importing.errors import CellError
from programs.importing.tables import FileRow, Tables
from programs.models import Program
from programs.queries.files import Present, References
from programs.workbook.columns import Sheet
from programs.workbook.sheets import (
    ACTIONS,
    CODES,
    DIRECTIONS,
    INDICATORS,
    LINEAGES,
    MILESTONES,
    OWNERS,
    SHEETS,
    TARGETS,
    UPPERS,
    YEARS,
)

_FROM_THE_CODES = f"シート「{CODES}」の「{{}}」から選んでください。"


def check(tables: Tables, present: Present) -> Iterator[CellError]:
    """Every broken rule. Cells that could not be read were reported before and are passed over."""
    program, references = present.program, present.references
    yield from _no_actions(tables)
    yield from _duplicates(tables)
    yield from _unknown_actions(tables)
    yield from _actions(tables, program, references)
    yield from _owners(tables, program, references)
    yield from _directions(tables, references)
    yield from _uppers(tables, references)
    yield from _years(tables, program)
    yield from _missing_parents(tables)
    yield from _lineages(tables, references)


def in_order(errors: Iterable[CellError]) -> list[CellError]:
    """By sheet and row; what concerns the whole file or sheet first."""
    order = {sheet.name: place for place, sheet in enumerate(SHEETS)}
    return sorted(errors, key=lambda error: (order.get(error.sheet, -1), error.row or 0))


def other_programme(tables: Tables, program: Program) -> Iterator[CellError]:
    """The file says of itself that it belongs to another programme."""
    if tables.address is not None and tables.address.value not in ("", program.slug):
        yield tables.address


def fill_in_predecessors(tables: Tables, program: Program) -> None:
    """An empty 「前プログラム」 is the programme before; it stays None where there is none."""
    for row in _rows(tables, LINEAGES):
        if row.values.get("program") is None and ("program" not in row.cells or row.cells["program"].is_empty):
            row.values["program"] = program.predecessor.slug if program.predecessor else None


def _rows(tables: Tables, sheet: Sheet) -> list[FileRow]:
    table = tables.sheets.get(sheet.name)
    return table.rows if table else []


def _codes(tables: Tables) -> dict[object, FileRow]:
    """The rows of the actions by code."""
    return {row.values["code"]: row for row in _rows(tables, ACTIONS) if "code" in row.values}


def _is_known(tables: Tables, sheet: Sheet, *names: str) -> bool:
    """Whether the columns of a sheet could be read on every row: else "missing" is not to be told from "unread"."""
    is_there = sheet.name in tables.sheets and not any(
        error.sheet == sheet.name and (error.row is None or not error.column) for error in tables.errors
    )
    return is_there and all(_key(row, names) is not None for row in _rows(tables, sheet))


def _key(row: FileRow, names: Iterable[str]) -> tuple[object, ...] | None:
    """The values of the columns, or None where one of them could not be read."""
    names = tuple(names)
    return tuple(row.values[name] for name in names) if all(name in row.values for name in names) else None


def _no_actions(tables: Tables) -> Iterator[CellError]:
    """An empty sheet is far more often the wrong file than the wish to delete everything."""
    table = tables.sheets.get(ACTIONS.name)
    if table is not None and not table.rows and not any(error.sheet == ACTIONS.name for error in tables.errors):
        yield CellError(ACTIONS.name, None, "", "", "", "取組が1件もありません。", "取組を1件以上入力してください。")


def _duplicates(tables: Tables) -> Iterator[CellError]:
    for sheet in SHEETS:
        if sheet is MILESTONES:  # two alike in one month are two milestones
            continue
        first: dict[tuple[object, ...], FileRow] = {}
        for row in _rows(tables, sheet):
            key = _key(row, sheet.key)
            if key is None:
                continue
            if key in first:
                same = "・".join(sheet.column(name).label for name in sheet.key)
                yield row.error(
                    sheet.key[-1],
                    f"{first[key].number}行と{same}が同じです。",
                    "どちらかの行を削除するか、正しい値に直してください。",
                )
            else:
                first[key] = row


def _unknown_actions(tables: Tables) -> Iterator[CellError]:
    if not _is_known(tables, ACTIONS, "code"):
        return
    codes = _codes(tables)
    for sheet in SHEETS[1:]:
        for row in _rows(tables, sheet):
            if "action" in row.values and row.values["action"] not in codes:
                yield row.error(
                    "action",
                    "シート『取組』にない取組コードです。",
                    "取組コードを直すか、シート『取組』に取組を加えてください。",
                )


def _actions(tables: Tables, program: Program, references: References) -> Iterator[CellError]:
    for row in _rows(tables, ACTIONS):
        direction = row.values.get("direction")
        if direction is not None and direction not in references.directions:
            yield row.error("direction", "プランにない基本方向です。", _FROM_THE_CODES.format("基本方向コード"))
        yield from _outside(row, "start_year", program)
        yield from _outside(row, "end_year", program)
        start, end = row.values.get("start_year"), row.values.get("end_year")
        if isinstance(start, int) and isinstance(end, int) and end < start:
            yield row.error("end_year", "開始年度より前です。", "終了年度は開始年度以後にしてください。")


def _outside(row: FileRow, name: str, program: Program) -> Iterator[CellError]:
    year = row.values.get(name)
    if isinstance(year, int) and year not in program.years:
        first, last = fiscal_year_label(program.start_year), fiscal_year_label(program.end_year)
        yield row.error(name, "プログラムの期間の外です。", f"{first}から{last}までの年度を入力してください。")


def _owners(tables: Tables, program: Program, references: References) -> Iterator[CellError]:
    leads: dict[object, list[FileRow]] = defaultdict(list)
    for row in _rows(tables, OWNERS):
        yield from _department(row, references)
        start, end = row.values.get("valid_from"), row.values.get("valid_to")
        if isinstance(start, datetime.date) and isinstance(end, datetime.date) and end < start:
            yield row.error("valid_to", "開始日より前です。", "終了日は開始日以後の日にしてください。")
        if row.values.get("kind") == OwnerKind.LEAD and isinstance(start, datetime.date):
            leads[row.values.get("action")].append(row)
    for rows in leads.values():
        yield from _overlaps(rows)
    if not _is_known(tables, OWNERS, "action", "kind", "valid_from"):
        return
    for code, action in _codes(tables).items():
        yield from _without_lead(action, leads[code], program)


def _department(row: FileRow, references: References) -> Iterator[CellError]:
    code, start = row.values.get("department"), row.values.get("valid_from")
    if not isinstance(code, str):
        return
    periods = references.departments.get(code)
    if periods is None:
        yield row.error("department", "登録されていない組織コードです。", _FROM_THE_CODES.format("組織コード"))
    elif isinstance(start, datetime.date) and references.department_on(code, start) is None:
        known = "、".join(
            f"{period.name}は{_day(period.valid_from)}から{_until(period.valid_to)}" for period in periods
        )
        yield row.error(
            "department",
            f"{_day(start)}には設置されていない組織です（{known}）。",
            "組織コードか開始日を直してください。",
        )


def _overlaps(rows: list[FileRow]) -> Iterator[CellError]:
    ordered = sorted(rows, key=lambda row: (str(row.values["valid_from"]), row.number))
    for before, after in pairwise(ordered):
        if "valid_to" not in before.values:
            continue
        end = before.values["valid_to"]
        if end is None or str(end) >= str(after.values["valid_from"]):
            yield after.error(
                "valid_from",
                f"{before.number}行の主管の期間と重なっています。",
                f"{before.number}行の終了日を、この行の開始日の前の日にしてください。",
            )


def _without_lead(action: FileRow, leads: list[FileRow], program: Program) -> Iterator[CellError]:
    start, end = action.values.get("start_year"), action.values.get("end_year") or program.end_year
    if not isinstance(start, int) or not isinstance(end, int):
        return
    missing = [
        fiscal_year_label(year)
        for year in range(max(start, program.start_year), min(end, program.end_year) + 1)
        if not any(_owns_in(lead, year) for lead in leads)
    ]
    if missing:
        yield action.error(
            "code",
            f"{'、'.join(missing)}に主管の所管課がありません。",
            "シート『所管課』に、区分が「主管」の行を加えてください。",
        )


def _owns_in(lead: FileRow, year: int) -> bool:
    start, end = lead.values["valid_from"], lead.values.get("valid_to")
    begins = isinstance(start, datetime.date) and start <= datetime.date(year + 1, 3, 31)
    return begins and (not isinstance(end, datetime.date) or end >= datetime.date(year, 4, 1))


def _directions(tables: Tables, references: References) -> Iterator[CellError]:
    codes = _codes(tables)
    for row in _rows(tables, DIRECTIONS):
        direction, action = row.values.get("direction"), codes.get(row.values.get("action"))
        if direction is None:
            continue
        if direction not in references.directions:
            yield row.error("direction", "プランにない基本方向です。", _FROM_THE_CODES.format("基本方向コード"))
        elif action is not None and action.values.get("direction") == direction:
            yield row.error(
                "direction", "この取組の主な基本方向と同じです。", "この行を削除するか、別の基本方向にしてください。"
            )


def _uppers(tables: Tables, references: References) -> Iterator[CellError]:
    for row in _rows(tables, UPPERS):
        key = _key(row, ("kind", "number"))
        if key is not None and key not in references.uppers:
            yield row.error("number", "この種別にない番号です。", _FROM_THE_CODES.format("上位計画の項目の番号"))


def _years(tables: Tables, program: Program) -> Iterator[CellError]:
    for sheet in (YEARS, MILESTONES, TARGETS):
        for row in _rows(tables, sheet):
            yield from _outside(row, "year", program)


def _missing_parents(tables: Tables) -> Iterator[CellError]:
    """A milestone needs the plan of its year, a target its indicator."""
    yield from _without_parent(
        tables, MILESTONES, YEARS, ("action", "year"), "この取組のこの年度の行がありません。", "年度"
    )
    yield from _without_parent(
        tables, TARGETS, INDICATORS, ("action", "name"), "この取組のこの名前の指標がありません。", "指標名"
    )


def _without_parent(
    tables: Tables, sheet: Sheet, above: Sheet, names: tuple[str, str], problem: str, label: str
) -> Iterator[CellError]:
    if not _is_known(tables, above, *names):
        return
    codes, parents = _codes(tables), {_key(row, names) for row in _rows(tables, above)}
    for row in _rows(tables, sheet):
        key = _key(row, names)
        if key is not None and key[0] in codes and key not in parents:
            yield row.error(
                names[1],
                f"シート『{above.name}』に、{problem}",
                f"{label}を直すか、シート『{above.name}』に行を加えてください。",
            )


def _lineages(tables: Tables, references: References) -> Iterator[CellError]:
    for row in _rows(tables, LINEAGES):
        key = _key(row, ("program", "predecessor"))
        if key is None:
            continue
        if key[0] is None:
            yield row.error(
                "predecessor",
                "前のプログラムが登録されていません。",
                "管理画面でプログラムに「前のプログラム」を登録するか、この行を削除してください。",
            )
        elif key not in references.predecessors:
            yield row.error(
                "predecessor",
                f"プログラム「{key[0]}」にない取組コードです。",
                "このプログラムより前のプログラムにある取組コードを入力してください。",
            )


def _day(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _until(day: datetime.date | None) -> str:
    return f"{_day(day)}まで" if day else "現在まで"
