"""Pages that are found and have no place in the index: few enough to be compared one by one.

Later apps add lists of their own (`register_list`), of pages that come and go
with no row of theirs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from plan.enums import DocumentKind
from plan.models import Plan
from plan.text.folding import fold


@dataclass(frozen=True)
class ListedPage:
    """A page beside the plan's text; `text` says in one line what stands there.

    `names` are what it is found by, where that is not simply title and text.
    """

    title: str
    path: str
    text: str
    names: tuple[str, ...] = ()

    @cached_property
    def folded(self) -> str:
        # As in the index: a query never matches across the joint.
        return "\n".join(map(fold, self.names or (self.title, self.text)))


PagesOf = Callable[[Plan], Sequence[ListedPage]]
LISTS: dict[DocumentKind, list[PagesOf]] = {}
"""The pages of a kind that the public may find with a plan, in their order."""


def register_list(kind: DocumentKind, pages: PagesOf) -> None:
    """Let search find these pages, behind those of their kind that it knows; for `AppConfig.ready`.

    Called with every search: what costs a query is kept.
    """
    known = LISTS.setdefault(kind, [])
    if pages not in known:
        known.append(pages)


def matching(
    plan: Plan, alternatives: Sequence[tuple[str, ...]], kind: DocumentKind | None
) -> dict[DocumentKind, list[ListedPage]]:
    """The pages that contain every word in one of its spellings, by kind; first those that begin with the first."""
    found = {}
    for of, lists in LISTS.items():
        if kind in {None, of}:
            pages = (page for pages_of in lists for page in pages_of(plan))
            hits = [page for page in pages if _has_all(page, alternatives)]
            found[of] = sorted(hits, key=lambda page: not page.folded.startswith(alternatives[0][0]))
    return {of: hits for of, hits in found.items() if hits}


def _has_all(page: ListedPage, alternatives: Sequence[tuple[str, ...]]) -> bool:
    return all(any(folded in page.folded for folded in spelled) for spelled in alternatives)
