"""The public list of a round's actions before it is public: the same filters and orders, on the 調書 themselves."""

from collections.abc import Iterator, Mapping

from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce

from plan.queries.listing import Asked, folded_words
from progress.documents import of_evaluation
from progress.enums import DECIDED
from progress.models import Evaluation
from progress.papers.preview import Preview
from progress.queries.result_lists import FILTERS, ResultList, heads_of, narrowed, ordered, selects_of

# As `actions.freezing.listed_evaluation` fills the columns of a frozen row.
COLUMNS = {
    "code": "action__code",
    "title": "action__title",
    "measure": "action__main_direction__measure",
    "department": "department",
    "department_name": "department__name",
    "bureau_name": "bureau_name",
    "settlement": "settlement_shown",
    "grade_symbol": "grade_symbol",
    "outlook_symbol": "outlook_symbol",
}


def preview_list(made: Preview, given: Mapping[str, str]) -> ResultList:
    """Four queries; nothing of it is kept."""
    asked = Asked.of(given, FILTERS)
    rows = ordered(narrowed(_as_frozen(made.evaluations), asked, COLUMNS), made.published, asked, COLUMNS)
    found = list(_found(made, rows, asked.words)) if asked.words else None
    page, shown = made.result_page(rows, given.get("page"), found)
    named = made.evaluations.order_by("department__code").values_list("department__code", "department__name")
    selects = selects_of(made.published, asked, list(named.distinct()))
    return ResultList(made.published, asked, selects, heads_of(asked), page, shown)  # type: ignore[arg-type]  # alike


def _found(made: Preview, evaluations: QuerySet[Evaluation], words: str) -> Iterator[int]:
    """Keys of those that have every word in the document which publishing would put into the search index. One query.

    The index holds nothing that is not public, and no database folds text as it does: so all of them are read.
    """
    asked = folded_words(words)
    for row in made.found_rows(evaluations):
        folded = of_evaluation(row).folded
        if all(word in folded for word in asked):
            yield row.evaluation_id


def _as_frozen(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """What is not decided shows neither grade nor outlook nor settlement."""

    def decided(name: str) -> When:
        return When(status__in=DECIDED, then=F(name))

    return evaluations.alias(
        bureau_name=Coalesce("department__bureau__name", Value("")),
        grade_symbol=Coalesce(Case(decided("grade__symbol")), Value("")),
        outlook_symbol=Coalesce(Case(decided("outlook__symbol")), Value("")),
        settlement_shown=Case(decided("settlement")),
    )
