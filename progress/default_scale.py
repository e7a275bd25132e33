"""The scale of the city's own evaluation sheets, as data that staff may change (design.md, conventions.md)."""

from dataclasses import dataclass

from progress.enums import EvaluationField, ScaleKind

NAME = "川崎市の事務事業評価の尺度"
NOTE = "達成度は、1が最もよい評価です。"


@dataclass(frozen=True)
class Entry:
    """One step; see `progress.models.ScaleEntry`."""

    kind: ScaleKind
    symbol: str
    label: str
    min_rate: int | None = None
    needs_reason: bool = False
    ends_action: bool = False


ENTRIES = (
    Entry(ScaleKind.ACHIEVEMENT, "1", "目標を大きく上回って達成", 120),
    Entry(ScaleKind.ACHIEVEMENT, "2", "目標を上回って達成", 105),
    Entry(ScaleKind.ACHIEVEMENT, "3", "ほぼ目標どおり", 95),
    Entry(ScaleKind.ACHIEVEMENT, "4", "目標を下回った", 70),
    Entry(ScaleKind.ACHIEVEMENT, "5", "目標を大きく下回った", 0),
    Entry(ScaleKind.UNGRADED, "未着手", "未着手", needs_reason=True),
    Entry(ScaleKind.UNGRADED, "中止", "中止", needs_reason=True),
    Entry(ScaleKind.UNGRADED, "評価困難", "評価困難", needs_reason=True),
    Entry(ScaleKind.OUTLOOK, "Ⅰ", "現状のまま継続"),
    Entry(ScaleKind.OUTLOOK, "Ⅱ", "改善しながら継続"),
    Entry(ScaleKind.OUTLOOK, "Ⅲ", "事業規模拡大", needs_reason=True),
    Entry(ScaleKind.OUTLOOK, "Ⅳ", "事業規模縮小", needs_reason=True),
    Entry(ScaleKind.OUTLOOK, "Ⅴ", "事業廃止", needs_reason=True, ends_action=True),
    Entry(ScaleKind.OUTLOOK, "Ⅵ", "事業終了", needs_reason=True, ends_action=True),
    Entry(ScaleKind.MEASURE, "A", "順調に推移"),
    Entry(ScaleKind.MEASURE, "B", "一定の進捗"),
    Entry(ScaleKind.MEASURE, "C", "進捗に遅れ"),
    Entry(ScaleKind.MEASURE, "D", "大幅な遅れ"),
)

GUIDANCE: dict[EvaluationField, str] = {
    EvaluationField.PLANNED_WORK: "照会を始めたときの計画です。ここでは変えられません。",
    EvaluationField.PLAN_CHANGE: "年度の途中で計画を変えたときだけ、何を、なぜ変えたかを書きます。",
    EvaluationField.RESULTS: "計画に対して実際に行ったことを、時期と数量を入れて書きます。",
    EvaluationField.SETTLEMENT: "決算見込額を千円単位で入力します。支出がないときは0と入力します。",
    EvaluationField.MILESTONES: "マイルストーンごとに達成状況を選びます。達成しなかったものは補足に理由を書きます。",
    EvaluationField.INDICATORS: "年度末の実績値を入力します。まだ分からないときは、その理由と判明する時期を書きます。",
    EvaluationField.GRADE: "1が最もよい評価です。指標の実績から見た目安と違うときは、理由が必要です。",
    EvaluationField.GRADE_REASON: "達成度をそのようにした根拠を、指標の数値と合わせて書きます。",
    EvaluationField.OUTCOMES: "取組によって市民や市役所の仕事がどう変わったかを書きます。",
    EvaluationField.PROBLEMS: "残っている課題を書きます。ないときは「特になし」と書きます。",
    EvaluationField.ENVIRONMENT_CHANGE: "法令の改正、技術の変化など、取組に影響したことがあれば書きます。",
    EvaluationField.OUTLOOK: "次年度以降の方向性を選びます。",
    EvaluationField.OUTLOOK_REASON: "拡大・縮小・廃止・終了のときは、理由を書きます。",
    EvaluationField.NEXT_PLAN: "今年度の課題をどう直すかが分かるように書きます。確認の後、次年度の計画になります。",
    EvaluationField.NEXT_BUDGET: "次年度の予算額を千円単位で入力します。決まっていないときは空欄にします。",
    EvaluationField.NEXT_TARGETS: "予定していた目標値を変えるときだけ書き換え、理由を書きます。",
}
