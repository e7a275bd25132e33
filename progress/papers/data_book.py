"""The machine-readable workbook of a round, by the 29 rules: what its CSV files hold, as one file."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from plan.exports import DescribedColumn
from plan.fiscal import fiscal_year_label
from programs.workbook.listing import Origin
from programs.workbook.plain import PlainSheet, write_plain
from progress import exports
from progress.papers.origin import origin_of
from progress.papers.report import Report
from progress.year_files import DATA_BOOK

TITLE = "取組の評価のデータ"
ABOUT = "このデータについて"
MUNICIPALITY = "141305"
"""The code of Kawasaki among all municipalities (全国地方公共団体コード)."""


def data_book(report: Report, address: str) -> bytes:
    """The file; `address` is that of the round. Two queries, whatever the number of actions."""
    origin = origin_of(report, TITLE, address)
    return write_plain(origin, [_about(report, origin), *_sheets(report)])


def filename(report: Report) -> str:
    """In ASCII, as those of the CSV files, so that programs fetch it without trouble."""
    if report.is_draft:
        return f"draft-{DATA_BOOK.filename(report.round.slug)}"
    return DATA_BOOK.filename(report.round.slug)


def _sheets(report: Report) -> Iterator[PlainSheet]:
    published = report.published
    yield _sheet(exports.ACTIONS, exports.action_columns(published), report.evaluations)
    yield _sheet(exports.RESULTS, exports.result_columns(published), exports.result_cells(report.evaluations))
    yield _sheet(
        exports.MEASURES, exports.measure_columns(published), exports.measure_cells(published, report.measures)
    )
    yield _sheet(exports.CODES, exports.code_columns(published), exports.code_rows(published))
    yield _sheet(exports.ENTRIES, exports.DICTIONARY, exports.entries())


def _sheet(name: str, columns: Sequence[DescribedColumn], rows: Iterable[Any]) -> PlainSheet:
    getters = [column.getter for column in columns]
    return PlainSheet(name, [column.label for column in columns], ([get(row) for get in getters] for row in rows))


def _about(report: Report, origin: Origin) -> PlainSheet:
    year = report.round.year
    rows: list[tuple[str, object]] = [
        ("データの名前", origin.title),
        ("評価年度（西暦）", year),
        ("評価年度（和暦）", fiscal_year_label(year)),
        ("全国地方公共団体コード", MUNICIPALITY),
        ("団体の名前", "神奈川県川崎市"),
        ("出典", origin.source),
        ("作成日（西暦）", origin.made_at.date()),
        ("作成日（和暦）", origin.made_on),
        ("内容の版", origin.version),
        ("アドレス", origin.address),
        ("公表の状態", "公表する前の案。取扱注意" if report.is_draft else "公表した内容"),
        ("見本データ", "はい" if report.is_sample else "いいえ"),
        ("空欄の意味", "分からない値、または当てはまらない値。0とは区別します"),
        ("取組の数", len(report.evaluations)),
    ]
    return PlainSheet(ABOUT, ["項目", "内容"], rows)
