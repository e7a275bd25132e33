"""The Markdown the plan's text is written in, and its way to HTML.

Allowed: paragraphs, headings `###` to `#####`, bullet and numbered lists,
tables, **strong**, hard breaks and links. Anything else stays the text it is.
Besides Markdown: `{{図2-3}}` alone in a paragraph is the place of a figure,
`※12` is the mark of a footnote, and the words of the glossary become links.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, heading
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from plan.text.marker import Glossary

TermLinks = Callable[[int], str]


@dataclass(frozen=True)
class HtmlBlock:
    """A run of text between two figures, as HTML."""

    html: SafeString


@dataclass(frozen=True)
class FigureBlock:
    """The place of a figure; `number` is its number in the plan, `2-3`."""

    number: str


Block = HtmlBlock | FigureBlock

_FIGURE = re.compile(r"\{\{\s*図\s*([0-9]+-[0-9]+)\s*\}\}")
_NOTE_MARK = re.compile(r"※([0-9]{1,3})(?![0-9])")
_ALLOWED_HEADING = re.compile(r"#{3,5}(?!#)")
_FIRST_HEADING_LEVEL = 3
_LOWEST_HEADING_LEVEL = 6
_ALLOWED_LINK = re.compile(r"(?:/(?![/\\])|#|https?://|mailto:)[^\x00-\x20\x7f\\]*", re.IGNORECASE)
_EXTERNAL_LINK = re.compile(r"https?:", re.IGNORECASE)
# A line break in the source is a space only between words that are written with spaces.
_SPACED = re.compile(r"[\x21-\x7e]")
_LINE_BREAKS = re.compile(r"\n+")

_TAGS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "list_item": "li",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "td": "td",
}
_TABLE_OPEN = '<div class="table-scroll" tabindex="0" role="region" aria-label="表"><table>'


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name markdown-it gives it
        return _ALLOWED_LINK.fullmatch(url) is not None


def _allowed_heading(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """`#` and `##` belong to the page, so in a text they are plain characters."""
    start = state.bMarks[start_line] + state.tShift[start_line]
    return bool(_ALLOWED_HEADING.match(state.src, start)) and heading(state, start_line, end_line, silent)


def _strong(state: StateInline, silent: bool) -> bool:
    """**strong** without CommonMark's flanking rule, which asks for spaces that Japanese does not have.

    `**「重要」**です` would stay as it is; and a single * must stay as it is.
    """
    start = state.pos + 2
    if not state.src.startswith("**", state.pos):
        return False
    end = state.src.find("**", start, state.posMax)
    content = state.src[start:end]
    if end < 0 or not content or content != content.strip():
        return False
    if not silent:
        outer_end = state.posMax
        state.push("strong_open", "strong", 1)
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
        state.push("strong_close", "strong", -1)
        state.posMax = outer_end
    state.pos = end + 2
    return True


def _build_parser() -> MarkdownIt:
    parser = _Markdown("zero").enable(["heading", "list", "table", "newline", "escape", "link"])
    parser.block.ruler.at("heading", _allowed_heading, {"alt": ["paragraph"]})
    parser.inline.ruler.after("escape", "plan_strong", _strong)
    return parser


_parser = _build_parser()


@dataclass
class _Marking:
    """What is marked in a text: nothing without `glossary` and `links`; `seen` terms no more."""

    glossary: Glossary | None
    links: TermLinks | None
    seen: set[int]


def plain(text: str) -> str:
    """`text` as plain text, a line for each paragraph, list item or table row.

    Without footnote marks and figures: for search, excerpts and comparison.
    """
    lines: list[str] = []
    cells: list[str] | None = None
    for token in _parser.parse(text):
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            lines.append(" ".join(filter(None, cells or [])))
            cells = None
        elif token.type == "inline":
            (lines if cells is None else cells).append(_plain_inline(token))
    return "\n".join(filter(None, lines))


def blocks(
    text: str,
    glossary: Glossary | None,
    links: TermLinks | None,
    seen: set[int] | None,
    *,
    heading_base: int = _FIRST_HEADING_LEVEL,
) -> list[Block]:
    """`text` as HTML, cut where a figure stands.

    Terms of `glossary` become links (`links` gives the address of a term) at
    their first occurrence in running text, never in headings or links; terms in
    `seen` are passed over and the marked ones added to it, so one set serves a
    whole page. `###` becomes `<h{heading_base}>`.
    """
    marking = _Marking(glossary, links, set() if seen is None else seen)
    found: list[Block] = []
    run: list[Token] = []

    def close_run() -> None:
        html = "".join(_render(run, marking, heading_base))
        if html:
            # Safe: _render puts out only its own tags, and escapes every text and address.
            found.append(HtmlBlock(SafeString(html)))
        run.clear()

    for paragraph in _top_level_groups(_parser.parse(text)):
        number = _figure_number(paragraph)
        if number is None:
            run.extend(paragraph)
            continue
        close_run()
        found.append(FigureBlock(number))
    close_run()
    return found


def inline(text: str, glossary: Glossary | None, links: TermLinks | None, seen: set[int] | None) -> SafeString:
    """One paragraph of text (a bullet, a summary) as HTML without a tag around it.

    Marked as in `blocks`. The signs of Markdown's blocks are plain text here: a
    bullet may begin with 「1.」 or 「#」.
    """
    marking = _Marking(glossary, links, set() if seen is None else seen)
    # Safe: _render puts out only its own tags, and escapes every text and address.
    return SafeString("".join(_render(_parser.parseInline(text.strip()), marking, _FIRST_HEADING_LEVEL)))


def quoted(text: str, glossary: Glossary | None, links: TermLinks | None, seen: set[int] | None) -> SafeString:
    """`text` as it stands, line breaks and all, with its terms marked as in `blocks`; Markdown is plain text here."""
    if glossary is None or links is None:
        return escape(text)
    # Safe: _render_inline puts out only its own tags, and escapes every text and address.
    return SafeString("".join(_render_inline(_marked_text(text, glossary, links, set() if seen is None else seen))))


def _top_level_groups(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each block of the outermost level."""
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield group
            group = []


def _figure_number(group: Sequence[Token]) -> str | None:
    if group[0].type != "paragraph_open":
        return None
    match = _FIGURE.fullmatch(group[1].content.strip())
    return match[1] if match else None


def _plain_inline(token: Token) -> str:
    if _FIGURE.fullmatch(token.content.strip()):
        return ""
    text = "".join("\n" if child.type == "hardbreak" else child.content for child in _joined(token.children or []))
    return _NOTE_MARK.sub("", _FIGURE.sub(r"図\1", text)).strip()


def _render(tokens: Sequence[Token], marking: _Marking, heading_base: int) -> Iterator[str]:
    """HTML of block tokens. Of what came from the text only escaped text and checked addresses go in."""
    marks_terms = True
    for index, token in enumerate(tokens):
        name = token.type.removesuffix("_open").removesuffix("_close")
        is_opening = token.nesting > 0
        if token.type == "inline":
            children = _with_marks(_joined(token.children or []), marking, marks_terms)
            yield from _render_inline(children)
            continue
        if name in ("heading", "th"):
            marks_terms = not is_opening
        if name == "heading":
            level = min(int(token.tag[1]) - _FIRST_HEADING_LEVEL + heading_base, _LOWEST_HEADING_LEVEL)
            yield f"<h{level}>" if is_opening else f"</h{level}>\n"
        elif name == "table":
            yield _TABLE_OPEN if is_opening else "</table></div>\n"
        elif name == "th":
            yield _header_cell(tokens, index)
        elif name == "ordered_list":
            # The number a list begins with is part of the text; int() lets nothing else through.
            start = int(token.attrs.get("start", 1))
            yield (f'<ol start="{start}">' if start != 1 else "<ol>") if is_opening else "</ol>\n"
        elif not token.hidden:
            tag = _TAGS[name]
            yield f"<{tag}>" if is_opening else f"</{tag}>" if name == "td" else f"</{tag}>\n"


def _header_cell(tokens: Sequence[Token], index: int) -> str:
    """A header cell without text heads nothing: it is an ordinary cell."""
    is_opening = tokens[index].nesting > 0
    has_text = tokens[index + (1 if is_opening else -1)].content.strip()
    if is_opening:
        return '<th scope="col">' if has_text else "<td>"
    return "</th>" if has_text else "</td>"


def _joined(children: Sequence[Token]) -> list[Token]:
    """Inline tokens without refused links, and with soft breaks taken into the text.

    So a word over two lines is one word.
    """
    joined: list[Token] = []
    in_refused_link = False
    for token in children:
        if token.type == "link_open":
            # [text]() reaches us too; the parser refuses only addresses that say something.
            in_refused_link = not _ALLOWED_LINK.fullmatch(str(token.attrs.get("href", "")))
        if token.type.startswith("link_") and in_refused_link:
            continue
        if token.type not in ("text", "softbreak"):
            joined.append(token)
            continue
        content = token.content if token.type == "text" else "\n"
        if joined and joined[-1].type == "text":
            joined[-1] = Token("text", "", 0, content=joined[-1].content + content)
        else:
            joined.append(Token("text", "", 0, content=content))
    for token in joined:
        if token.type == "text":
            token.content = _LINE_BREAKS.sub(_space_or_nothing, token.content)
    return joined


def _space_or_nothing(line_break: re.Match[str]) -> str:
    text = line_break.string
    neighbours = (
        text[max(line_break.start() - 1, 0) : line_break.start()] + text[line_break.end() : line_break.end() + 1]
    )
    return " " if all(map(_SPACED.match, neighbours)) else ""


def _with_marks(children: Sequence[Token], marking: _Marking, marks_terms: bool) -> Iterator[Token]:
    """The inline tokens with the footnote marks and terms in their texts as tokens of their own."""
    link_depth = 0
    for token in children:
        if token.type in ("link_open", "link_close"):
            link_depth += token.nesting
        if token.type != "text":
            yield token
        elif link_depth or marking.glossary is None or marking.links is None:
            yield Token("text", "", 0, content=_FIGURE.sub(r"図\1", token.content))
        else:
            text = _FIGURE.sub(r"図\1", token.content)
            yield from _marked_text(text, marking.glossary, marking.links, marking.seen if marks_terms else None)


def _marked_text(text: str, glossary: Glossary, links: TermLinks, seen: set[int] | None) -> Iterator[Token]:
    """Text tokens between footnote marks and, unless `seen` is None, terms."""
    position = 0
    for mark in _NOTE_MARK.finditer(text):
        number = int(mark[1])
        if number not in glossary:
            continue
        yield from _terms(text[position : mark.start()], glossary, links, seen)
        yield Token("note_mark", "", 0, content=mark[0], meta={"href": links(number)})
        position = mark.end()
    yield from _terms(text[position:], glossary, links, seen)


def _terms(text: str, glossary: Glossary, links: TermLinks, seen: set[int] | None) -> Iterator[Token]:
    position = 0
    for match in glossary.find(text, seen) if seen is not None else ():
        yield Token("text", "", 0, content=text[position : match.start])
        meta = {"href": links(match.number), "number": match.number}
        yield Token("term", "", 0, content=text[match.start : match.end], meta=meta)
        position = match.end
    yield Token("text", "", 0, content=text[position:])


def _render_inline(children: Iterator[Token]) -> Iterator[str]:
    for token in children:
        content = escape(token.content)
        match token.type:
            case "text":
                yield content
            case "term":
                href = escape(token.meta["href"])
                yield f'<a class="term" href="{href}" data-term="{token.meta["number"]:d}">{content}</a>'
            case "note_mark":
                yield f'<sup class="note-mark"><a href="{escape(token.meta["href"])}">{content}</a></sup>'
            case "hardbreak":
                yield "<br>\n"
            case "strong_open":
                yield "<strong>"
            case "strong_close":
                yield "</strong>"
            case "link_open":
                yield _link_open(str(token.attrs.get("href", "")))
            case "link_close":
                yield "</a>"
            case unknown:
                raise ValueError(f"no way to write a {unknown} token")


def _link_open(address: str) -> str:
    rel = ' rel="noopener"' if _EXTERNAL_LINK.match(address) else ""
    return f'<a href="{escape(address)}"{rel}>'
