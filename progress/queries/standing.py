"""How the actions of a programme stand: by the grades of a published year, the newest where none is asked for."""

from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from programs.models import Program
from programs.queries.standing import LAST, NO_SYMBOL, Standing
from progress.models import PublishedEvaluation, Round
from progress.models.publication import IS_UNDECIDED
from progress.queries.published import NEWEST_FIRST, PublishedRound, with_frames


def published_standing(program: Program, year: int | None) -> Standing | None:
    """Of the year, or of the newest published one; None where it is not published. One query."""
    rounds = Round.objects.published().filter(program=program).order_by(*NEWEST_FIRST)
    newest = with_frames(rounds if year is None else rounds.filter(year=year)).first()
    if newest is None:
        return None
    published = PublishedRound.of(newest)
    rows = PublishedEvaluation.objects.filter(round=newest, is_current=True, action=OuterRef("pk"))
    grades = rows.order_by()  # one for each action: nothing to sort

    def marked(actions: QuerySet[Any]) -> QuerySet[Any]:
        return actions.annotate(standing=Subquery(grades.values("grade_symbol")[:1]))

    places = [When(grade_symbol=step.symbol, then=place) for place, step in enumerate(published.legend.achievements)]
    # Inside the subquery, which is asked once for each action then, and not once for each step.
    placed = grades.annotate(place=Case(*places, default=None, output_field=IntegerField())).values("place")[:1]

    def narrowed(actions: QuerySet[Any], key: str) -> QuerySet[Any]:
        if key == NO_SYMBOL:
            return actions.filter(~Exists(grades.exclude(IS_UNDECIDED)))
        return actions.filter(Exists(grades.filter(grade_symbol=key)))

    return Standing(
        newest.year,
        published.year_label,
        published.legend.note,
        published.legend.achievements,
        marked,
        narrowed,
        Coalesce(Subquery(placed), LAST),
    )
