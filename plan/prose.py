"""The plan's text as HTML with its glossary terms marked, ready for a page.

A page makes one `TermMarker`, calls `section()` at each heading and renders
every text of the page through it, in reading order, before the template runs.
The marker remembers which terms it met, for the notes at the end of a printed
page. It knows nothing of plans beyond their terms: any later text (programmes,
evaluations) is marked in the same way with `plan.queries.glossary_of(plan)`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from plan.models import Figure, Plan, Term
from plan.text.marker import Glossary, TermEntry
from plan.text.markup import Block, FigureBlock, HtmlBlock, blocks, inline, quoted

FOOTNOTE = re.compile(r"※([0-9]+)")


@dataclass(frozen=True)
class PlanGlossary:
    """A plan's terms, by number, and what finds them in text."""

    plan: Plan
    terms: Mapping[int, Term]
    glossary: Glossary
    # A bullet's HTML by its text and the terms marked before it, with those marked after it.
    rendered: dict[tuple[str, frozenset[int]], tuple[SafeString, frozenset[int]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @classmethod
    def of(cls, plan: Plan, terms: Sequence[Term]) -> "PlanGlossary":
        entries = (TermEntry(term.number, tuple(term.spellings)) for term in terms)
        return cls(plan, {term.number: term for term in terms}, Glossary(entries))

    def url(self, number: int) -> str:
        """Where the term is explained; raises KeyError where the plan has no such term."""
        return reverse("plan:term", args=[self.plan.slug, self.terms[number].number])

    def without(self, term: Term) -> "PlanGlossary":
        """The same glossary for the page of `term`, which does not link to itself."""
        return PlanGlossary.of(self.plan, [other for other in self.terms.values() if other.number != term.number])


@dataclass(frozen=True)
class Shown:
    """A piece of running text: HTML, or the figure that stands in its place."""

    html: SafeString
    figure: Figure | None = None


class TermMarker:
    """Renders the texts of one page, marking each term once in each section."""

    def __init__(self, glossary: PlanGlossary) -> None:
        self._glossary = glossary
        self._seen: set[int] = set()
        self._used: set[int] = set()

    def section(self) -> None:
        """A heading begins: terms are marked again from here on."""
        self._seen = set()

    def blocks(self, text: str, *, heading_level: int = 3) -> list[Block]:
        """Markdown of `plan.text.markup` → its blocks, HTML or the place of a figure.

        `heading_level` is that of the highest heading inside the text.
        """
        glossary = self._glossary
        rendered = blocks(text, glossary.glossary, glossary.url, self._seen, heading_base=heading_level)
        self._note(text)
        return rendered

    def html(self, text: str) -> SafeString:
        """Running text without figures."""
        # Joined blocks of the renderer: nothing of it comes from outside.
        return SafeString("".join(block.html for block in self.blocks(text) if isinstance(block, HtmlBlock)))

    def inline(self, text: str) -> SafeString:
        """One paragraph (a bullet, a cell) without a tag around it."""
        known = (text, frozenset(self._seen))
        if known not in self._glossary.rendered:
            html = inline(text, self._glossary.glossary, self._glossary.url, self._seen)
            self._glossary.rendered[known] = (html, frozenset(self._seen))
        html, seen = self._glossary.rendered[known]
        self._seen |= seen
        self._note(text)
        return html

    def lines(self, text: str) -> SafeString:
        """Text as people type it into a form, a paragraph for each line; a line may begin with 「1.」 or 「#」."""
        glossary = self._glossary
        lines = [line for line in text.splitlines() if line.strip()]
        html = [inline(line, glossary.glossary, glossary.url, self._seen) for line in lines]
        self._note(text)
        return format_html_join("\n", "<p>{}</p>", ((line,) for line in html))

    def quoted(self, text: str) -> SafeString:
        """Text as it was typed, or a piece of it: line breaks stay, and so do the signs of Markdown."""
        html = quoted(text, self._glossary.glossary, self._glossary.url, self._seen)
        self._note(text)
        return html

    def _note(self, text: str) -> None:
        footnotes = {int(number) for number in FOOTNOTE.findall(text)}
        self._used |= (self._seen | footnotes) & self._glossary.terms.keys()

    @property
    def used_terms(self) -> list[Term]:
        """The terms met so far, by number: what the notes of the printed page explain."""
        return [self._glossary.terms[number] for number in sorted(self._used)]


def placed_numbers(rendered: Sequence[Block]) -> list[str]:
    """The numbers of the figures that stand in the text, in its order."""
    return [block.number for block in rendered if isinstance(block, FigureBlock)]


def shown(rendered: Sequence[Block], figures: Mapping[str, Figure]) -> tuple[Shown, ...]:
    """Put the figures in their places; a number the plan does not have is said in words."""
    return tuple(_piece(block, figures) for block in rendered)


def _piece(block: Block, figures: Mapping[str, Figure]) -> Shown:
    if not isinstance(block, FigureBlock):
        return Shown(block.html)
    figure = figures.get(block.number)
    if figure is None:
        return Shown(format_html("<p>（図{}は収録していません）</p>", block.number))
    return Shown(SafeString(), figure)
