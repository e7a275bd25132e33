"""What the files of a year hold, made of frozen data alone: columns and rows of CSV and of the data workbook.

Every row says whether it is sample data.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from plan.exports import NUMBER, DescribedColumn
from programs.exports import sample_column, year_columns
from progress.models import PublishedEvaluation, PublishedMeasure
from progress.queries.plan_changes import plan_changes
from progress.queries.published import PublishedRound

YEN, ITEMS = "千円", "件"
UNDECIDED_IS_BLANK = "公表時点で未確定のときは空欄"


def action_columns(published: PublishedRound | None = None) -> tuple[DescribedColumn, ...]:
    """結果の一覧: a row for each action of the year. Without `published` the columns are only described."""
    year, is_sample = (published.round.year, published.is_sample) if published else (None, False)
    return (
        sample_column(lambda row: is_sample),
        *year_columns("評価年度", lambda row: year, "評価した年度"),
        DescribedColumn("取組コード", lambda row: row.code, "公表した時点の取組の番号"),
        DescribedColumn("取組名", lambda row: row.title, "公表した時点の取組の題名"),
        DescribedColumn("施策番号", lambda row: row.measure.code, "「プランの体系」の施策番号"),
        DescribedColumn("基本方向番号", lambda row: row.direction.code, "「プランの体系」の基本方向番号"),
        DescribedColumn("局", lambda row: row.bureau_name, "公表した時点の局の名前"),
        DescribedColumn("所管課コード", lambda row: row.department.code, "所管課の組織コード"),
        DescribedColumn("所管課", lambda row: row.department_name, "公表した時点の所管課の名前"),
        DescribedColumn("達成度", lambda row: row.grade_symbol, f"達成度の記号。{UNDECIDED_IS_BLANK}"),
        DescribedColumn("達成度の意味", lambda row: row.grade_label, "達成度の記号の意味。1が最もよい評価"),
        DescribedColumn("未確定の理由", lambda row: row.exception_reason, "公表時点で評価が確定していない理由"),
        DescribedColumn("今後の方向性", lambda row: row.outlook_symbol, "今後の方向性の記号"),
        DescribedColumn("今後の方向性の意味", lambda row: row.outlook_label, "今後の方向性の記号の意味"),
        DescribedColumn("予算額", lambda row: row.budget, "予算額。不明のときは空欄", NUMBER),
        DescribedColumn("決算額", lambda row: row.settlement, "決算額。不明のときは空欄", NUMBER),
        DescribedColumn("金額の単位", lambda row: YEN, "予算額と決算額の単位"),
        DescribedColumn("指標の数", _measured, f"目標値と実績値の両方がある指標の数。{UNDECIDED_IS_BLANK}", NUMBER),
        DescribedColumn("目標に達した指標の数", _reached, f"目標値に達した指標の数。{UNDECIDED_IS_BLANK}", NUMBER),
        DescribedColumn(
            "版", lambda row: row.edition, "1は公表した当初の内容。訂正や追加公表のたびに1増えます", NUMBER
        ),
    )


def _measured(row: PublishedEvaluation) -> int | None:
    """Of what is not decided, no indicator is known: a blank is not nought."""
    return None if row.is_undecided else row.indicators_total


def _reached(row: PublishedEvaluation) -> int | None:
    return None if row.is_undecided else row.indicators_reached


# Tuples, not dataclasses: a year may have 500,000 values.
class Named(NamedTuple):
    """What every value of a 調書 says of it."""

    code: str
    title: str
    department_code: str
    department_name: str
    edition: int


class Cell(NamedTuple):
    """One value of a published 調書 or 施策評価; `subject` is the indicator or milestone it is of."""

    row: Any
    part: str
    item: str
    subject: str
    value: object
    unit: str


def result_columns(published: PublishedRound | None = None) -> tuple[DescribedColumn, ...]:
    """評価結果: a row for each value, in long format."""
    year, is_sample = (published.round.year, published.is_sample) if published else (None, False)
    return (
        sample_column(lambda cell: is_sample),
        *year_columns("評価年度", lambda cell: year, "評価した年度"),
        DescribedColumn("取組コード", attrgetter("row.code"), "公表した時点の取組の番号"),
        DescribedColumn("取組名", attrgetter("row.title"), "公表した時点の取組の題名"),
        DescribedColumn("所管課コード", attrgetter("row.department_code"), "所管課の組織コード"),
        DescribedColumn("所管課", attrgetter("row.department_name"), "公表した時点の所管課の名前"),
        DescribedColumn("区分", attrgetter("part"), "計画、実施、評価、改善のどれか"),
        DescribedColumn("項目", attrgetter("item"), "調書の項目の名前。「当初の」は、計画を変えた項目だけ"),
        DescribedColumn("対象", attrgetter("subject"), "指標またはマイルストーンの名前。ほかは空欄"),
        DescribedColumn("値", attrgetter("value"), "数値または文章。分からないときは空欄", "数値または文字"),
        DescribedColumn("単位", attrgetter("unit"), "値が数値のときの単位"),
        DescribedColumn(
            "版", attrgetter("row.edition"), "1は公表した当初の内容。訂正や追加公表のたびに1増えます", NUMBER
        ),
    )


def measure_columns(published: PublishedRound | None = None) -> tuple[DescribedColumn, ...]:
    """施策評価: a row for each value, in long format."""
    year, is_sample = (published.round.year, published.is_sample) if published else (None, False)
    return (
        sample_column(lambda cell: is_sample),
        *year_columns("評価年度", lambda cell: year, "評価した年度"),
        DescribedColumn("施策番号", attrgetter("row.measure.code"), "「プランの体系」の施策番号"),
        DescribedColumn("施策", attrgetter("row.title"), "施策の題名"),
        DescribedColumn("項目", attrgetter("item"), "評価、件数、金額、文章などの項目の名前"),
        DescribedColumn("対象", attrgetter("subject"), "件数のときの達成度の記号。ほかは空欄"),
        DescribedColumn("値", attrgetter("value"), "数値または文章。分からないときは空欄", "数値または文字"),
        DescribedColumn("単位", attrgetter("unit"), "値が数値のときの単位"),
        DescribedColumn(
            "版", attrgetter("row.edition"), "1は公表した当初の内容。訂正や追加公表のたびに1増えます", NUMBER
        ),
    )


def result_cells(rows: Iterable[PublishedEvaluation]) -> Iterator[Cell]:
    """Every value of every 調書, in the order of its form."""
    for evaluation in rows:
        data = evaluation.data
        row = Named(
            evaluation.code,
            evaluation.title,
            evaluation.department.code,
            evaluation.department_name,
            evaluation.edition,
        )
        plan, do, check, act = (data.get(part) or {} for part in ("plan", "do", "check", "act"))
        yield Cell(row, "計画", "計画", "", plan.get("planned_work"), "")
        yield Cell(row, "計画", "予算額", "", plan.get("planned_budget"), YEN)
        yield Cell(row, "計画", "年度途中の計画変更", "", plan.get("plan_change"), "")
        for indicator in data.get("indicators", ()):
            unit = indicator.get("unit") or ""
            yield Cell(row, "計画", "目標値", indicator["name"], _number(indicator.get("target")), unit)
        yield from _changes(row, data)
        if evaluation.is_undecided:
            yield Cell(row, "評価", "未確定の理由", "", evaluation.exception_reason, "")
            continue
        yield Cell(row, "実施", "実績", "", do.get("results"), "")
        yield Cell(row, "実施", "決算額", "", do.get("settlement"), YEN)
        yield from _milestones(row, data)
        yield from _actuals(row, data)
        yield Cell(row, "評価", "達成度", "", evaluation.grade_symbol, "")
        for item, name in (
            ("達成度の理由", "grade_reason"),
            ("成果", "outcomes"),
            ("課題", "problems"),
            ("環境の変化", "environment_change"),
        ):
            yield Cell(row, "評価", item, "", check.get(name), "")
        yield Cell(row, "改善", "今後の方向性", "", evaluation.outlook_symbol, "")
        yield Cell(row, "改善", "方向性の理由", "", act.get("outlook_reason"), "")
        yield Cell(row, "改善", "次年度の計画", "", act.get("next_plan"), "")
        yield Cell(row, "改善", "次年度の予算額", "", act.get("next_budget"), YEN)


def _changes(row: Named, data: Mapping[str, Any]) -> Iterator[Cell]:
    """Only of what was another thing at first."""
    for made in plan_changes(data):
        yield Cell(row, "計画", f"当初の{made.item}", made.indicator, made.original, made.unit)
        yield Cell(row, "計画", f"{made.item}を当初から変更した理由", made.indicator, made.reason, "")


def _milestones(row: Named, data: Mapping[str, Any]) -> Iterator[Cell]:
    for milestone in data.get("milestones", ()):
        yield Cell(row, "実施", "マイルストーンの達成状況", milestone["title"], milestone.get("reached_label"), "")
        yield Cell(row, "実施", "マイルストーンの補足", milestone["title"], milestone.get("note"), "")


def _actuals(row: Named, data: Mapping[str, Any]) -> Iterator[Cell]:
    for indicator in data.get("indicators", ()):
        unit = indicator.get("unit") or ""
        yield Cell(row, "実施", "実績値", indicator["name"], _number(indicator.get("actual")), unit)
        yield Cell(row, "実施", "実績値がない理由", indicator["name"], indicator.get("no_actual_reason"), "")
        yield Cell(row, "実施", "達成率", indicator["name"], _number(indicator.get("rate")), "%")
        yield Cell(row, "改善", "次年度の目標値", indicator["name"], _number(indicator.get("next_target")), unit)
        yield Cell(row, "改善", "目標値を変える理由", indicator["name"], indicator.get("target_change_reason"), "")


def _number(text: str | None) -> Decimal | None:
    """Numbers are frozen as strings of decimals (`progress.snapshots`)."""
    return None if text is None else Decimal(text)


def measure_cells(published: PublishedRound, rows: Iterable[PublishedMeasure]) -> Iterator[Cell]:
    for row in rows:
        data, rollup = row.data, row.data.get("rollup", {})
        yield Cell(row, "", "施策の評価", "", row.rating_symbol, "")
        yield Cell(row, "", "取組の数", "", rollup.get("total"), ITEMS)
        for step in published.legend.achievements:
            yield Cell(
                row, "", "達成度ごとの取組の数", step.symbol, rollup.get("grades", {}).get(step.symbol, 0), ITEMS
            )
        yield Cell(row, "", "評価が未確定の取組の数", "", rollup.get("undecided"), ITEMS)
        yield Cell(row, "", "予算額", "", rollup.get("budget"), YEN)
        yield Cell(row, "", "決算額", "", rollup.get("settlement"), YEN)
        yield Cell(row, "", "指標の数", "", rollup.get("indicators_total"), "指標")
        yield Cell(row, "", "目標に達した指標の数", "", rollup.get("indicators_reached"), "指標")
        for item, name in (
            ("評価の理由", "reason"),
            ("主な成果", "results"),
            ("主な課題", "problems"),
            ("今後の見通し", "outlook"),
        ):
            yield Cell(row, "", item, "", data.get(name), "")


@dataclass(frozen=True)
class Code:
    """One line of the code table."""

    column: str
    symbol: str
    label: str


PARTS = (("計画", "年度のはじめに決めたこと"), ("実施", "行ったこと"), ("評価", "振り返り"), ("改善", "次の年度のこと"))
UNITS = ((YEN, "千円単位の金額"), (ITEMS, "取組の数"), ("指標", "指標の数"), ("%", "目標値に対する実績値の割合"))


def code_columns(published: PublishedRound | None = None) -> tuple[DescribedColumn, ...]:
    """コード表: a row for each symbol that stands in the files of the year."""
    year, is_sample = (published.round.year, published.is_sample) if published else (None, False)
    return (
        sample_column(lambda code: is_sample),
        *year_columns("評価年度", lambda code: year, "評価した年度"),
        DescribedColumn("列の名前", lambda code: code.column, "コードが入る列の名前"),
        DescribedColumn("コード", lambda code: code.symbol, "列に入る値"),
        DescribedColumn("意味", lambda code: code.label, "値の意味"),
    )


def code_rows(published: PublishedRound) -> list[Code]:
    """In the words of the year's publication."""
    legend = published.legend
    scales = (("達成度", legend.achievements), ("今後の方向性", legend.outlooks), ("施策の評価", legend.ratings))
    return [
        *(Code(name, step.symbol, step.label) for name, steps in scales for step in steps),
        *(Code("区分", symbol, label) for symbol, label in PARTS),
        *(Code("単位", symbol, label) for symbol, label in UNITS),
    ]


@dataclass(frozen=True)
class Entry:
    """One line of the data dictionary."""

    file: str
    number: int
    column: DescribedColumn


DICTIONARY = (
    DescribedColumn("ファイル", lambda entry: entry.file, "ファイルまたはシートの名前"),
    DescribedColumn("列の順番", lambda entry: entry.number, "左から数えた順番", NUMBER),
    DescribedColumn("列の名前", lambda entry: entry.column.label, "1行目に書いてある名前"),
    DescribedColumn("値の形", lambda entry: entry.column.form, "数値か文字か"),
    DescribedColumn("説明", lambda entry: entry.column.meaning, "列に入る値の説明"),
)
"""データの項目: a row for each column of the files of a year."""

ACTIONS, RESULTS, MEASURES, CODES, ENTRIES = "取組の結果の一覧", "評価結果", "施策評価", "コード表", "データの項目"
"""What the files are called, and the sheets of the data workbook."""


def entries() -> list[Entry]:
    described = {
        ACTIONS: action_columns(),
        RESULTS: result_columns(),
        MEASURES: measure_columns(),
        CODES: code_columns(),
        ENTRIES: DICTIONARY,
    }
    return [
        Entry(name, number, column)
        for name, columns in described.items()
        for number, column in enumerate(columns, start=1)
    ]
