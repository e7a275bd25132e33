"""The entries of the header of every public page: a registry, so that later apps stand beside the plan."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from plan.models import Plan


@dataclass(frozen=True)
class HeaderEntry:
    """One entry. `position` orders them.

    `url` says where it leads from a page of that plan (None where there is no
    plan), "" for no entry there; every page asks, so it must take no query.
    Pages under it, or under one of `also`, are its own.
    """

    title: str
    position: int
    url: Callable[[Plan | None], str]
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A link of the header; `current` is the value of aria-current, or ""."""

    title: str
    url: str
    current: str


HEADER: dict[str, HeaderEntry] = {}
"""The entries by their titles."""


def register_entry(entry: HeaderEntry) -> None:
    """Put an entry into the header; for `AppConfig.ready`."""
    HEADER[entry.title] = entry


def header_entries(plan: Plan | None, path: str) -> list[Entry]:
    """The entries on the page at `path`, a page of `plan`; the one it stands under is marked. No query."""
    shown = [(entry, url) for entry in _in_order() if (url := entry.url(plan))]
    depths = [_depth(path, (url, *entry.also)) for entry, url in shown]
    deepest = max(depths, default=0)
    return [
        Entry(entry.title, url, ("page" if url == path else "true") if 0 < depth == deepest else "")
        for (entry, url), depth in zip(shown, depths, strict=True)
    ]


def register_entries() -> None:
    """The plan's own."""
    register_entry(HeaderEntry("プランを読む", 10, _plan_url))
    register_entry(HeaderEntry("用語集", 30, _glossary_url))
    register_entry(HeaderEntry("資料とデータ", 40, _data_url))


def _in_order() -> list[HeaderEntry]:
    return sorted(HEADER.values(), key=lambda entry: entry.position)


def _depth(path: str, addresses: tuple[str, ...]) -> int:
    """The length of the longest of the addresses that `path` stands under; 0 for none."""
    return max((len(address) for address in addresses if path.startswith(address)), default=0)


def _plan_url(plan: Plan | None) -> str:
    return plan.get_absolute_url() if plan else reverse("plan:plans")


def _glossary_url(plan: Plan | None) -> str:
    return reverse("plan:glossary", args=[plan.slug]) if plan else ""


def _data_url(_: Plan | None) -> str:
    return reverse("plan:data")
