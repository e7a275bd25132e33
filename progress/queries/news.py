"""公表 and 訂正: among the news of the home page, and all of them on the page of their record."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.urls import reverse

from plan.fiscal import fiscal_year_label
from plan.models import Plan
from plan.queries.listing import page_of
from plan.queries.news import News
from plan.search import ListedPage
from progress.models import Publication, PublishedEvaluation, Round

RECORD = "公表・訂正の記録"
IN_FEED = 50
# Not told here.
_LONG = ("frame", "correction__changes", "round__program__summary")


@dataclass(frozen=True)
class RecordEntry:
    """One 公表, 追加公表 or 訂正 of the record; `reason` is "" for the 公表 of a year."""

    news: News
    reason: str


@dataclass(frozen=True)
class Record:
    """公表・訂正の記録, a page of it; `changed_at` is None where nothing is published yet."""

    page: "Page[Publication]"
    entries: tuple[RecordEntry, ...]
    changed_at: datetime.datetime | None


def listed_pages(_: Plan) -> list[ListedPage]:
    """The page of the record, for the search of any plan."""
    told = "取組の結果を、いつ公表し、どこを、なぜ訂正または追加したかの記録です。"
    return [ListedPage(RECORD, reverse("progress:history"), told)]


def latest(plan: Plan, count: int) -> Iterable[News]:
    """The newest publications of the plan's years. One query."""
    return map(_news, _newest_first(Publication.objects.filter(round__program__plan=plan))[:count])


def feed_entries() -> list[News]:
    """The newest publications and corrections of all years. One query."""
    return list(map(_news, _newest_first(Publication.objects.all())[:IN_FEED]))


def record(number: str | None) -> Record:
    """Every publication and correction of all years, the page of that number. Three queries."""
    rows = _newest_first(Publication.objects.all())
    page = page_of(rows, number)
    entries = tuple(RecordEntry(_news(each), _reason(each)) for each in page)
    return Record(page, entries, rows.aggregate(newest=Max("made_at"))["newest"])


def _newest_first(publications: QuerySet[Publication]) -> QuerySet[Any]:
    """Those of published years, with what is told of them, and the `code` of the 調書 that each corrects."""
    shown = publications.filter(round__in=Round.objects.published())
    told = PublishedEvaluation.objects.filter(evaluation=OuterRef("correction__evaluation"), is_current=True)
    rows = shown.select_related("round__program", "correction__measure_evaluation__measure__policy")
    rows = rows.annotate(code=Subquery(told.values("code")[:1]))
    return rows.defer(*_LONG).order_by("-made_at", "-pk")


def _news(publication: Any) -> News:
    round_, kind = publication.round, publication.get_kind_display()
    year = f"{fiscal_year_label(round_.year)}の取組の結果{round_.program.sample_mark}"
    if not hasattr(publication, "correction"):
        return News(publication.made_at, kind, year, round_.get_absolute_url())
    title = f"{year}のうち『{publication.correction.title}』"
    return News(publication.made_at, kind, title, _place(publication))


def _place(publication: Any) -> str:
    """The 正誤 on the page of what was corrected: the 正誤表 of a year has several pages."""
    written = publication.correction.measure_evaluation
    kind, code = ("measure", written.measure.code) if written else ("action", publication.code)
    return f"{reverse(f'progress:{kind}', args=[publication.round.slug, code])}#correction-{publication.number}"


def _reason(publication: Publication) -> str:
    return publication.correction.reason if hasattr(publication, "correction") else ""
