"""The pages of programmes for the sitemap: the lists in the tree, their parts and the actions in the list alone."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from plan.queries.kept import kept_value
from plan.queries.sitemap import Address, Branch, Further, Node, register_branch
from programs.models import Action, ActionOwner, Program
from programs.queries.programs import published_programs
from programs.queries.tenures import told


def branch() -> Branch:
    """One query, and one after each change of the content."""
    programs = list(published_programs())
    actions = Further(sum(program.action_count for program in programs), _addresses)
    lists = Further.of(kept_value("programs:sitemap", lambda: _lists(programs)))
    top = Node("情報化推進プログラム", reverse("programs:programs"), tuple(map(_node, programs)))
    return Branch((top,), (lists, actions))


def _node(program: Any) -> Node:
    departments = Node("所管課ごとの取組", reverse("programs:departments", args=[program.slug]))
    return Node(f"{program.title}{program.sample_mark}", program.get_absolute_url(), (departments,))


def _addresses(start: int, stop: int) -> Iterable[Address]:
    rows = Action.objects.published().order_by("pk").values_list("program__slug", "code")[start:stop]
    return [Address(reverse("programs:action", args=[slug, code])) for slug, code in rows]


def _lists(programs: Iterable[Program]) -> list[str]:
    """Of every one of the published programmes, by department and by direction. One query."""
    departments = ActionOwner.objects.filter(told(programs)).order_by().distinct()
    rows = departments.values_list("action__program__slug", Value("department"), "department__code").union(
        Program.objects.published()
        .filter(plan__policies__measures__directions__isnull=False)
        .order_by()
        .values_list("slug", Value("direction"), _direction())
    )
    return [reverse(f"programs:{page}", args=[slug, code]) for slug, page, code in sorted(rows)]


def _direction() -> Concat:
    """The code of a direction of the programme's plan."""
    path = "plan__policies"
    numbers = (F(f"{path}__number"), F(f"{path}__measures__number"), F(f"{path}__measures__directions__number"))
    policy, measure, direction = (Cast(number, CharField()) for number in numbers)
    return Concat(policy, Value("-"), measure, Value("-"), direction)


def register() -> None:
    register_branch(branch)
