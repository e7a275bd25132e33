"""Figures as the pages show them: what is drawn, the table below it, and the file to download."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, prefetch_related_objects

from accounts.csv_export import Column, size_label, write_csv
from plan.enums import Bound, Drawing, FigureState, Relation, Unit
from plan.figure_exports import (
    PERIODS_IN_FILE,
    PERIODS_ON_PAGE,
    STRUCTURE_IN_FILE,
    STRUCTURE_ON_PAGE,
    VALUES_IN_FILE,
    VALUES_ON_PAGE,
)
from plan.figures.bars import BarChart, BarItem, bar_chart
from plan.figures.cycle import Cycle, Step, cycle
from plan.figures.timeline import Span, TimeChart, time_chart
from plan.figures.tree import Node, Tree, relation, tree
from plan.figures.tree import Relation as RelationDrawing
from plan.models import Figure, Measure, Plan, Policy
from plan.queries.figure_rows import PeriodRow, StructureRow, ValueRow, numbered, value_rows

Picture = BarChart | TimeChart | Tree | RelationDrawing | Cycle
Row = ValueRow | PeriodRow | StructureRow

# What a figure of periods leaves out beyond the plan: its axis ends this many years after the plan begins.
YEARS_SHOWN = 10
ONLY_STATED = "本文に記載された数値だけを作図しています。"
ONLY_HIGHEST = "本文に記載された上位の数値だけを作図しています。"
ONLY_BOUND = "本文に記載された下限だけを作図しています。"
FROM_DATA = "原図は収録していません。プランのデータから作図しました。"
# `Table.numeric_from` of a table without figures.
NO_NUMBERS = 99
STEP = re.compile(r"^[-*・\s]*(?P<name>[^：:\n]+)[：:]\s*(?P<text>.+)$", re.MULTILINE)
# The plan and what came before it.
LINEAGE = {Relation.PREDECESSOR, Relation.SELF}
KINDS = {"基本目標": "goal", "基本施策": "head"}
TONES = {
    FigureState.VALUES: "info",
    FigureState.STRUCTURE: "info",
    FigureState.TEXT: "neutral",
    FigureState.LOST: "warning",
    FigureState.MISSING: "warning",
}


@dataclass(frozen=True)
class Table:
    """A table for `components/table.html`: what it lists (「数値」), words of the head, rows of texts."""

    subject: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric_from: int


@dataclass(frozen=True)
class FigureContent:
    """What can be shown of a figure. Without rows nothing is known, and nothing is drawn.

    `description` says in words what the picture shows (the SVG's <desc>);
    `remark` says what it was made from; `columns` are those of its CSV.
    """

    rows: tuple[Row, ...] = ()
    columns: tuple[Column, ...] = ()
    table: Table | None = None
    picture: Picture | None = None
    description: str = ""
    remark: str = ""

    @property
    def folds_table(self) -> bool:
        """Whether the table repeats what the picture already says in full, and may be folded away."""
        return bool(self.rows) and isinstance(self.rows[0], StructureRow)

    @property
    def csv_size(self) -> str:
        return size_label(len(write_csv(self.columns, self.rows)))


def drawable_figures(plan: Plan) -> QuerySet[Figure]:
    """The plan's figures with all that drawing reads: three queries for any number of figures."""
    related = Figure.objects.select_related("section", "policy", "measure__policy", "question__survey")
    return related.filter(plan=plan).prefetch_related("values", "question__answers").order_by("position")


def figure_content(figure: Figure, plan: Plan) -> FigureContent:
    """What can be shown of one figure of `plan`.

    Queries nothing that is fetched already: the figure by `drawable_figures`,
    the plan's rows by the first figure drawn for this instance of `plan`.
    """
    if figure.state == FigureState.VALUES:
        prefetch_related_objects([figure], "values", "question__answers")
        return _of_values(value_rows(figure), remark=_what_is_drawn(figure))
    if figure.state != FigureState.STRUCTURE:
        return FigureContent()
    if figure.drawing == Drawing.PERIODS:
        return period_content(plan)
    if figure.drawing == Drawing.PREDECESSORS:
        return period_content(plan, [row for row in period_rows(plan) if row.relation in LINEAGE])
    if figure.drawing == Drawing.PDCA:
        return _of_cycle(figure.body)
    return _of_structure(figure, plan)


def period_rows(plan: Plan) -> list[PeriodRow]:
    """The related plans in their order."""
    prefetch_related_objects([plan], "related_plans")
    return [PeriodRow.of(related) for related in plan.related_plans.all()]


def period_content(plan: Plan, rows: Sequence[PeriodRow] | None = None) -> FigureContent:
    """The periods as time chart and table; nothing where no period is known."""
    shown = period_rows(plan) if rows is None else list(rows)
    if not any(row.start_year for row in shown):
        return FigureContent()
    shown.sort(key=lambda row: row.start_year or plan.end_year)
    spans = [Span(row.name, row.start_year, row.end_year, row.estimate, row.relation == Relation.SELF) for row in shown]
    described = "、".join(f"{row.name}は{row.start_label}から{row.end_label}まで" for row in shown)
    return FigureContent(
        rows=tuple(shown),
        columns=PERIODS_IN_FILE,
        table=_table("年度", PERIODS_ON_PAGE, shown),
        picture=time_chart(spans, last_year=plan.start_year + YEARS_SHOWN),
        description=f"計画の期間を年度ごとに示した図です。{described}。",
        remark=FROM_DATA,
    )


def _what_is_drawn(figure: Figure) -> str:
    """The text gives the highest answers of a survey, never all; of other figures a value or two."""
    if figure.question is None or figure.values.all():
        return ONLY_STATED
    answers = figure.question.answers.all()
    return ONLY_BOUND if all(answer.bound != Bound.EXACT for answer in answers) else ONLY_HIGHEST


def _of_values(rows: list[ValueRow], *, remark: str) -> FigureContent:
    if not rows:
        return FigureContent()
    unit = rows[0].unit
    items = [BarItem(row.label, row.number, row.value_text, row.is_bound) for row in rows]
    described = "、".join(f"「{row.label}」{row.value_text}" for row in rows)
    return FigureContent(
        rows=tuple(rows),
        columns=VALUES_IN_FILE,
        table=_table("数値", VALUES_ON_PAGE, rows, numeric_from=1),
        picture=bar_chart(items, unit=rows[0].unit_label, maximum=100 if unit == Unit.PERCENT else None),
        description=f"横棒グラフです。{described}。{remark}",
        remark=remark,
    )


def _of_cycle(body: str) -> FigureContent:
    """Four steps, one on each line of the figure's text: 「Plan（計画）：……」."""
    steps = [Step(found["name"].strip(), found["text"].strip()) for found in STEP.finditer(body)]
    if len(steps) != 4:
        return FigureContent()
    rows = numbered([(step.name, "", step.text) for step in steps])
    return _structured(rows, cycle(steps), "4つの段階を時計回りに繰り返す図です。")


def _of_structure(figure: Figure, plan: Plan) -> FigureContent:
    prefetch_related_objects([plan], "policies__measures__directions")
    policies = {policy.pk: policy for policy in plan.policies.all()}
    measures = {measure.pk: measure for policy in policies.values() for measure in policy.measures.all()}
    policy = policies.get(figure.policy_id or 0)
    measure = measures.get(figure.measure_id or 0)
    if figure.drawing == Drawing.RELATION:
        return _relation(plan)
    if figure.drawing == Drawing.STRUCTURE:
        return _tree(_goal(plan, [_policy_node(each, with_measures=True) for each in policies.values()]))
    if figure.drawing == Drawing.POLICY and policy:
        return _tree(_policy_node(policy, with_measures=True))
    if figure.drawing == Drawing.MEASURE and measure:
        return _tree(_measure_node(measure, with_directions=True))
    return FigureContent()


@dataclass(frozen=True)
class _Named:
    """A node with the words of its row in the table."""

    level: str
    code: str
    text: str
    accent: int = 0
    children: tuple["_Named", ...] = ()

    @property
    def node(self) -> Node:
        kind = KINDS.get(self.level, "plain")
        below = tuple(child.node for child in self.children)
        return Node(f"{self.level}{self.code}", self.text, below, self.accent, kind)

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        below = [row for child in self.children for row in child.rows]
        return [(self.level, self.code, self.text), *below]


def _goal(plan: Plan, children: Iterable[_Named]) -> _Named:
    return _Named("基本目標", "", plan.goal, children=tuple(children))


def _policy_node(policy: Policy, *, with_measures: bool) -> _Named:
    measures = policy.measures.all() if with_measures else []
    children = tuple(_measure_node(measure, with_directions=False) for measure in measures)
    return _Named("基本施策", policy.code, policy.title, policy.number, children)


def _measure_node(measure: Measure, *, with_directions: bool) -> _Named:
    accent = measure.policy.number
    directions = measure.directions.all() if with_directions else []
    children = tuple(_Named("基本方向", each.code, each.title, accent) for each in directions)
    return _Named("施策", measure.code, measure.title, accent, children)


def _relation(plan: Plan) -> FigureContent:
    prefetch_related_objects([plan], "related_plans")
    uppers = [each for each in plan.related_plans.all() if each.relation in {Relation.UPPER, Relation.REFORM}]
    root = _goal(plan, [_policy_node(policy, with_measures=False) for policy in plan.policies.all()])
    above = [(each.get_relation_display(), "", each.name) for each in uppers]
    picture = relation([each.name for each in uppers], root.node)
    return _structured(numbered([*above, *root.rows]), picture, "上位の計画と、基本目標、基本施策の関係の図です。")


def _tree(root: _Named) -> FigureContent:
    return _structured(numbered(root.rows), tree(root.node), "上の箱から下の箱へ枝分かれする構成の図です。")


def _structured(rows: list[StructureRow], picture: Picture, opening: str) -> FigureContent:
    described = "、".join(f"{row.level}{row.code}「{row.text}」" for row in rows)
    return FigureContent(
        rows=tuple(rows),
        columns=STRUCTURE_IN_FILE,
        table=_table("内容", STRUCTURE_ON_PAGE, rows),
        picture=picture,
        description=f"{opening}{described}。",
        remark=FROM_DATA,
    )


def _table(subject: str, columns: Sequence[Column], rows: Sequence[Row], *, numeric_from: int = NO_NUMBERS) -> Table:
    """The columns that hold anything at all, as texts."""
    texts = [tuple(str(column.getter(row)) for column in columns) for row in rows]
    kept = [at for at, _ in enumerate(columns) if any(text[at] for text in texts)]
    return Table(
        subject=subject,
        head=tuple(columns[at].label for at in kept),
        rows=tuple(tuple(text[at] for at in kept) for text in texts),
        numeric_from=numeric_from,
    )
