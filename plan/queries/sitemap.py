"""Every public page, as a tree for people and as a list for search engines: one source for both.

Later apps add a branch (`register_branch`). Pages that are too many for a tree
stand in the list only; a list of more than `PART` addresses comes in parts.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Max, Prefetch
from django.urls import reverse

from plan.enums import Level, Part
from plan.models import Direction, Measure, Plan, Policy, Revision, Section
from plan.queries.plans import address_order

PART = 40_000
"""The most addresses in one file; the protocol allows 50,000."""


@dataclass(frozen=True)
class Node:
    """A page of the site; `url` is "" where the node only groups the pages below it."""

    title: str
    url: str
    children: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Further:
    """Pages for the list alone: how many, and their addresses `between(start, stop)`. One query each.

    Their order must last: the list is read in parts.
    """

    count: Callable[[], int]
    between: Callable[[int, int], Iterable[str]]


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
    """The pages of the site and of every published plan. Eight queries and those of the branches."""
    return [
        Node("トップ", reverse("plan:home")),
        *(_plan_node(plan) for plan in _plans_with_pages()),
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

    listed: tuple[str, ...]
    further: tuple[tuple[Further, int], ...]

    @property
    def parts(self) -> int:
        total = len(self.listed) + sum(count for _, count in self.further)
        return max(1, -(-total // PART))

    def part(self, number: int) -> list[str]:
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
    return Addresses(
        tuple(node.url for node in pages(site_tree())),
        tuple((branch.further, branch.further.count()) for branch in BRANCHES if branch.further is not None),
    )


def changed_on_by_path() -> dict[str, datetime.datetime]:
    """When the page at an address last changed, where a revision tells. One query."""
    revisions = Revision.objects.shown().filter(plan__is_published=True).exclude(path="")
    changed: dict[str, datetime.datetime] = {}
    for path, latest in revisions.values_list("path").annotate(latest=Max("made_at")).order_by():
        page = path.partition("#")[0]
        changed[page] = max(latest, changed.get(page, latest))
    return changed


def _plans_with_pages() -> Iterable[Plan]:
    return (
        Plan.objects.published()
        .order_by("-is_current", "-start_year", "slug")
        .prefetch_related(
            Prefetch("sections", Section.objects.filter(level__lte=Level.SECTION).defer("body", "note")),
            Prefetch("policies", Policy.objects.order_by("number")),
            Prefetch("policies__measures", Measure.objects.order_by("number").defer("summary")),
            Prefetch("policies__measures__directions", Direction.objects.order_by("number")),
            "figures",
            "surveys",
            "terms",
        )
    )


def _plan_node(plan: Plan) -> Node:
    def page(title: str, name: str, children: Iterable[Node] = ()) -> Node:
        return Node(title, reverse(f"plan:{name}", args=[plan.slug]), tuple(children))

    sections = list(plan.sections.all())
    has_summary = any(section.part == Part.OVERVIEW for section in sections)
    children = [
        *([page("概要（資料1）", "summary")] if has_summary else []),
        Node("本文", "", tuple(_chapter_nodes(sections))),
        Node("プランの体系", "", tuple(_policy_node(policy) for policy in plan.policies.all())),
        page("図の一覧", "figures", [Node(row.caption, row.get_absolute_url()) for row in plan.figures.all()]),
        page("アンケートの一覧", "surveys", [Node(row.title, row.get_absolute_url()) for row in plan.surveys.all()]),
        page("用語集", "glossary", [Node(row.name, row.get_absolute_url()) for row in plan.terms.all()]),
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


def _policy_node(policy: Policy) -> Node:
    return Node(str(policy), policy.get_absolute_url(), tuple(_measure_node(row) for row in policy.measures.all()))


def _measure_node(measure: Measure) -> Node:
    below = tuple(Node(str(row), row.get_absolute_url()) for row in measure.directions.all())
    return Node(str(measure), measure.get_absolute_url(), below)
