"""Every public page, as a tree for people and as a list for search engines: one source for both.

Later apps add a branch (`register_branch`). Pages that are too many for a tree
stand in the list only; a list of more than `PART` addresses comes in parts.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse

from plan.enums import Level, Part
from plan.models import Direction, Figure, Measure, Plan, Policy, Revision, Section, Survey, Term
from plan.queries.plans import address_order

PART = 1_000
"""The most addresses in one file, so that each is made in the time of a page; the protocol allows 50,000."""


@dataclass(frozen=True)
class Node:
    """A page of the site; `url` is "" where the node only groups the pages below it.

    `changed_at`: when it last changed, where no revision of the plan tells.
    """

    title: str
    url: str
    children: tuple["Node", ...] = ()
    changed_at: datetime.datetime | None = None


class Address(NamedTuple):
    """An entry of the list; `changed_at` as in `Node`."""

    url: str
    changed_at: datetime.datetime | None = None


@dataclass(frozen=True)
class Further:
    """Pages for the list alone: their rows, to be counted, and their addresses `between(start, stop)` (one query).

    Their order must last: the list is read in parts.
    """

    rows: Callable[[], QuerySet[Any]]
    between: Callable[[int, int], Iterable[Address]]


@dataclass(frozen=True)
class Branch:
    """What an app adds: nodes for the tree and the list (in one query or two), and pages for the list alone."""

    nodes: Callable[[], Iterable[Node]]
    further: Further | None = None


BRANCHES: list[Branch] = []


def register_branch(nodes: Callable[[], Iterable[Node]], further: Further | None = None) -> None:
    """Add the pages of an app, behind those of the plans; for `AppConfig.ready`."""
    branch = Branch(nodes, further)
    if branch not in BRANCHES:
        BRANCHES.append(branch)


def site_tree() -> list[Node]:
    """The pages of the site and of every published plan. Four queries and those of the branches."""
    return [
        Node("トップ", reverse("plan:home")),
        *_plan_nodes(),
        *(node for branch in BRANCHES for node in branch.nodes()),
        Node("プランの一覧", reverse("plan:plans")),
        Node("資料とデータ", reverse("plan:data")),
        Node("サイト内の検索", reverse("plan:search")),
        Node("このサイトについて", reverse("plan:about")),
        Node("ウェブアクセシビリティ方針", reverse("plan:accessibility")),
        Node("サイトマップ", reverse("plan:sitemap")),
    ]


def pages(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes that are pages, each once, in the order of the tree."""
    for node in nodes:
        if node.url:
            yield node
        yield from pages(node.children)


@dataclass(frozen=True)
class Addresses:
    """The list for search engines: the pages of the tree, then what stands in the list alone."""

    listed: tuple[Address, ...]
    further: tuple[tuple[Further, int], ...]

    @property
    def parts(self) -> int:
        total = len(self.listed) + sum(count for _, count in self.further)
        return max(1, -(-total // PART))

    def part(self, number: int) -> list[Address]:
        """The addresses of one part, counted from 1. At most one query for each branch."""
        start, stop = (number - 1) * PART, number * PART
        found = list(self.listed[start:stop])
        first = len(self.listed)
        for further, count in self.further:
            begin, end = max(start - first, 0), min(stop - first, count)
            if begin < end:
                found += further.between(begin, end)
            first += count
        return found


def addresses() -> Addresses:
    further = [branch.further for branch in BRANCHES if branch.further is not None]
    listed = tuple(Address(node.url, node.changed_at) for node in pages(site_tree()))
    return Addresses(listed, tuple(zip(further, _counts([each.rows() for each in further]), strict=True)))


def _counts(several: Sequence[QuerySet[Any]]) -> list[int]:
    """How many rows each has. One query for all."""
    counted = [
        rows.order_by().values(of=Value(number)).annotate(rows=Count("*")).values_list("of", "rows")
        for number, rows in enumerate(several)
    ]
    found = dict(counted[0].union(*counted[1:], all=True)) if counted else {}
    return [found.get(number, 0) for number in range(len(several))]


def changed_on_by_path(paths: Sequence[str]) -> dict[str, datetime.datetime]:
    """When the pages at these addresses last changed, where a revision tells. One query."""
    # Joined: for plans that a query of its own finds, SQLite would rather read all revisions.
    revisions = Revision.objects.shown().filter(plan__is_published=True, page__in=paths)
    return dict(revisions.order_by().values_list("page").annotate(latest=Max("made_at")))


@dataclass(frozen=True)
class _Pages:
    """What the plans' nodes are made of, by plan; the rows carry no more than titles and addresses need."""

    sections: dict[int, list[Section]]
    policies: dict[int, list[Node]]
    listed: dict[tuple[int, type[Model]], list[Node]]

    @classmethod
    def of(cls, plans: Sequence[Plan]) -> "_Pages":
        """Three queries for all plans."""
        by_key = {plan.pk: plan for plan in plans}
        sections: dict[int, list[Section]] = defaultdict(list)
        for section in Section.objects.filter(plan__in=by_key, level__lte=Level.SECTION).defer("body", "note"):
            section.plan = by_key[section.plan_id]
            sections[section.plan_id].append(section)
        return cls(sections, _policy_nodes(by_key), _listed_nodes(by_key))


def _policy_nodes(plans: Mapping[int, Plan]) -> dict[int, list[Node]]:
    """Policies with measures and directions below, by plan. One query."""
    below = "measures__directions"
    rows = Policy.objects.filter(plan__in=plans).values_list(
        "plan", "number", "title", "measures__number", "measures__title", f"{below}__number", f"{below}__title"
    )
    ordered = rows.order_by("plan", "number", "measures__number", f"{below}__number")
    found: dict[int, list[Node]] = defaultdict(list)
    for (key, *policy_row), of_policy in groupby(ordered, key=lambda row: row[:3]):
        policy = Policy(plan=plans[key], number=policy_row[0], title=policy_row[1])
        measures = []
        for (number, title), of_measure in groupby(of_policy, key=lambda row: row[3:5]):
            if number is None:
                continue
            measure = Measure(policy=policy, number=number, title=title)
            directions = (Direction(measure=measure, number=row[5], title=row[6]) for row in of_measure if row[5])
            measures.append(_node(measure, tuple(_node(direction) for direction in directions)))
        found[key].append(_node(policy, tuple(measures)))
    return found


def _listed_nodes(plans: Mapping[int, Plan]) -> dict[tuple[int, type[Model]], list[Node]]:
    """Figures, surveys and terms, by plan and kind. One query."""
    kinds: tuple[type[Model], ...] = (Figure, Survey, Term)
    titles = ("title", "title", "name")

    def rows(kind: int) -> QuerySet[Any]:
        model = kinds[kind]
        position = "position" if model is Figure else "number"
        columns = model._default_manager.filter(plan__in=plans).annotate(
            kind=Value(kind), number_text=Cast("number", TextField()), at=F(position), words=F(titles[kind])
        )
        return columns.order_by().values_list("kind", "plan", "number_text", "at", "words")

    found: dict[tuple[int, type[Model]], list[Node]] = defaultdict(list)
    for kind, key, number, _, words in rows(0).union(rows(1), rows(2), all=True).order_by("kind", "plan", "at"):
        row: Any = kinds[kind](**{"plan": plans[key], "number": number, titles[kind]: words})
        found[key, kinds[kind]].append(Node(row.caption if kind == 0 else words, row.get_absolute_url()))
    return found


def _node(row: Any, children: tuple[Node, ...] = ()) -> Node:
    return Node(str(row), row.get_absolute_url(), children)


def _plan_nodes() -> list[Node]:
    """Every published plan with its pages. Four queries."""
    plans = list(Plan.objects.published().order_by("-is_current", "-start_year", "slug"))
    pages = _Pages.of(plans)
    return [_plan_node(plan, pages) for plan in plans]


def _plan_node(plan: Plan, pages: _Pages) -> Node:
    def page(title: str, name: str, children: Iterable[Node] = ()) -> Node:
        return Node(title, reverse(f"plan:{name}", args=[plan.slug]), tuple(children))

    sections = pages.sections.get(plan.pk, [])
    has_summary = any(section.part == Part.OVERVIEW for section in sections)
    children = [
        *([page("概要（資料1）", "summary")] if has_summary else []),
        Node("本文", "", tuple(_chapter_nodes(sections))),
        Node("プランの体系", "", tuple(pages.policies.get(plan.pk, ()))),
        page("図の一覧", "figures", pages.listed.get((plan.pk, Figure), ())),
        page("アンケートの一覧", "surveys", pages.listed.get((plan.pk, Survey), ())),
        page("用語集", "glossary", pages.listed.get((plan.pk, Term), ())),
        page("用語集（番号順）", "glossary_by_number"),
        page("関連する計画と期間", "periods"),
        page("改定履歴", "revisions"),
        page("読み取りの修正", "mendings"),
    ]
    return Node(plan.full_title, plan.get_absolute_url(), tuple(children))


def _chapter_nodes(sections: list[Section]) -> Iterator[Node]:
    body = sorted((row for row in sections if row.part == Part.BODY), key=address_order)
    for chapter in (row for row in body if row.level == Level.CHAPTER):
        below = (row for row in body if row.parent_id == chapter.pk)
        yield Node(
            chapter.heading,
            chapter.get_absolute_url(),
            tuple(Node(row.heading, row.get_absolute_url()) for row in below),
        )
