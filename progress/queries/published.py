"""Which years the public may read, and the frame each was published in. Nothing here is there before its moment."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateTimeField, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from plan.fiscal import fiscal_year_label
from plan.models import Plan
from plan.queries.kept import kept_value
from plan.queries.plans import Link
from programs.models import Program
from progress.enums import RoundState
from progress.models import Evaluation, Publication, PublishedEvaluation, PublishedMeasure, Round
from progress.queries.first_frame import with_first_frame
from progress.queries.results import Legend

NEWEST_FIRST = ("-year", "-program__start_year", "slug")


@dataclass(frozen=True)
class PublishedRound:
    """A published year with the words it was published in."""

    round: Round
    frame: Mapping[str, Any]
    legend: Legend
    corrected_at: datetime.datetime | None

    @classmethod
    def of(cls, round_: Any) -> "PublishedRound":
        """`round_` read with `with_frames`."""
        frame = round_.first_frame or {}
        return cls(round_, frame, Legend.of(frame), round_.corrected_at)

    @classmethod
    def of_row(cls, row: Any) -> "PublishedRound":
        """`row`, a frozen row of the year, read with `with_frames_of_rows`."""
        frame = row.first_frame or {}
        return cls(row.round, frame, Legend.of(frame), None)

    @property
    def program(self) -> Program:
        return self.round.program

    @property
    def plan(self) -> Plan:
        return self.program.plan

    @property
    def program_title(self) -> str:
        """As it was when the year was published."""
        return str((self.frame.get("program") or {}).get("title") or self.program.title)

    @property
    def slug(self) -> str:
        return self.round.slug

    @property
    def year_label(self) -> str:
        return fiscal_year_label(self.round.year)

    @property
    def title(self) -> str:
        return f"{self.year_label}の取組の結果"

    @property
    def is_sample(self) -> bool:
        return bool(self.frame.get("is_sample")) or self.program.is_sample

    @property
    def published_on(self) -> datetime.date:
        """The day (JST) of the first publication."""
        assert self.round.published_at is not None  # noqa: S101 for the type checker: a published round has its moment
        return timezone.localdate(self.round.published_at)

    @property
    def changed_on(self) -> datetime.date:
        """The day (JST) of the newest publication or correction."""
        return timezone.localdate(self.corrected_at) if self.corrected_at else self.published_on

    @property
    def link(self) -> Link:
        return (self.title, self.round.get_absolute_url())


def with_frames(rounds: QuerySet[Round]) -> QuerySet[Any]:
    """`rounds` with programme, plan, the frame of their first publication and when they were corrected last."""
    later = Publication.objects.filter(round=OuterRef("pk"), number__gt=1).order_by()
    newest = later.values("round").annotate(newest=Max("made_at")).values("newest")
    read = with_first_frame(rounds.select_related("program__plan"))
    return read.annotate(corrected_at=Subquery(newest, output_field=DateTimeField()))


def with_frames_of_rows(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Frozen rows with their round and the frame of its first publication, in the same query."""
    return with_first_frame(rows.select_related("round__program__plan"), of="round")


def frozen_round(round_: Round) -> PublishedRound:
    """Of what was published, whether or not its programme is public now. One query."""
    return PublishedRound.of(with_frames(Round.objects.filter(state=RoundState.PUBLISHED)).get(pk=round_.pk))


def published_round(slug: str) -> PublishedRound:
    """Raises Round.DoesNotExist. One query."""
    return PublishedRound.of(with_frames(Round.objects.published()).get(slug=slug))


def published_rounds(plan: Plan | None = None) -> list[PublishedRound]:
    """All published years, or those of one plan, the newest first. One query."""
    rounds = Round.objects.published().order_by(*NEWEST_FIRST)
    if plan is not None:
        rounds = rounds.filter(program__plan=plan)
    return [PublishedRound.of(round_) for round_ in with_frames(rounds)]


def newest_first(years: Iterable[PublishedRound]) -> list[PublishedRound]:
    """In the order of `NEWEST_FIRST`, for a year among them that is not public yet."""
    return sorted(years, key=lambda each: (-each.round.year, -each.program.start_year, each.slug))


def published_rounds_with_counts(plan: Plan) -> list[tuple[PublishedRound, int]]:
    """The published years of a plan, newest first, each with how many actions it has. One query at most."""
    rows = in_order_of_code(PublishedEvaluation.objects.filter(round=OuterRef("pk"))).order_by().values("round")
    counted = Subquery(rows.annotate(total=Count("pk")).values("total"))
    rounds = with_frames(Round.objects.published().filter(program__plan=plan).order_by(*NEWEST_FIRST))

    def counts() -> list[tuple[PublishedRound, int]]:
        return [(PublishedRound.of(round_), round_.total or 0) for round_ in rounds.annotate(total=counted)]

    return kept_value(f"progress:years_with_counts:{plan.pk}", counts)


def in_order_of_code(rows: QuerySet[PublishedEvaluation]) -> QuerySet[PublishedEvaluation]:
    """The current ones of `rows`, round by round.

    Every code is more than nothing; asked so, SQLite counts and skips inside
    the index `published_by_code` and reads none of the wide rows.
    """
    return rows.filter(is_current=True, code__gt="").order_by("round", "code")


def frozen_evaluations() -> QuerySet[PublishedEvaluation]:
    """What stands of all that was published, whether or not the public may read it now: for the desk."""
    return PublishedEvaluation.objects.filter(is_current=True, round__state=RoundState.PUBLISHED)


def frozen_measures() -> QuerySet[PublishedMeasure]:
    return PublishedMeasure.objects.filter(is_current=True, round__state=RoundState.PUBLISHED)


def current_evaluations() -> QuerySet[PublishedEvaluation]:
    """What the public may read now of all published years."""
    return PublishedEvaluation.objects.filter(is_current=True, round__in=Round.objects.published())


def published_years(program: Program) -> list[int]:
    """Also of a programme that is not public any more: what was published stays as it is. One query."""
    return list(Round.objects.filter(program=program, state=RoundState.PUBLISHED).values_list("year", flat=True))


def years_with_evaluations(actions: Collection[int]) -> Iterable[tuple[int, int]]:
    """(action, year) of each 調書 of these. One query."""
    return Evaluation.objects.filter(action__in=actions).order_by().values_list("action", "round__year")


def last_published() -> Subquery:
    """The moment at which something was last published of an action, a correction too; no query of its own."""
    rows = current_evaluations().filter(action=OuterRef("pk")).order_by("-publication__made_at")
    return Subquery(rows.values("publication__made_at")[:1])


def current_measures() -> QuerySet[PublishedMeasure]:
    return PublishedMeasure.objects.filter(is_current=True, round__in=Round.objects.published())


def measure_names(published: PublishedRound) -> Mapping[int, str]:
    """What each measure was called when the year was published, by measure id; none before that.

    Kept for each state of the content. One query.
    """
    if not published.round.is_published:
        return {}
    rows = current_measures().filter(round=published.round).select_related("measure__policy")
    return kept_value(f"progress:measure_names:{published.slug}", lambda: {row.measure_id: str(row) for row in rows})
