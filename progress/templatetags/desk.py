"""What the pages at /desk/ need: states as word and shape, and who has a desk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import Department, User
from accounts.permissions import Permission
from progress import permissions
from progress.deadlines import TimeLeft
from progress.enums import PaperKind, Reached, Status
from progress.models import Evaluation
from progress.queries import words

register = template.Library()

# Tone of the badge and a shape beside the word; colour is never alone.
_STATES: dict[Status, tuple[str, str]] = {
    Status.DRAFT: ("neutral", "○"),
    Status.RETURNED: ("warning", "▼"),
    Status.SUBMITTED: ("info", "△"),
    Status.ENDORSED: ("info", "◇"),
    Status.ACCEPTED: ("success", "◎"),
    Status.PUBLISHED: ("success", "●"),
}
_REACHED: dict[str, str] = {Reached.YES: "○", Reached.PARTLY: "△", Reached.NO: "×"}


@dataclass(frozen=True)
class Entry:
    """An entry of the desk's navigation. `current` is the value of aria-current: of this page, of one below it, ""."""

    url: str
    text: str
    current: str


# Address, what it is called, whose it is, and how the names of the pages below it begin.
_ENTRIES: tuple[tuple[str, str, Callable[[User], bool], tuple[str, ...]], ...] = (
    ("desk:home", "評価調書", permissions.may_enter_desk, ("desk:evaluation", "desk:transition")),
    ("desk:rounds", "評価年度", lambda user: user.may(Permission.OPEN_ROUND), ("desk:round",)),
    ("desk:committee", "会議の資料", lambda user: user.may(Permission.READ_COMMITTEE_PAPERS), ("desk:committee",)),
    ("desk:papers", "資料の作成", permissions.may_order_some_paper, ("desk:paper",)),
    ("accounts:me", "わたしのページ", lambda user: True, ()),
)


# Lists of hundreds of 調書 have a handful of deadlines: each is told once.
@register.filter
@lru_cache(maxsize=256)
def in_words(left: TimeLeft) -> SafeString:
    """The deadline, and in words how long there is."""
    return render_to_string("desk/_left.html", {"left": left})


@register.simple_tag(takes_context=True)
def desk_entries(context: dict[str, Any]) -> list[Entry]:
    """What of the desk is for the person who is logged in; at most the query for their roles."""
    match = context["request"].resolver_match
    return list(_entries(context["user"], match.view_name if match else ""))


def _entries(user: User, here: str) -> Iterator[Entry]:
    for name, text, is_theirs, below in _ENTRIES:
        if is_theirs(user):
            current = "page" if here == name else "true" if below and here.startswith(below) else ""
            yield Entry(reverse(name), text, current)


@register.inclusion_tag("desk/_state.html")
def state(status: str) -> dict[str, str]:
    """The badge of a 調書's state."""
    known = Status(status)
    tone, shape = _STATES[known]
    return {"tone": tone, "shape": shape, "label": str(known.label)}


@register.filter
def reached_shape(reached: str) -> str:
    """「○」 達成, 「△」 一部達成, 「×」 未達成; "" where nothing is chosen."""
    return _REACHED.get(reached, "")


@register.simple_tag(takes_context=True)
def prints(
    context: dict[str, Any], subject: Evaluation | Department | None, kind: str = PaperKind.EVALUATION.value
) -> bool:
    """Whether the person who looks at the page may have a paper of that kind made, of a 調書, a 所管課 or the whole."""
    return permissions.may_order_paper(context["user"], PaperKind(kind), subject)


@register.filter
def thousand_yen(amount: int | None) -> str:
    """「1,234千円」; "" for an unknown amount."""
    return words.money(amount)


@register.simple_tag(takes_context=True)
def has_desk(context: dict[str, Any]) -> bool:
    """Whether the person who looks at the page has a desk; at most the query for their roles."""
    user = context.get("user")
    return user is not None and user.is_authenticated and permissions.may_enter_desk(user)
