"""The pages of programmes for the sitemap: the lists in the tree, the actions in the list alone."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.urls import reverse

from plan.queries.sitemap import Address, Further, Node, register_branch
from programs.models import Action
from programs.queries.programs import published_programs


def nodes() -> Iterator[Node]:
    """One query."""
    pages = [
        Node(
            program.title,
            program.get_absolute_url(),
            (Node("所管課ごとの取組", reverse("programs:departments", args=[program.slug])),),
        )
        for program in published_programs()
    ]
    yield Node("情報化推進プログラム", reverse("programs:programs"), tuple(pages))


def _actions() -> QuerySet[Action]:
    return Action.objects.published().order_by("pk")


def _addresses(start: int, stop: int) -> Iterable[Address]:
    rows = _actions().values_list("program__slug", "code")[start:stop]
    return [Address(reverse("programs:action", args=[slug, code])) for slug, code in rows]


def register() -> None:
    register_branch(nodes, Further(_actions, _addresses))
