"""What is published of a round and may be corrected, and what was corrected."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import Case, CharField, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat

from plan.queries.listing import page_by_keys
from programs.queries.first_of import FirstOf
from progress.enums import Status
from progress.models import Correction, Evaluation, MeasureEvaluation, PublishedEvaluation, Round
from progress.models.publication import IS_UNDECIDED
from progress.queries.corrections import wrong_and_right
from progress.queries.first_frame import in_published_words
from progress.queries.results import WrongAndRight

EVALUATIONS_A_PAGE = 20
LATE_SHOWN = 50
CORRECTIONS_SHOWN = 10


@dataclass(frozen=True)
class Made:
    """A 訂正 or 追加公表 with the words that differ marked."""

    correction: Correction
    marked: tuple[WrongAndRight, ...]


@dataclass(frozen=True)
class Correctable:
    """`late`: exceptions of the publication that were accepted since and can be published now.

    `corrections` are the newest; `are_all_shown` is False where the public 正誤表 has more of them. Of `late` at most
    `LATE_SHOWN` are shown.
    """

    corrections: list[Made]
    are_all_shown: bool
    measures: list[MeasureEvaluation]
    late: FirstOf
    page: Page[Evaluation]

    @property
    def has_marks(self) -> bool:
        return any(change.is_marked for made in self.corrections for change in made.marked)


def late_ones(round_: Round) -> QuerySet[Evaluation]:
    """Of a published round, in the order of the codes: its exceptions that were accepted since.

    `in_published_words` tells their grades as they will be published.
    """
    rows = Evaluation.objects.filter(round=round_, status=Status.ACCEPTED)
    return rows.select_related("action", "department", "grade", "outlook").order_by("action__code")


def _with_published_grade(evaluations: QuerySet[Evaluation]) -> QuerySet[Any]:
    """With the grade that the public reads, as `published_grade`: the words of the scale may have changed since."""
    grade = Case(
        When(grade_symbol=F("grade_label"), then=F("grade_label")),
        default=Concat("grade_symbol", Value(" "), "grade_label"),
        output_field=CharField(),
    )
    published = PublishedEvaluation.objects.filter(evaluation=OuterRef("pk"), is_current=True).exclude(IS_UNDECIDED)
    return evaluations.annotate(published_grade=Subquery(published.annotate(told=grade).values("told")[:1]))


def correctable(round_: Round, published: QuerySet[Evaluation], page: str) -> Correctable:
    """`published`: the 調書 to choose from. At most seven queries."""
    corrections = Correction.objects.filter(publication__round=round_).select_related("publication__by")
    measures = MeasureEvaluation.objects.filter(round=round_).select_related("measure__policy")
    rows = _with_published_grade(published).select_related("action", "department").order_by("action__code")
    late = in_published_words(late_ones(round_)[: LATE_SHOWN + 1])
    late_total = len(late) if len(late) <= LATE_SHOWN else late_ones(round_).count()
    newest = list(corrections.order_by("-publication__made_at", "-pk")[: CORRECTIONS_SHOWN + 1])
    return Correctable(
        corrections=[
            Made(each, wrong_and_right(each.changes, is_addition=each.is_addition))
            for each in newest[:CORRECTIONS_SHOWN]
        ],
        are_all_shown=len(newest) <= CORRECTIONS_SHOWN,
        measures=list(measures.order_by("measure__policy__number", "measure__number")),
        late=FirstOf(late_total, late[:LATE_SHOWN]),
        page=page_by_keys(rows, page, EVALUATIONS_A_PAGE),
    )
