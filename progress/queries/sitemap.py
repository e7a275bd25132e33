"""The pages of the progress for the sitemap: years and their lists in the tree, single 調書 in the list alone."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from plan.fiscal import fiscal_year_label
from plan.queries.json_rows import rows_below
from plan.queries.sitemap import Further, Node, register_branch
from progress.models import PublishedEvaluation, PublishedMeasure, Round
from progress.queries.news import RECORD
from progress.queries.published import NEWEST_FIRST, current_evaluations, in_order_of_code

LISTS = (
    ("取組の一覧", "actions"),
    ("所管課ごとの結果", "departments"),
    ("前の年度からの変化", "changes"),
    ("正誤表", "corrections"),
)


def nodes() -> Iterator[Node]:
    """One query: the measures of each year come with it."""
    measures = rows_below(
        PublishedMeasure.objects.filter(is_current=True),
        "round",
        policy="measure__policy__number",
        number="measure__number",
        title="measure__title",
    )
    rounds = Round.objects.published().order_by(*NEWEST_FIRST).annotate(measure_rows=measures)
    record = Node(RECORD, reverse("progress:history"))
    yield Node("プランの進捗", reverse("progress:progress"), (*(_year(round_) for round_ in rounds), record))


def _year(round_: Any) -> Node:
    lists = (Node(title, reverse(f"progress:{name}", args=[round_.slug])) for title, name in LISTS)
    measures = (
        Node(
            f"施策{row['policy']}-{row['number']} {row['title']}の評価",
            reverse("progress:measure", args=[round_.slug, (row["policy"], row["number"])]),
        )
        for row in sorted(round_.measure_rows or (), key=lambda row: (row["policy"], row["number"]))
    )
    title = f"{fiscal_year_label(round_.year)}の取組の結果"
    return Node(title, round_.get_absolute_url(), (*measures, *lists))


def _evaluations() -> QuerySet[PublishedEvaluation]:
    return in_order_of_code(current_evaluations())


def _addresses(start: int, stop: int) -> Iterable[str]:
    rows = _evaluations().values_list("round__slug", "code")[start:stop]
    return [reverse("progress:action", args=[slug, code]) for slug, code in rows]


def register() -> None:
    register_branch(nodes, Further(lambda: _evaluations().count(), _addresses))
