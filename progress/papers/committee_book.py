"""The committee's workbook of a round: sheets to read, filter and print. Columns are data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from plan.fiscal import fiscal_year_label
from programs.workbook.listing import Kind, ListColumn, Listing, write_listings
from progress.models import PublishedEvaluation
from progress.papers.book_amounts import TOTAL, Amounts, percent
from progress.papers.origin import DRAFT, HANDLE_WITH_CARE, SAMPLE, origin_of
from progress.papers.report import Report
from progress.queries.plan_changes import PlanChange, plan_changes
from progress.queries.results import UNDECIDED_LABEL, Data, Sums, sums_of
from progress.queries.year_before import Before, year_before
from progress.rollup import Part, Rollup

TITLE = "取組の評価"


def committee_book(report: Report, address: str) -> bytes:
    """The file; `address` is that of the round. Four queries, whatever the number of actions."""
    content = _Content(report, year_before(report.round))
    listings = (make(content) for make in SHEETS)
    return write_listings(origin_of(report, TITLE, address), [listing for listing in listings if listing is not None])


def filename(report: Report) -> str:
    marks = [mark for mark, holds in ((DRAFT, report.is_draft), (SAMPLE, report.is_sample)) if holds]
    return "_".join([TITLE, report.round.slug, *marks]) + ".xlsx"


@dataclass(frozen=True)
class _Content:
    report: Report
    before: Mapping[int, Before]

    @property
    def year(self) -> int:
        return self.report.round.year

    def of_before(self, *columns: ListColumn) -> tuple[ListColumn, ...]:
        """`columns` about the year before; none where nothing of it is published."""
        return columns if self.before else ()

    @property
    def last_year(self) -> str:
        return fiscal_year_label(self.year - 1)

    @property
    def next_year(self) -> str:
        return fiscal_year_label(self.year + 1)

    def title(self, name: str) -> str:
        published = self.report.published
        return f"{published.program_title}　{published.year_label}の{TITLE}　{name}"

    @cached_property
    def evaluations(self) -> tuple["_Row", ...]:
        return tuple(_Row(row, self.before.get(row.action_id)) for row in self.report.evaluations)


@dataclass(frozen=True)
class _Row:
    """A 調書, and what was published of the same action the year before, or of those it continues."""

    row: PublishedEvaluation
    before: Before | None

    def text(self, part: str, name: str) -> str:
        return (self.row.data.get(part) or {}).get(name) or ""

    @property
    def grade(self) -> str:
        return _words(self.row.grade_symbol, self.row.grade_label)

    @property
    def grade_before(self) -> str:
        return self.before.grade if self.before else ""

    @property
    def outlook(self) -> str:
        return _words(self.row.outlook_symbol, self.row.outlook_label)

    @property
    def next_budget(self) -> int | None:
        amount: int | None = (self.row.data.get("act") or {}).get("next_budget")
        return amount


@dataclass(frozen=True)
class _Summed:
    """A measure, a department or the whole with its sums; `row` where there is more to say of it."""

    code: str
    name: str
    sums: Sums
    rating: str = ""
    bureau: str = ""

    def count(self, symbol: str) -> int:
        return sum(segment.count for segment in self.sums.bar.segments if segment.symbol == symbol)


def _words(symbol: str, label: str) -> str:
    """「2 目標を上回って達成」; 「未着手」 where the symbol says it all."""
    return label if symbol == label else f"{symbol} {label}"


def _sums_columns(content: _Content) -> tuple[ListColumn, ...]:
    """Counts by grade, money and indicators of a `_Summed`."""
    grades = tuple(
        ListColumn(
            step.name if len(step.symbol) == 1 else step.symbol,
            9,
            Kind.COUNT,
            lambda each, symbol=step.symbol: each.count(symbol),  # type: ignore[misc]  # bound here
        )
        for step in content.report.legend.achievements
    )
    return (
        ListColumn("取組の数", 7, Kind.COUNT, lambda each: each.sums.total),
        *grades,
        ListColumn(UNDECIDED_LABEL, 7, Kind.COUNT, lambda each: each.sums.undecided),
        ListColumn("予算額（千円）", 12, Kind.MONEY, lambda each: each.sums.budget.amount),
        ListColumn("予算額が不明の取組", 8, Kind.COUNT, lambda each: each.sums.budget.unknown),
        ListColumn("決算額（千円）", 12, Kind.MONEY, lambda each: each.sums.settlement.amount),
        ListColumn("決算額が不明の取組", 8, Kind.COUNT, lambda each: each.sums.settlement.unknown),
        ListColumn("評価できる指標", 8, Kind.COUNT, lambda each: each.sums.indicators_total),
        ListColumn("目標に達した指標", 8, Kind.COUNT, lambda each: each.sums.indicators_reached),
        ListColumn(
            "目標に達した割合（％）",
            9,
            Kind.PERCENT,
            lambda each: percent(each.sums.indicators_reached, each.sums.indicators_total),
        ),
    )


def _whole(content: _Content) -> _Summed:
    return _Summed("", TOTAL, content.report.whole)


def _summary(content: _Content) -> Listing:
    """総括: what became of each measure, in numbers."""
    rows = [
        _Summed(each.measure.code, each.title, each.sums, _words(each.rating_symbol, each.rating_label))
        for each in content.report.results
    ]
    columns = (
        ListColumn("施策番号", 6, Kind.CODE, lambda each: each.code),
        ListColumn("施策", 26, Kind.TEXT, lambda each: each.name),
        ListColumn("施策の評価", 13, Kind.TEXT, lambda each: each.rating),
        *_sums_columns(content),
    )
    return Listing("総括", content.title("総括"), columns, rows, totals=[_whole(content)])


def _measure_texts(content: _Content) -> Listing:
    """施策別: what ICT推進課 wrote of each measure."""

    def text(label: str, name: str) -> ListColumn:
        return ListColumn(label, 37, Kind.TEXT, lambda row: row.data.get(name))

    columns = (
        ListColumn("施策番号", 6, Kind.CODE, lambda row: row.measure.code),
        ListColumn("施策", 22, Kind.TEXT, lambda row: row.title),
        ListColumn("基本施策", 18, Kind.TEXT, lambda row: row.measure.policy.title),
        ListColumn("評価", 12, Kind.TEXT, lambda row: _words(row.rating_symbol, row.rating_label)),
        text("評価の理由", "reason"),
        text("主な成果", "results"),
        text("主な課題", "problems"),
        text("今後の見通し", "outlook"),
    )
    return Listing("施策別", content.title("施策別"), columns, content.report.measures)


_ACTION = (
    ListColumn("取組コード", 9, Kind.CODE, lambda each: each.row.code),
    ListColumn("取組名", 21, Kind.TEXT, lambda each: each.row.title),
    ListColumn("施策番号", 6, Kind.CODE, lambda each: each.row.measure.code),
    ListColumn("局", 10, Kind.TEXT, lambda each: each.row.bureau_name),
    ListColumn("所管課", 12, Kind.TEXT, lambda each: each.row.department_name),
)


def _actions(content: _Content) -> Listing:
    """取組一覧: what became of each action, in words."""
    columns = (
        *_ACTION,
        ListColumn("達成度", 11, Kind.TEXT, lambda each: each.grade),
        *content.of_before(
            ListColumn(f"{content.last_year}の達成度", 9, Kind.SYMBOL, lambda each: each.grade_before),
        ),
        ListColumn("実績", 32, Kind.TEXT, lambda each: each.text("do", "results")),
        ListColumn("成果", 24, Kind.TEXT, lambda each: each.text("check", "outcomes")),
        ListColumn("課題", 24, Kind.TEXT, lambda each: each.text("check", "problems")),
        ListColumn("今後の方向性", 11, Kind.TEXT, lambda each: each.outlook),
        ListColumn("次年度の計画", 27, Kind.TEXT, lambda each: each.text("act", "next_plan")),
        ListColumn("評価が未確定の理由", 11, Kind.TEXT, lambda each: each.row.exception_reason),
    )
    return Listing("取組一覧", content.title("取組一覧"), columns, content.evaluations)


@dataclass(frozen=True)
class _Indicator:
    """One indicator of a 調書, and the same one the year before."""

    row: PublishedEvaluation
    data: Data
    before: Data

    def number(self, name: str) -> Decimal | None:
        return _decimal(self.data.get(name))

    @property
    def reached(self) -> str:
        met = self.data.get("reached")
        return "" if met is None else "達成" if met else "未達成"


def _decimal(text: Any) -> Decimal | None:
    """Numbers are kept as strings of decimals (`progress.snapshots`)."""
    return None if text is None else Decimal(text)


def _indicator_rows(content: _Content) -> Iterator[_Indicator]:
    for each in content.evaluations:
        for data in each.row.data.get("indicators", ()):
            yield _Indicator(each.row, data, each.before.indicator(data) if each.before else {})


def _indicators(content: _Content) -> Listing:
    """指標: a row for each indicator."""
    columns = (
        *_ACTION[:3],
        _ACTION[4],
        ListColumn("指標", 21, Kind.TEXT, lambda each: each.data["name"]),
        ListColumn("種別", 6, Kind.SYMBOL, lambda each: each.data["kind"]),
        ListColumn("単位", 6, Kind.SYMBOL, lambda each: each.data.get("unit")),
        ListColumn("よい方向", 8, Kind.TEXT, lambda each: each.data["improvement_label"]),
        ListColumn("基準年度（西暦）", 8, Kind.YEAR, lambda each: each.data.get("baseline_year")),
        ListColumn("基準年度（和暦）", 10, Kind.SYMBOL, _baseline_label),
        ListColumn("基準値", 10, Kind.NUMBER, lambda each: each.number("baseline")),
        *content.of_before(
            ListColumn(
                f"{content.last_year}の実績値", 10, Kind.NUMBER, lambda each: _decimal(each.before.get("actual"))
            ),
        ),
        ListColumn("目標値", 10, Kind.NUMBER, lambda each: each.number("target")),
        ListColumn("実績値", 10, Kind.NUMBER, lambda each: each.number("actual")),
        ListColumn("達成率（％）", 7, Kind.PERCENT, lambda each: each.number("rate")),
        ListColumn("目標の達成", 7, Kind.SYMBOL, lambda each: each.reached),
        ListColumn("実績値がない理由", 12, Kind.TEXT, lambda each: each.data.get("no_actual_reason")),
        ListColumn("次年度の目標値（当初の計画）", 10, Kind.NUMBER, lambda each: each.number("planned_next_target")),
        ListColumn("次年度の目標値", 10, Kind.NUMBER, lambda each: each.number("next_target")),
        ListColumn("目標値を変えた理由", 12, Kind.TEXT, lambda each: each.data.get("target_change_reason")),
    )
    return Listing("指標", content.title("指標"), columns, list(_indicator_rows(content)))


def _baseline_label(each: _Indicator) -> str:
    year = each.data.get("baseline_year")
    return fiscal_year_label(year) if year else ""


@dataclass(frozen=True)
class _Change:
    """One thing of a 調書 that was planned otherwise at first."""

    row: PublishedEvaluation
    made: PlanChange


def _changes(content: _Content) -> Listing | None:
    """当初からの変更: a row for each change; no sheet where nothing was changed."""
    rows = [_Change(row, made) for row in content.report.evaluations for made in plan_changes(row.data)]
    columns = (
        *_ACTION[:3],
        _ACTION[4],
        ListColumn("変更した項目", 18, Kind.TEXT, lambda each: each.made.label),
        ListColumn("当初", 40, Kind.TEXT, lambda each: each.made.words(each.made.original)),
        ListColumn("評価した計画", 40, Kind.TEXT, lambda each: each.made.words(each.made.present)),
        ListColumn("変更の理由", 32, Kind.TEXT, lambda each: each.made.reason),
        ListColumn("変更した日", 11, Kind.DAY, lambda each: each.made.on),
    )
    return Listing("当初からの変更", content.title("当初からの変更"), columns, rows) if rows else None


def _money(content: _Content) -> Listing:
    """事業費: budget and settlement of each action."""
    rows = [Amounts.of(each.row, each.before, each.next_budget) for each in content.evaluations]
    columns = (
        *_ACTION,
        *content.of_before(
            ListColumn(f"{content.last_year}の予算額（千円）", 14, Kind.MONEY, lambda each: each.budget_before),
            ListColumn(f"{content.last_year}の決算額（千円）", 14, Kind.MONEY, lambda each: each.settlement_before),
        ),
        ListColumn("評価年度（西暦）", 9, Kind.YEAR, lambda each: content.year),
        ListColumn("評価年度（和暦）", 15, Kind.SYMBOL, lambda each: fiscal_year_label(content.year)),
        ListColumn("予算額（千円）", 13, Kind.MONEY, lambda each: each.budget),
        ListColumn("決算額（千円）", 13, Kind.MONEY, lambda each: each.settlement),
        ListColumn("予算額から決算額を引いた額（千円）", 15, Kind.MONEY, lambda each: each.left),
        ListColumn("執行率（％）", 9, Kind.PERCENT, lambda each: each.rate),
        ListColumn(f"{content.next_year}の予算額（千円）", 14, Kind.MONEY, lambda each: each.next_budget),
    )
    return Listing("事業費", content.title("事業費"), columns, rows, totals=[Amounts.total(rows)])


def _departments(content: _Content) -> Listing:
    """所管別: the same numbers by department, under the names of the day."""
    columns = (
        ListColumn("所管課コード", 9, Kind.CODE, lambda each: each.code),
        ListColumn("所管課", 20, Kind.TEXT, lambda each: each.name),
        ListColumn("局", 16, Kind.TEXT, lambda each: each.bureau),
        *_sums_columns(content),
    )
    return Listing("所管別", content.title("所管別"), columns, _by_department(content), totals=[_whole(content)])


def _by_department(content: _Content) -> list[_Summed]:
    parts: dict[tuple[str, str, str], list[Part]] = {}
    for row in content.report.evaluations:
        key = (row.department.code, row.department_name, row.bureau_name)
        amounts = (row.budget, row.settlement, row.indicators_total, row.indicators_reached)
        parts.setdefault(key, []).append(Part(row.grade_symbol, *amounts))
    legend = content.report.legend
    return [
        _Summed(code, name, sums_of(Rollup.of(parts[code, name, bureau]).as_json(), legend), bureau=bureau)
        for code, name, bureau in sorted(parts)
    ]


def _key(content: _Content) -> Listing:
    """凡例: what the symbols and empty cells mean."""
    legend, year = content.report.legend, content.report.published.year_label
    steps = (("達成度", legend.achievements), ("今後の方向性", legend.outlooks), ("施策の評価", legend.ratings))
    rows = [(name, step.symbol, step.label) for name, each in steps for step in each]
    notes = (
        ("達成度", "注", legend.note),
        ("達成度", "前の年度", "前のプログラムから続く取組では、引き継いだ取組の達成度。統合した取組は、コードごと"),
        ("達成度", "空欄", f"{UNDECIDED_LABEL}。計画だけを示し、実績と評価は示していません"),
        ("金額", "千円", "予算額と決算額の単位。千円より細かい額は示していません"),
        ("金額", "空欄", "不明。0円とは区別します。合計は、不明の取組と、評価が未確定の取組の決算額を除いた額です"),
        ("金額", "前の年度の空欄", "分割した取組は、分け方が不明。統合した取組は、引き継いだ取組の額のどれかが不明"),
        ("金額", "前の年度の合計", "この表にある取組の額です。前の年度で終わった取組は含みません"),
        ("金額", "執行率の合計", "予算額と決算額の両方がある取組だけで求めます。引いた額の合計も同じです"),
        ("指標", "評価できる指標", "目標値と実績値の両方がある指標"),
        ("指標", "前の年度の実績値", "前のプログラムから続く取組では、引き継いだ取組の、名称と単位が同じ指標の値"),
        ("指標", "達成率", "実績値÷目標値。減るほどよい指標は、目標値÷実績値"),
        ("当初からの変更", "当初", "はじめに公表したもの。変更がない年度には、このシートはありません"),
        ("当初からの変更", "評価した計画", "調書の計画。この計画に対して評価しています"),
        ("年度", year, "4月1日から翌年の3月31日まで。西暦と和暦を並べて示します"),
        ("印", f"{DRAFT}　{HANDLE_WITH_CARE}", "公表する前の内容です。公表までに変わることがあります"),
        ("印", SAMPLE, "システムの動作を示すための架空のデータです"),
    )
    columns = (
        ListColumn("区分", 16, Kind.TEXT, lambda row: row[0]),
        ListColumn("記号・言葉", 22, Kind.TEXT, lambda row: row[1]),
        ListColumn("意味", 116, Kind.TEXT, lambda row: row[2]),
    )
    return Listing("凡例", content.title("凡例"), columns, [*rows, *(note for note in notes if note[2])], fixed=0)


SHEETS = (_summary, _measure_texts, _actions, _indicators, _changes, _money, _departments, _key)
"""In the order of the file."""
