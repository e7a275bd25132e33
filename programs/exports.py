"""The CSV files of a programme: their columns as data, with what each column means.

Western years beside the Japanese ones, money in 千円 as plain numbers, an
unknown amount is an empty cell; the first column says whether the row is
sample data.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from plan.downloads import Download
from plan.exports import NUMBER, DescribedColumn
from plan.fiscal import fiscal_year_label
from plan.models import Plan
from plan.models.json_rows import rows_below
from programs.enums import Improvement, IndicatorKind
from programs.models import ActionYear, IndicatorYear, Milestone, Program
from programs.queries.originals import in_order_of_year, milestone_line
from programs.queries.programs import published_programs, told_apart
from programs.queries.standing import Standing

ROWS_AT_ONCE = 2000


def yes_or_no(value: bool) -> str:
    return "はい" if value else "いいえ"


def year_columns(noun: str, year: Callable[[Any], int | None], meaning: str) -> tuple[DescribedColumn, ...]:
    """A fiscal year as a Western number and in words."""
    return (
        DescribedColumn(f"{noun}（西暦）", year, f"{meaning}。4月から翌年3月までの年度の西暦", NUMBER),
        DescribedColumn(f"{noun}（和暦）", lambda row: _label(year(row)), f"{meaning}の和暦での書き方"),
    )


def _label(year: int | None) -> str | None:
    return None if year is None else fiscal_year_label(year)


def sample_column(is_sample: Callable[[Any], bool]) -> DescribedColumn:
    return DescribedColumn(
        "見本データ",
        lambda row: yes_or_no(is_sample(row)),
        "「はい」は、サイトの動きを確かめるために作った見本の行。実際の取組や評価ではありません",
    )


def action_columns(standing: Standing | None = None) -> tuple[DescribedColumn, ...]:
    """取組一覧: a row for each action. Without `standing` the columns are only described."""
    year = standing.year or None if standing else None
    return (
        sample_column(lambda row: row.action.program.is_sample),
        DescribedColumn("プログラム", lambda row: row.action.program.title, "プログラムの題名"),
        DescribedColumn("取組コード", lambda row: row.action.code, "プログラムの中での取組の番号"),
        DescribedColumn("取組名", lambda row: row.action.title, "取組の題名"),
        DescribedColumn("目的", lambda row: row.action.purpose, "取組の目的"),
        DescribedColumn("内容", lambda row: row.action.content, "取組の内容"),
        DescribedColumn("施策番号", lambda row: row.measure.code, "主に進める施策の番号。「プランの体系」の施策番号"),
        DescribedColumn("施策", lambda row: row.measure.title, "施策の題名"),
        DescribedColumn("基本方向番号", lambda row: row.direction.code, "主に進める基本方向の番号"),
        DescribedColumn("基本方向", lambda row: row.direction.title, "基本方向の題名"),
        DescribedColumn("所管課", lambda row: "；".join(row.leads), "主管課。複数のときは「；」で区切ります"),
        DescribedColumn("分類", lambda row: row.action.get_category_display(), "取組の分類"),
        DescribedColumn("実施主体", lambda row: row.action.get_implementer_display(), "取組を行う主体"),
        DescribedColumn("法的根拠", lambda row: row.action.legal_basis, "根拠になる法令など。ないときは空欄"),
        *year_columns("開始年度", lambda row: row.action.start_year, "取組を始める年度"),
        *year_columns("終了年度", lambda row: row.action.end_year or row.action.program.end_year, "取組を終える年度"),
        *year_columns(
            "評価年度",
            lambda row: year if row.step.symbol else None,
            "達成度を評価した年度。年度でしぼり込んだときはその年度、ほかは最も新しい公表年度",
        ),
        DescribedColumn("達成度", lambda row: row.step.symbol, "評価年度の達成度の記号。評価のない取組は空欄"),
        DescribedColumn("達成度の意味", lambda row: row.step.label, "達成度の記号の意味"),
    )


# The rows are named tuples of just these values: a programme may have 200,000 of them.
YEARS = (
    sample_column(lambda row: row.action__program__is_sample),
    DescribedColumn("取組コード", lambda row: row.action__code, "プログラムの中での取組の番号"),
    DescribedColumn("取組名", lambda row: row.action__title, "取組の題名"),
    *year_columns("年度", lambda row: row.year, "計画の年度"),
    DescribedColumn("計画", lambda row: row.planned_work, "今の計画"),
    DescribedColumn("予算額", lambda row: row.budget, "今の予算額。不明のときは空欄", NUMBER),
    DescribedColumn("当初の計画", lambda row: row.original_planned_work, "はじめに決めた計画"),
    DescribedColumn("当初の予算額", lambda row: row.original_budget, "はじめに決めた予算額。不明のときは空欄", NUMBER),
    DescribedColumn("金額の単位", lambda row: "千円", "予算額の単位"),
    DescribedColumn(
        "マイルストーン",
        lambda row: _milestones(row.milestone_rows),
        "今の計画のマイルストーン。複数のときは「；」で区切ります。ないときは空欄",
    ),
    DescribedColumn(
        "当初のマイルストーン",
        lambda row: _milestones(row.original_milestones or row.milestone_rows),
        "はじめに決めたマイルストーン",
    ),
)

_KINDS = {each.value: str(each.label) for each in IndicatorKind}
_IMPROVEMENTS = {each.value: str(each.label) for each in Improvement}

INDICATORS = (
    sample_column(lambda row: row.indicator__action__program__is_sample),
    DescribedColumn("取組コード", lambda row: row.indicator__action__code, "プログラムの中での取組の番号"),
    DescribedColumn("取組名", lambda row: row.indicator__action__title, "取組の題名"),
    DescribedColumn("指標", lambda row: row.indicator__name, "指標の名前"),
    DescribedColumn("種別", lambda row: _KINDS[row.indicator__kind], "活動指標または成果指標"),
    DescribedColumn(
        "よくなる向き", lambda row: _IMPROVEMENTS[row.indicator__improvement], "数値がどちらへ動くとよいか"
    ),
    DescribedColumn("算出方法", lambda row: row.indicator__definition, "指標の算出方法"),
    DescribedColumn("基準値", lambda row: _plain(row.indicator__baseline), "はじまりの値。ないときは空欄", NUMBER),
    *year_columns("基準値の年度", lambda row: row.indicator__baseline_year, "基準値の年度"),
    *year_columns("年度", lambda row: row.position, "目標値の年度"),
    DescribedColumn("目標値", lambda row: _plain(row.target), "今の目標値。ないときは空欄", NUMBER),
    DescribedColumn(
        "当初の目標値", lambda row: _plain(row.original_target), "はじめに決めた目標値。ないときは空欄", NUMBER
    ),
    DescribedColumn("単位", lambda row: row.indicator__unit, "基準値と目標値の単位"),
)


def _plain(value: Any) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _milestones(rows: Iterable[Mapping[str, Any]] | None) -> str:
    """「9月 試行の開始；2月 評価」; in the order of the year."""
    return "；".join(milestone_line(row) for row in in_order_of_year(rows or ()))


def year_rows(program: Program) -> Iterable[Any]:
    """One query, a batch of rows at a time."""
    rows = ActionYear.objects.filter(action__program=program).order_by("action__code", "year")
    columns = {"key": "pk", "position": "position", "month": "month", "title": "title"}
    milestones = rows_below(Milestone.objects.all(), "action_year", **columns)
    return (
        rows.annotate(milestone_rows=milestones)
        .values_list(
            "action__program__is_sample",
            "action__code",
            "action__title",
            "year",
            "planned_work",
            "budget",
            "original_planned_work",
            "original_budget",
            "original_milestones",
            "milestone_rows",
            named=True,
        )
        .iterator(chunk_size=ROWS_AT_ONCE)
    )


def indicator_rows(program: Program) -> Iterable[Any]:
    """One query, a batch of rows at a time. Actual values are not read: they come from what is published."""
    rows = IndicatorYear.objects.filter(indicator__action__program=program)
    ordered = rows.order_by("indicator__action__code", "indicator__position", "indicator_id", "position")
    return ordered.values_list(
        "indicator__action__program__is_sample",
        "indicator__action__code",
        "indicator__action__title",
        "indicator__name",
        "indicator__kind",
        "indicator__improvement",
        "indicator__definition",
        "indicator__baseline",
        "indicator__baseline_year",
        "position",
        "target",
        "original_target",
        "indicator__unit",
        named=True,
    ).iterator(chunk_size=ROWS_AT_ONCE)


@dataclass(frozen=True)
class ProgramFile:
    """A file of each programme; `route` is its name in `programs.urls`."""

    title: str
    description: str
    route: str
    columns: tuple[DescribedColumn, ...]

    def filename(self, program: Program) -> str:
        return f"program-{program.slug}-{self.route.removesuffix('_csv')}.csv"


ACTIONS_FILE = ProgramFile("取組一覧", "1行が1取組です。", "actions_csv", action_columns())
YEARS_FILE = ProgramFile("年度別計画", "1行が、1取組の1年度の計画です。", "years_csv", YEARS)
INDICATORS_FILE = ProgramFile("指標", "1行が、1指標の1年度の目標値です。", "indicators_csv", INDICATORS)
FILES = (ACTIONS_FILE, YEARS_FILE, INDICATORS_FILE)


def offered(plan: Plan) -> list[Download]:
    """The files of every published programme of the plan, with the number of rows as their size. One query."""
    programs = list(published_programs().filter(plan=plan))
    names = told_apart([(program, program.title) for program in programs])
    return [
        Download(
            f"{name} {file.title}",
            f"{file.description}{'見本データです。' if program.is_sample else ''}",
            reverse(f"programs:{file.route}", args=[program.slug]),
            f"取組{program.action_count}件",
            file.columns,
        )
        for program, name in zip(programs, names, strict=True)
        for file in FILES
    ]
