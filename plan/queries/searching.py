"""What the search page is asked for, and what it offers besides the hits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from plan.enums import DocumentKind
from plan.models import Measure, Plan
from plan.queries.plans import with_days
from plan.search import Group, SearchResult

LONGEST_SHOWN = 200
SUGGESTED_TERMS = 5


@dataclass(frozen=True)
class Asked:
    """The parameters of the address, as far as they mean anything."""

    query: str
    plan: str
    measure: str
    kind: DocumentKind | None
    page: int

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Asked":
        kind = values.get("kind", "")
        page = values.get("page", "")
        return cls(
            query=values.get("q", "").replace("\x00", "")[:LONGEST_SHOWN],
            plan=values.get("plan", ""),
            measure=values.get("measure", ""),
            kind=DocumentKind(kind) if kind in DocumentKind.values else None,
            page=int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
        )

    def plan_among(self, plans: Sequence[Plan]) -> Plan | None:
        """The plan asked for, or else the current one, or else the newest."""
        asked = [plan for plan in plans if plan.slug == self.plan]
        current = [plan for plan in plans if plan.is_current]
        return next(iter([*asked, *current, *plans]), None)

    def measure_among(self, measures: Sequence[Measure]) -> Measure | None:
        return next((measure for measure in measures if measure.code == self.measure), None)

    def link(self, **changes: str) -> str:
        """A query string with the same question and `changes`; empty values are left out."""
        values = {"q": self.query, "plan": self.plan, "measure": self.measure} | changes
        return "?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class GroupView:
    """The hits of one kind; `more` leads to all of them, or "" where all are shown."""

    group: Group
    more: str
    previous: str
    next: str
    page: int

    @property
    def label(self) -> str:
        return self.group.kind.label

    @property
    def anchor(self) -> str:
        return f"kind-{self.group.kind.value}"


def plans_to_search() -> list[Plan]:
    """All that are public, each with the day on which it last changed."""
    return list(with_days(Plan.objects.published().order_by("-is_current", "-start_year", "slug")))


def measures_of(plan: Plan) -> list[Measure]:
    """For the filter: one query."""
    return list(
        Measure.objects.filter(policy__plan=plan).select_related("policy__plan").order_by("policy__number", "number")
    )


def group_views(result: SearchResult, asked: Asked) -> list[GroupView]:
    return [_group_view(group, result.page, asked) for group in result.groups]


def _group_view(group: Group, page: int, asked: Asked) -> GroupView:
    kind = group.kind.value
    alone = asked.kind is not None
    return GroupView(
        group,
        more=asked.link(kind=kind) if group.has_more and not alone else "",
        previous=asked.link(kind=kind, page=str(page - 1)) if alone and page > 1 else "",
        next=asked.link(kind=kind, page=str(page + 1)) if alone and page < group.pages else "",
        page=page,
    )


def suggestions(plan: Plan) -> list[tuple[str, str]]:
    """Words that find something, as (word, query string): the first terms of the glossary. One query."""
    names = plan.terms.order_by("number").values_list("name", flat=True)[:SUGGESTED_TERMS]
    return [(name, "?" + urlencode({"q": name})) for name in names]
