"""A round as a paper: what stands on its pages, in their order. Every number comes from `report_of`."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils import timezone

from plan.models import Plan, Policy, Term
from plan.prose import PlanGlossary, TermMarker
from plan.queries.glossary import glossary_of, reading_order
from progress.charts import Segment
from progress.enums import PaperPart
from progress.models import PublishedEvaluation, PublishedMeasure
from progress.papers.drawing import Drawing, drawing
from progress.papers.narrowing import narrowed_to, title_of
from progress.papers.report import Report
from progress.papers.selection import Selection
from progress.queries.corrections import frozen_corrections, marked_views, overtaken_words
from progress.queries.result_pages import EvaluationPage, Text, Told, entry_name
from progress.queries.results import CorrectionView, Sums, added, sums_of

# Label of a fact → the line it stands in; every other has its own.
FACT_LINES = {
    "所管課": "whose",
    "評価した年度の所管課": "whose",
    "関係課": "whose",
    "分類": "kind",
    "実施主体": "kind",
    "法的根拠": "kind",
}


class PaperGlossary(PlanGlossary):
    """A term leads to its explanation at the end of the paper."""

    def url(self, number: int) -> str:
        return f"#term-{self.terms[number].number}"


@dataclass(frozen=True)
class Entry:
    """A line of the contents; `level` from 1."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Sheet:
    """One 調書 in its paper; `is_first` of its measure."""

    page: EvaluationPage
    is_first: bool

    @property
    def row(self) -> PublishedEvaluation:
        return self.page.row

    @property
    def anchor(self) -> str:
        return f"a-{self.row.code}"

    @property
    def facts(self) -> list[str]:
        """The lines of what it is: whose, of what kind, and what each direction and upper plan it serves."""
        told = [(label, f"{label}：{value}") for label, value in self.page.facts if value]
        groups = groupby(told, key=lambda fact: FACT_LINES.get(fact[0], fact[0]))
        return ["　".join(text for _, text in group) for _, group in groups]

    @property
    def state(self) -> str:
        """How far an undecided 調書 is that is told as it stands; "" for every other."""
        return str(self.page.data.get("state", ""))

    @property
    def is_plan_only(self) -> bool:
        return self.page.is_exception and not self.state

    @property
    def grade(self) -> str:
        """A row of an undecided 調書 has none of its own: whatever is counted is decided."""
        return entry_name(self.page.data["check"]["grade"]) if self.state else self.page.grade.name

    @property
    def settlement(self) -> int | None:
        typed: int | None = self.page.data["do"]["settlement"] if self.state else self.row.settlement
        return typed

    @property
    def indicators(self) -> list[tuple[str, ...]]:
        """The rows of the 調書's table: name with kind, target, actual, rate with what it means, next year's target."""
        targets = {name: _target(planned, decided) for name, planned, decided, _ in self.page.next_targets}
        rows = zip(self.page.indicators, self.page.data.get("indicators", ()), strict=True)
        return [
            (f"{name}［{kind}］", target, actual, _said(rate, reached), targets.get(str(row["name"]), "－"))
            for (name, kind, target, actual, rate, reached), row in rows
        ]

    @property
    def milestones(self) -> list[str]:
        """A line for each: its month, what it is, whether it was reached, and what was noted."""
        return [
            f"{planned}：{each.get('reached_label') or '－'}" + (f"（{each['note']}）" if each.get("note") else "")
            for planned, each in zip(self.planned_milestones, self.page.milestones, strict=True)
        ]

    @property
    def planned_milestones(self) -> list[str]:
        """A line for each: its month, and what it is."""
        return [
            f"{each['month']}月 {each['title']}" if each["month"] else each["title"] for each in self.page.milestones
        ]

    @property
    def changed_targets(self) -> list[str]:
        """A line for each target that is another one than was planned: the indicator, and why."""
        return [f"{name}：{reason}" for name, _, _, reason in self.page.next_targets if reason]


def _target(planned: str, decided: str) -> str:
    return decided if planned in {"", decided} else f"{decided}（予定 {planned}）"


@dataclass(frozen=True)
class MeasureChapter:
    """One 施策 with its evaluation and the sheets of its actions; `words_of` as in `overtaken_words`."""

    row: PublishedMeasure
    sums: Sums
    texts: tuple[Text, ...]
    sheets: tuple[Sheet, ...]
    words_of: datetime.date | None = None

    @property
    def anchor(self) -> str:
        return f"m-{self.row.measure.code}"

    @property
    def rating(self) -> str:
        return f"{self.row.rating_symbol} {self.row.rating_label}" if self.row.rating_symbol else "評価は未確定"

    def told(self, label: str) -> Text | None:
        return next((text for text in self.texts if text.label == label), None)

    @property
    def counts(self) -> dict[str, int]:
        """Segments by the words of their step."""
        return {segment.name: segment.count for segment in self.sums.bar.segments}


@dataclass(frozen=True)
class PolicyChapter:
    policy: Policy
    measures: tuple[MeasureChapter, ...]

    @property
    def anchor(self) -> str:
        return f"p-{self.policy.number}"


@dataclass(frozen=True)
class DepartmentIndex:
    """The sheets of one 局, by 課; `rows` in the order of their codes."""

    bureau: str
    departments: tuple[tuple[str, tuple[PublishedEvaluation, ...]], ...]


@dataclass(frozen=True)
class Origin:
    """Where a paper comes from, for its first page and its properties."""

    source: str
    made_on: datetime.date
    version: str
    address: str


@dataclass(frozen=True)
class RoundPaper:
    """Everything the template needs; `told` in which words."""

    report: Report
    selection: Selection
    title: str
    origin: Origin
    told: Told
    corrections: tuple[CorrectionView, ...] = ()
    overtaken: Mapping[int, datetime.date] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        return self.told.plan

    @property
    def is_draft(self) -> bool:
        return self.report.is_provisional

    @property
    def is_landscape(self) -> bool:
        return self.selection.orientation == "landscape"

    @property
    def is_slip(self) -> bool:
        """A paper of a few pages, without a cover: its title stands on the first of them."""
        return not self.selection.has(PaperPart.COVER)

    @property
    def shows(self) -> dict[str, bool]:
        """Part → whether it is in the paper."""
        return {part.value: self.selection.has(part) for part in PaperPart}

    @cached_property
    def measures(self) -> tuple[MeasureChapter, ...]:
        """Those that were chosen, in the order of the 体系."""
        chosen = self.selection.measures
        rows = [row for row in self.report.measures if not chosen or row.measure.code in chosen]
        return tuple(self._measure(row) for row in rows)

    def _measure(self, row: PublishedMeasure) -> MeasureChapter:
        sums = sums_of(row.data.get("rollup", {}), self.report.legend)
        texts = self.told.measure_texts(row.data)
        with_sheets = self.selection.has(PaperPart.SHEETS)
        rows = self.report.evaluations_of(row.measure_id) if with_sheets else ()
        sheets = tuple(Sheet(self.told.page(each), is_first=place == 0) for place, each in enumerate(rows))
        return MeasureChapter(row, sums, texts, sheets, self.overtaken.get(row.measure_id))

    @cached_property
    def policies(self) -> tuple[PolicyChapter, ...]:
        groups = groupby(self.measures, key=lambda chapter: chapter.row.measure.policy)
        return tuple(PolicyChapter(policy, tuple(chapters)) for policy, chapters in groups)

    @property
    def sheets(self) -> list[Sheet]:
        return [sheet for chapter in self.measures for sheet in chapter.sheets]

    @cached_property
    def evaluations(self) -> tuple[PublishedEvaluation, ...]:
        """The rows of the chosen measures."""
        chosen = {chapter.row.measure_id for chapter in self.measures}
        return tuple(row for row in self.report.evaluations if row.measure_id in chosen)

    @cached_property
    def whole(self) -> Sums:
        """The sums of the chosen measures."""
        return sums_of(added([each.row.data.get("rollup", {}) for each in self.measures]), self.report.legend)

    @property
    def steps(self) -> list[str]:
        """The columns of the table of grades: every grade, and what else there is."""
        graded = [step.name for step in self.report.legend.graded]
        return [*graded, *(each.name for each in self.whole.bar.segments if each.name not in graded)]

    @property
    def grade_rows(self) -> list[tuple[MeasureChapter, list[int]]]:
        return [(chapter, [chapter.counts.get(step, 0) for step in self.steps]) for chapter in self.measures]

    @property
    def whole_counts(self) -> list[int]:
        counts = {segment.name: segment.count for segment in self.whole.bar.segments}
        return [counts.get(step, 0) for step in self.steps]

    @property
    def chart(self) -> Drawing:
        bars: list[tuple[str, tuple[Segment, ...]]] = [
            (chapter.row.measure.code, chapter.sums.bar.segments) for chapter in self.measures
        ]
        return drawing([*bars, ("全体", self.whole.bar.segments)])

    @property
    def outlooks(self) -> list[tuple[str, int]]:
        """今後の方向性 → how many actions; those nobody chose are left out."""
        rows = self.evaluations
        counted = [
            (step.name, sum(row.outlook_symbol == step.symbol for row in rows)) for step in self.report.legend.outlooks
        ]
        return [(name, count) for name, count in counted if count]

    @property
    def by_code(self) -> list[PublishedEvaluation]:
        return sorted(self.evaluations, key=lambda row: row.code)

    @property
    def by_department(self) -> list[DepartmentIndex]:
        # 建制順: a 局 stands where the code of its first 所管課 does.
        first: dict[str, str] = {}
        for row in self.evaluations:
            first[row.bureau_name] = min(row.department.code, first.get(row.bureau_name, row.department.code))

        def place(row: PublishedEvaluation) -> tuple[Any, ...]:
            return (row.bureau_name == "", first[row.bureau_name], row.bureau_name, row.department.code, row.code)

        rows = sorted(self.evaluations, key=place)
        return [
            DepartmentIndex(bureau or "局に属さない所管課", _by_department(list(group)))
            for bureau, group in groupby(rows, key=lambda row: row.bureau_name)
        ]

    @property
    def terms(self) -> list[Term]:
        """The terms met in what was rendered: asked for last, by the template's last part."""
        return sorted(self.told.marker.used_terms, key=reading_order)

    @property
    def contents(self) -> list[Entry]:
        return contents_of(self)


def _by_department(
    rows: Sequence[PublishedEvaluation],
) -> tuple[tuple[str, tuple[PublishedEvaluation, ...]], ...]:
    return tuple((name, tuple(group)) for name, group in groupby(rows, key=lambda row: row.department_name))


def contents_of(paper: RoundPaper) -> list[Entry]:
    """The lines of the contents, which are bookmarks too: parts, 基本施策, 施策, and 取組 where no index lists them."""
    found: list[Entry] = []
    has = paper.selection.has
    if has(PaperPart.OVERVIEW):
        found.append(Entry(1, "資料1　概要", "overview"))
    if has(PaperPart.MEASURES) or has(PaperPart.SHEETS):
        if not paper.is_slip:
            found.append(Entry(1, "資料2　施策と取組の評価", "whole"))
        found += _whole_entries(paper)
    for part, anchor in (
        (PaperPart.CORRECTIONS, "corrections"),
        (PaperPart.INDEX_CODE, "index-code"),
        (PaperPart.INDEX_DEPARTMENT, "index-department"),
        (PaperPart.GLOSSARY, "glossary"),
    ):
        if has(part):
            found.append(Entry(1, str(part.label), anchor))
    return found


def _whole_entries(paper: RoundPaper) -> Iterable[Entry]:
    for policy in paper.policies:
        yield Entry(2, str(policy.policy), policy.anchor)
        for chapter in policy.measures:
            yield Entry(3, str(chapter.row.measure), chapter.anchor)
            if not paper.selection.has(PaperPart.INDEX_CODE):
                yield from (Entry(4, sheet.page.title, sheet.anchor) for sheet in chapter.sheets)


def round_paper(report: Report, selection: Selection, version: str) -> RoundPaper:
    """The paper of a round; `version` names the state of its content. Three queries."""
    return replace(
        uncorrected_paper(report, selection, version),
        corrections=_corrections(report) if selection.has(PaperPart.CORRECTIONS) else (),
        overtaken=overtaken_words(report.round),
    )


def uncorrected_paper(report: Report, selection: Selection, version: str) -> RoundPaper:
    """Without what it says of corrections: its contents are the same. One query."""
    published = report.published
    plan = published.plan
    glossary = glossary_of(plan)
    marker = TermMarker(PaperGlossary.of(plan, list(glossary.terms.values())))
    narrowed = narrowed_to(report, selection)
    return RoundPaper(
        report=narrowed,
        selection=selection,
        title=title_of(narrowed, selection),
        origin=Origin(
            source=f"{plan.publisher}{plan.office}",
            made_on=timezone.localdate(),
            version=version,
            address=f"{settings.PORTAL_URL}{report.round.get_absolute_url()}",
        ),
        told=Told(published, published.legend, plan, marker),
    )


def _corrections(report: Report) -> tuple[CorrectionView, ...]:
    """The oldest first, as they are numbered."""
    rows = frozen_corrections().filter(publication__round=report.round).order_by("publication__number")
    return marked_views(rows)


def _said(*words: str) -> str:
    """Those that say anything; one dash where none does."""
    return " ".join(word for word in words if word != "－") or "－"
