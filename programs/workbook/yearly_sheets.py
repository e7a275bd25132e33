"""The sheets about each fiscal year: plans, milestones, indicators and their targets."""

from programs import reading
from programs.enums import Improvement, IndicatorKind
from programs.workbook.columns import Column, Shape, Sheet
from programs.workbook.makers import (
    action_column,
    money_column,
    number_column,
    position_column,
    words_of,
    year_column,
)

YEARS = Sheet(
    name="年度別計画",
    noun="年度別計画",
    explanation="1行が1つの取組の1年度です。新しい行の計画と予算額は、当初の計画としても残ります。",
    key=("action", "year"),
    columns=(
        action_column(lambda row: row.action.code),
        year_column("年度", "year", "取組を行う年度。", lambda row: row.year),
        Column(
            "計画",
            "planned_work",
            Shape.PROSE,
            "その年度に行うこと。10,000文字まで",
            "対象の手続を10増やします。",
            getter=lambda row: row.planned_work,
            reader=reading.read_text,
        ),
        money_column("予算額（千円）", "budget", lambda row: row.budget),
        money_column("決算額（千円）", "settlement", lambda row: row.settlement),
    ),
)

MILESTONES = Sheet(
    name="マイルストーン",
    noun="マイルストーン",
    explanation="1行が1つの節目です。シート「年度別計画」に、その取組のその年度の行が必要です。",
    key=("action", "year", "position", "title", "month"),
    group=("action", "year"),
    recognised_by=(("action", "year", "title"), ("action", "year", "position")),
    title=("action", "year", "title"),
    columns=(
        action_column(lambda row: row.action_year.action.code),
        year_column("年度", "year", "", lambda row: row.action_year.year),
        position_column(),
        Column(
            "月",
            "month",
            Shape.MONTH,
            "1から12までの月。決まっていないときは空欄",
            "9",
            getter=lambda row: row.month,
            reader=reading.read_month,
        ),
        Column(
            "マイルストーン",
            "title",
            Shape.LINE,
            "200文字まで",
            "試行を始める",
            getter=lambda row: row.title,
            is_required=True,
            longest=200,
        ),
    ),
)

INDICATORS = Sheet(
    name="指標",
    noun="指標",
    explanation="1行が1つの指標です。名前を直すときは順番をそのままにすると、同じ指標の改称になります。",
    key=("action", "name"),
    group=("action",),
    recognised_by=(("action", "position"),),
    columns=(
        action_column(lambda row: row.action.code),
        position_column(),
        Column(
            "指標名",
            "name",
            Shape.LINE,
            "取組の中で同じ名前は使えません。200文字まで",
            "オンライン申請の件数",
            getter=lambda row: row.name,
            is_required=True,
            longest=200,
        ),
        Column(
            "種別",
            "kind",
            Shape.LINE,
            "「活動指標」か「成果指標」",
            IndicatorKind.ACTIVITY.label,
            getter=lambda row: row.kind,
            is_required=True,
            words=words_of(IndicatorKind),
            codes="指標の種別",
        ),
        Column("単位", "unit", Shape.LINE, "20文字まで", "件", getter=lambda row: row.unit, longest=20),
        Column(
            "よくなる向き",
            "improvement",
            Shape.LINE,
            "「増えるほどよい」か「減るほどよい」",
            Improvement.UP.label,
            getter=lambda row: row.improvement,
            is_required=True,
            words=words_of(Improvement),
            codes="よくなる向き",
        ),
        Column(
            "算出方法",
            "definition",
            Shape.PROSE,
            "どう数えるか",
            "電子申請システムの受付件数",
            getter=lambda row: row.definition,
            reader=reading.read_text,
        ),
        number_column("基準値", "baseline", "始まりの値。分からないときは空欄", lambda row: row.baseline),
        year_column("基準値の年度", "baseline_year", "", lambda row: row.baseline_year, is_required=False),
    ),
)

TARGETS = Sheet(
    name="指標の目標",
    noun="指標の目標",
    explanation="1行が1つの指標の1年度です。新しい行の目標値は、当初の目標値としても残ります。",
    key=("action", "name", "year"),
    columns=(
        action_column(lambda row: row.indicator.action.code),
        Column(
            "指標名",
            "name",
            Shape.LINE,
            "シート「指標」にある名前",
            "オンライン申請の件数",
            getter=lambda row: row.indicator.name,
            is_required=True,
            longest=200,
        ),
        year_column("年度", "year", "", lambda row: row.position),
        number_column("目標値", "target", "目標の値。ないときは空欄", lambda row: row.target),
        number_column("実績値", "actual", "実際の値。まだ分からないときは空欄", lambda row: row.actual),
    ),
)
