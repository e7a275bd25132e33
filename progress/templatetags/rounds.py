"""What the pages of ICT推進課 about rounds need: the state of a round, and the pages it has now."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.permissions import Permission
from progress.enums import RoundState
from progress.models import Evaluation, Round
from progress.queries import outstanding
from progress.queries.legends import legend_of
from progress.queries.overview import DepartmentRow, StateCount

register = template.Library()

_TONES = {RoundState.PLANNED: "neutral", RoundState.OPEN: "info", RoundState.PUBLISHED: "success"}

# Key → title and name of the address; in preparation there is nothing to look at yet.
_PAGES = {
    "overview": ("状況", "desk:round"),
    "evaluations": ("調書", "desk:round_evaluations"),
    "extensions": ("期限の延長", "desk:round_extensions"),
    "measures": ("施策評価", "desk:round_measures"),
    "next_year": ("次年度の計画", "desk:round_next_year"),
    "publish": ("公表", "desk:round_publish"),
    "corrections": ("訂正・追加公表", "desk:round_corrections"),
    "guidance": ("記入要領", "desk:round_guidance"),
    "edit": ("設定", "desk:round_edit"),
}
_IN_PREPARATION = {
    "open": ("照会を始める", "desk:round_open"),
    "guidance": _PAGES["guidance"],
    "edit": _PAGES["edit"],
}


@register.filter
def is_owed(evaluation: Evaluation) -> bool:
    """Whether the department still has to fill in or endorse the 調書, so that its deadline matters."""
    return evaluation.round.state == RoundState.OPEN and outstanding.is_owed(evaluation)


@register.inclusion_tag("components/badge.html")
def round_state(round_: Round) -> dict[str, str]:
    """The badge of a round's state."""
    state = RoundState(round_.state)
    return {"text": str(state.label), "tone": _TONES[state]}


@register.inclusion_tag("components/grades_legend.html")
def grades_legend(round_: Round) -> dict[str, Any]:
    """What the grades of a round mean: once on each page of the desk that shows any. Two queries at most."""
    return {"legend": legend_of(round_), "undecided": False}


@register.inclusion_tag("desk/rounds/_navigation.html")
def round_navigation(round_: Round, here: str) -> dict[str, Any]:
    """The pages of one round; `here` is the key of the one that is shown."""
    pages = _IN_PREPARATION if round_.state == RoundState.PLANNED else _PAGES
    if round_.state != RoundState.PUBLISHED:
        pages = {key: page for key, page in pages.items() if key != "corrections"}
    return {
        "entries": [(title, reverse(name, args=[round_.slug]), key == here) for key, (title, name) in pages.items()]
    }


# The matrix has a thousand cells: made here, they take a tenth of the time that a template takes.
@register.simple_tag
def state_cells(row: DepartmentRow, list_url: str) -> SafeString:
    """The cells of one department: how many 調書 are in each state, leading to their list."""
    return format_html_join(
        "\n",
        '<td class="number">{}</td>',
        ((_cell(row, each, list_url) if each.count else "0",) for each in row.counts),
    )


def _cell(row: DepartmentRow, each: StateCount, list_url: str) -> SafeString:
    return format_html(
        '<a href="{}?department={}&amp;state={}" aria-label="{}の{}の調書{}件">{}</a>',
        list_url,
        row.department.pk,
        each.status.value,
        row.department.name,
        each.label,
        each.count,
        f"{each.count:,}",
    )


@register.simple_tag
def contacts(row: DepartmentRow) -> SafeString:
    """Whom to ask in the department, with addresses."""
    people = [("担当", person) for person in row.liaisons] + [("課長", person) for person in row.managers]
    if not people:
        return format_html('<p class="contacts">{}</p>', "担当者も課長も登録されていません。")
    line = '<li>{} {} <a href="mailto:{}">{}</a></li>'
    items = format_html_join("\n", line, ((role, each.name, each.email, each.email) for role, each in people))
    return format_html('<ul class="contacts">{}</ul>', items)


@register.simple_tag(takes_context=True)
def makes_papers(context: dict[str, Any]) -> bool:
    """Whether the person who looks at the page may have every paper made."""
    user = context.get("user")
    return user is not None and user.is_authenticated and user.may(Permission.PUBLISH)
