"""公表 and 訂正 among the news of the home page."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse

from plan.fiscal import fiscal_year_label
from plan.models import Plan
from plan.queries.news import News
from progress.enums import PublicationKind
from progress.models import Publication, Round

IN_FEED = 50
# Frames and what was corrected are long, and not told here.
_TOLD = ("number", "kind", "made_at", "round__slug", "round__year", "round__program__is_sample", "correction__title")


def latest(plan: Plan, count: int) -> Iterable[News]:
    """The newest publications of the plan's years. One query."""
    return _news(Publication.objects.filter(round__program__plan=plan), count)


def feed_entries() -> list[News]:
    """The newest publications and corrections of all years. One query."""
    return list(_news(Publication.objects.all(), IN_FEED))


def _news(publications: QuerySet[Publication], count: int) -> Iterable[News]:
    shown = publications.filter(round__in=Round.objects.published())
    rows = shown.select_related("round__program", "correction").only(*_TOLD)
    for publication in rows.order_by("-made_at", "-pk")[:count]:
        round_ = publication.round
        year = f"{fiscal_year_label(round_.year)}の取組の結果{round_.program.sample_mark}"
        if publication.kind == PublicationKind.FIRST:
            yield News(publication.made_at, publication.get_kind_display(), year, round_.get_absolute_url())
        else:
            address = f"{reverse('progress:corrections', args=[round_.slug])}#correction-{publication.number}"
            title = f"{year}のうち『{publication.correction.title}』" if hasattr(publication, "correction") else year
            yield News(publication.made_at, publication.get_kind_display(), title, address)
