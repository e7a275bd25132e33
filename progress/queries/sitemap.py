"""The pages of the progress for the sitemap: years and their lists in the tree, single 調書 in the list alone."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from plan.fiscal import fiscal_year_label
from plan.models.json_rows import moment_of, rows_below
from plan.queries.sitemap import Address, Further, Node, register_branch
from progress.models import Correction, PublishedEvaluation, PublishedMeasure, Round
from progress.queries.news import RECORD
from progress.queries.published import NEWEST_FIRST, current_evaluations, in_order_of_code

LISTS = (
    ("取組の一覧", "actions"),
    ("所管課ごとの結果", "departments"),
    ("前の年度からの変化", "changes"),
    ("正誤表", "corrections"),
)


def nodes() -> Iterator[Node]:
    """One query: the measures of each year come with it, and what was corrected."""
    measures = rows_below(
        PublishedMeasure.objects.filter(is_current=True),
        "round",
        key="measure",
        policy="measure__policy__number",
        number="measure__number",
        title="measure__title",
    )
    corrections = rows_below(_corrections(), "publication__round", key="of_measure", made_at="publication__made_at")
    rounds = Round.objects.published().order_by(*NEWEST_FIRST)
    years = rounds.annotate(measure_rows=measures, correction_rows=corrections)
    record = Node(RECORD, reverse("progress:history"))
    yield Node("プランの進捗", reverse("progress:progress"), (*map(_year, years), record))


def _corrections() -> QuerySet[Any]:
    """Each with the key of the measure whose page it changed: its own, or that of its 調書."""
    told = PublishedEvaluation.objects.filter(evaluation=OuterRef("evaluation"), is_current=True)
    of_evaluation = Subquery(told.values("measure")[:1])
    return Correction.objects.annotate(
        of_measure=Coalesce("measure_evaluation__measure", of_evaluation, output_field=BigIntegerField())
    )


def _year(round_: Any) -> Node:
    changed: dict[int, datetime.datetime] = {}
    for row in round_.correction_rows or ():
        made_at = moment_of(row["made_at"])
        changed[row["key"]] = max(made_at, changed.get(row["key"], made_at))
    measures = (
        Node(
            f"施策{row['policy']}-{row['number']} {row['title']}の評価",
            reverse("progress:measure", args=[round_.slug, (row["policy"], row["number"])]),
            changed_at=changed.get(row["key"], round_.published_at),
        )
        for row in sorted(round_.measure_rows or (), key=lambda row: (row["policy"], row["number"]))
    )
    newest = max(changed.values(), default=round_.published_at)
    lists = (Node(title, reverse(f"progress:{name}", args=[round_.slug]), changed_at=newest) for title, name in LISTS)
    title = f"{fiscal_year_label(round_.year)}の取組の結果"
    return Node(title, round_.get_absolute_url(), (*measures, *lists), newest)


def _evaluations() -> QuerySet[PublishedEvaluation]:
    return in_order_of_code(current_evaluations())


def _addresses(start: int, stop: int) -> Iterable[Address]:
    """The rows are found in the index of codes; only those are asked for the moment of their publication."""
    found = PublishedEvaluation.objects.filter(pk__in=_evaluations().values("pk")[start:stop])
    rows = found.order_by("round", "code").values_list("round__slug", "code", "publication__made_at")
    return [Address(reverse("progress:action", args=[slug, code]), made_at) for slug, code, made_at in rows]


def register() -> None:
    register_branch(nodes, Further(_evaluations, _addresses))
