"""公表 and 訂正 among the news of the home page."""

from collections.abc import Iterable

from django.urls import reverse

from plan.fiscal import fiscal_year_label
from plan.models import Plan
from plan.queries.news import News
from progress.enums import PublicationKind
from progress.models import Publication, Round


def latest(plan: Plan, count: int) -> Iterable[News]:
    """The newest publications of the plan's years. One query."""
    rows = Publication.objects.filter(round__in=Round.objects.published(), round__program__plan=plan)
    for publication in rows.select_related("round", "correction").order_by("-made_at", "-pk")[:count]:
        round_ = publication.round
        year = f"{fiscal_year_label(round_.year)}の取組の結果"
        if publication.kind == PublicationKind.FIRST:
            yield News(publication.made_at, publication.get_kind_display(), year, round_.get_absolute_url())
        else:
            address = f"{reverse('progress:corrections', args=[round_.slug])}#correction-{publication.number}"
            title = f"{publication.correction.title}（{year}）" if hasattr(publication, "correction") else year
            yield News(publication.made_at, publication.get_kind_display(), title, address)
