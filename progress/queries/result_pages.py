"""One published 調書, and one published 施策評価, as pages; now, or as first published."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.core.paginator import Page
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from plan.fiscal import fiscal_year_label
from plan.models import Measure, Plan, Term
from plan.prose import TermMarker
from plan.queries.kept import KeptPlan, kept_plan
from plan.queries.listing import page_of
from plan.queries.plans import Link, Neighbours, pick
from programs.queries.originals import Original
from programs.queries.standing import Step
from progress.charts import written
from progress.models import PublishedEvaluation, PublishedMeasure
from progress.queries.corrections import corrections_of, corrections_within
from progress.queries.plan_background import origin_label, originals_shown
from progress.queries.published import PublishedRound, current_evaluations, published_round
from progress.queries.result_lists import edition, result_rows, rows_of
from progress.queries.results import CorrectionView, Legend, ResultRow, Sums, sums_of

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """A field of the 調書 with its terms marked; left out where nothing was written."""

    label: str
    html: SafeString


@dataclass(frozen=True)
class EvaluationPage:
    """P, D, C and A of one action in one year, in the words of the day it was published.

    `originals` are the parts of the plan that were others at first; `origins` the evaluations it came from.
    """

    published: PublishedRound
    row: PublishedEvaluation
    plan: Plan
    is_first: bool
    grade: Step
    outlook: str
    plan_texts: tuple[Text, ...]
    originals: tuple[Original, ...]
    origins: tuple[Link, ...]
    do_texts: tuple[Text, ...]
    check_texts: tuple[Text, ...]
    act_texts: tuple[Text, ...]
    purpose: tuple[Text, ...]
    corrections: tuple[CorrectionView, ...]
    other_years: tuple[Link, ...]
    notes: list[Term]

    @property
    def data(self) -> Data:
        data: Data = self.row.data
        return data

    @property
    def legend(self) -> Legend:
        return self.published.legend

    @property
    def corrected_at(self) -> datetime.datetime | None:
        """The moment of its newest correction; None as it was first published."""
        return None if self.is_first else _newest(self.corrections)

    @property
    def changed_on(self) -> datetime.date:
        """The day (JST) of its publication, or of its newest correction."""
        return _changed_on(self.published, self.corrected_at)

    @property
    def title(self) -> str:
        return f"{self.row.code} {self.row.title}"

    @property
    def is_exception(self) -> bool:
        return self.row.is_undecided

    @property
    def is_changed_since(self) -> bool:
        """Whether the plan said something else by then than what came from its `origins`."""
        return bool(self.data["plan"].get("is_changed_since"))

    @property
    def next_budget(self) -> int | None:
        amount: int | None = (self.data.get("act") or {}).get("next_budget")
        return amount

    @property
    def milestones(self) -> Sequence[Data]:
        return list(self.data.get("milestones", ()))

    @property
    def indicators(self) -> list[list[str]]:
        """Rows of the table: name, kind, target, actual, rate, reached."""
        return [_indicator_cells(row) for row in self.data.get("indicators", ())]

    @property
    def next_targets(self) -> list[list[str]]:
        """Rows of the table: name, planned, decided, reason; those without a next target are left out."""
        return [
            [
                str(row["name"]),
                _value(row.get("planned_next_target"), row),
                _value(row.get("next_target"), row),
                row.get("target_change_reason") or "",
            ]
            for row in self.data.get("indicators", ())
            if row.get("next_target") is not None
        ]

    @property
    def facts(self) -> list[Link]:
        action, department = self.data["action"], self.data["department"]
        of_the_year = "、".join(name for name in department.get("of_the_year", ()) if name != department["name"])
        return [
            ("所管課", " ".join(filter(None, (department.get("bureau"), department["name"])))),
            ("評価した年度の所管課", of_the_year),
            ("関係課", "、".join(department.get("related", ()))),
            ("分類", action["category"]),
            ("実施主体", action["implementer"]),
            ("法的根拠", action["legal_basis"]),
            ("基本方向", "、".join(f"{each['code']} {each['title']}" for each in action["directions"])),
            ("上位計画とのつながり", "、".join(action["uppers"])),
        ]

    @property
    def contents(self) -> list[tuple[str, str, int]]:
        answered = [("do", "実施（Do）", 2), ("check", "評価（Check）", 2), ("act", "改善（Action）", 2)]
        return [
            *([("corrections", "公表した後の訂正と追加", 2)] if self.corrections and not self.is_first else []),
            ("action", "取組の内容", 2),
            ("plan", "計画（Plan）", 2),
            *([] if self.is_exception else answered),
            *([("other-years", "ほかの年度の評価", 2)] if self.other_years else []),
        ]


def evaluation_page(slug: str, code: str, *, first: bool = False) -> EvaluationPage:
    """Raises ObjectDoesNotExist unless the year is published and has the action. Four queries and the kept plan's."""
    published = published_round(slug)
    rows = PublishedEvaluation.objects.filter(round=published.round, code=code)
    row = rows.select_related("publication", "action__program").get(**edition(first=first))
    return page_of_evaluation(published, row, first=first)


def page_of_evaluation(published: PublishedRound, row: PublishedEvaluation, *, first: bool = False) -> EvaluationPage:
    """The page of a frozen row, which need not be stored yet. Two queries and the kept plan's."""
    kept = kept_plan(published.plan.slug)
    marker = TermMarker(kept.glossary)
    told = Told(published, Legend.of(row.publication.frame), kept.plan, marker)
    return replace(
        told.page(row),
        is_first=first,
        corrections=corrections_of(published, marker, evaluation=row.evaluation_id),
        other_years=_other_years(row),
        notes=marker.used_terms,
    )


@dataclass(frozen=True)
class Told:
    """In which words frozen rows are told: those of a year, the legend of its day, the plan and its marked terms."""

    published: PublishedRound
    legend: Legend
    plan: Plan
    marker: TermMarker

    def page(self, row: PublishedEvaluation) -> EvaluationPage:
        """The 調書 alone, without corrections and other years. No query."""
        marker, data = self.marker, row.data
        action, plan, do, check, act = (data.get(part) or {} for part in ("action", "plan", "do", "check", "act"))
        return EvaluationPage(
            published=self.published,
            row=row,
            plan=self.plan,
            is_first=False,
            grade=self.legend.grade(row.grade_symbol, row.grade_label, row.grade_kind),
            outlook=entry_name(act.get("outlook")),
            purpose=_texts(marker, ("目的", action.get("purpose")), ("内容", action.get("content"))),
            plan_texts=_texts(
                marker, ("計画", plan.get("planned_work")), ("年度途中の計画変更", plan.get("plan_change"))
            ),
            # Published before this was kept: nothing is known of it.
            originals=originals_shown(plan.get("original", {}), data.get("indicators", ()), marker.lines),
            origins=tuple(
                (origin_label(each), reverse("progress:action", args=[each["slug"], each["code"]]))
                for each in plan.get("origins", ())
            ),
            do_texts=_texts(marker, ("実績", do.get("results"))),
            check_texts=_texts(
                marker,
                ("達成度の理由", check.get("grade_reason")),
                ("成果", check.get("outcomes")),
                ("課題", check.get("problems")),
                ("環境の変化", check.get("environment_change")),
            ),
            act_texts=_texts(
                marker, ("方向性の理由", act.get("outlook_reason")), ("次年度の計画", act.get("next_plan"))
            ),
            corrections=(),
            other_years=(),
            notes=[],
        )

    def measure_texts(self, data: Data) -> tuple[Text, ...]:
        """The texts of a 施策評価."""
        return _texts(
            self.marker,
            ("評価の理由", data.get("reason")),
            ("主な成果", data.get("results")),
            ("主な課題", data.get("problems")),
            ("今後の見通し", data.get("outlook")),
        )


def _newest(corrections: Iterable[CorrectionView]) -> datetime.datetime | None:
    return max((correction.made_at for correction in corrections), default=None)


def _changed_on(published: PublishedRound, corrected_at: datetime.datetime | None) -> datetime.date:
    return timezone.localdate(corrected_at) if corrected_at else published.published_on


def _other_years(row: PublishedEvaluation) -> tuple[Link, ...]:
    rows = current_evaluations().filter(action=row.action_id).exclude(round=row.round_id).order_by("-round__year")
    return tuple(
        (f"{fiscal_year_label(year)}の評価", reverse("progress:action", args=[slug, code]))
        for year, slug, code in rows.values_list("round__year", "round__slug", "code")
    )


def _texts(marker: TermMarker, *fields: tuple[str, str | None]) -> tuple[Text, ...]:
    marker.section()
    return tuple(Text(label, marker.lines(text)) for label, text in fields if text)


def entry_name(entry: Data | None) -> str:
    """「2 目標を上回って達成」, of an entry of a scale as frozen rows hold it; "" where none was chosen."""
    if not entry:
        return ""
    return str(entry["label"]) if entry["symbol"] == entry["label"] else f"{entry['symbol']} {entry['label']}"


def _indicator_cells(row: Data) -> list[str]:
    reached = row.get("reached")
    return [
        f"{row['name']}（{row['improvement_label']}）",
        str(row["kind"]),
        _value(row.get("target"), row) or "－",
        _value(row.get("actual"), row) or row.get("no_actual_reason") or "－",
        f"{row['rate']}%" if row.get("rate") else "－",
        "－" if reached is None else "達成" if reached else "未達成",
    ]


def _value(number: str | None, row: Data) -> str:
    return "" if number is None else f"{written(Decimal(number))}{row.get('unit') or ''}"


@dataclass(frozen=True)
class MeasurePage:
    """One 施策評価 with the counts and sums of its actions, and the actions themselves.

    `within`: the newest corrections of its 調書, which moved the counts and sums.
    """

    published: PublishedRound
    row: PublishedMeasure
    measure: Measure
    plan: Plan
    is_first: bool
    sums: Sums
    texts: tuple[Text, ...]
    corrections: tuple[CorrectionView, ...]
    within: tuple[CorrectionView, ...]
    page: "Page[PublishedEvaluation]"
    rows: tuple[ResultRow, ...]
    neighbours: Neighbours
    notes: list[Term]

    @property
    def rating(self) -> str:
        return entry_name(self.row.data.get("rating"))

    @property
    def words_of(self) -> datetime.date | None:
        """The day of its words, where a 調書 of the measure was corrected after them."""
        moment = self.corrections[0].made_at if self.corrections else self.published.round.published_at
        if moment is None or not self.within or self.within[0].made_at <= moment:
            return None
        return timezone.localdate(moment)

    @property
    def corrected_at(self) -> datetime.datetime | None:
        """The moment of the newest correction of it or of a 調書 that it counts; None as it was first published."""
        return None if self.is_first else _newest((*self.corrections[:1], *self.within[:1]))

    @property
    def changed_on(self) -> datetime.date:
        """The day (JST) of its publication, or of that correction."""
        return _changed_on(self.published, self.corrected_at)

    @property
    def is_corrected(self) -> bool:
        """Itself, or any of its actions."""
        return bool(self.corrections or self.within)

    @property
    def legend(self) -> Legend:
        return self.published.legend


def measure_page(slug: str, code: Sequence[int], *, first: bool = False, page: str | None = None) -> MeasurePage:
    """Raises ObjectDoesNotExist unless the year is published with that measure. Six queries and the kept plan's."""
    published = published_round(slug)
    measure = measure_of(published, code)
    rows = PublishedMeasure.objects.filter(round=published.round, **edition(first=first))
    stored = {row.measure_id: row for row in rows.select_related("measure__policy")}
    if measure.pk not in stored:
        raise PublishedMeasure.DoesNotExist
    row, names = stored[measure.pk], {key: str(each) for key, each in stored.items()}
    shown = page_of(rows_of(published, first=first).filter(measure=measure).order_by("code"), page)
    results = result_rows(published, shown, first=first)
    return page_of_measure(published, row, measure, shown, results, first=first, names=names)


def page_of_measure(
    published: PublishedRound,
    row: PublishedMeasure,
    measure: Measure,
    page: "Page[Any]",
    rows: tuple[ResultRow, ...],
    *,
    first: bool = False,
    names: Mapping[int, str] = MappingProxyType({}),
) -> MeasurePage:
    """The page of a frozen row with those of its actions, which need not be stored. Two queries, the kept plan's.

    `names`: what the measures were called when the year was published, by id.
    """
    kept = kept_plan(published.plan.slug)
    told = Told(published, published.legend, kept.plan, TermMarker(kept.glossary))
    return MeasurePage(
        published=published,
        row=row,
        measure=measure,
        plan=kept.plan,
        is_first=first,
        sums=sums_of(row.data.get("rollup", {}), published.legend),
        texts=told.measure_texts(row.data),
        corrections=corrections_of(published, told.marker, measure_evaluation__measure=measure),
        within=corrections_within(published, measure),
        page=page,
        rows=rows,
        neighbours=_neighbours(_measures_of(kept), measure, published.slug, names),
        notes=told.marker.used_terms,
    )


def measure_of(published: PublishedRound, code: Sequence[int]) -> Measure:
    """The measure of the kept plan; raises ObjectDoesNotExist."""
    return pick(
        _measures_of(kept_plan(published.plan.slug)), lambda each: (each.policy.number, each.number), tuple(code)
    )


def _measures_of(kept: KeptPlan) -> list[Measure]:
    return [measure for policy in kept.plan.policies.all() for measure in policy.measures.all()]


def _neighbours(measures: Sequence[Measure], here: Measure, slug: str, names: Mapping[int, str]) -> Neighbours:
    at = measures.index(here)

    def link(place: int) -> Link | None:
        if not 0 <= place < len(measures):
            return None
        measure = measures[place]
        address = reverse("progress:measure", args=[slug, measure.code])
        return (names.get(measure.pk, str(measure)), address)

    return Neighbours(link(at - 1), link(at + 1))
