"""HTML → PDF: A4, tagged (PDF/UA-1), with the portal's own font embedded. Knows nothing of rounds.

Nothing is fetched but the fonts beside this module (`paper:fonts/…`), our own
static files (`paper:static/…`) and inline data: what a text says can make the
portal read no file and ask no server.
"""

import ctypes.util
import functools
import gc
import logging
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from django.contrib.staticfiles import finders

FONTS = Path(__file__).parent / "fonts"
FETCHED = {
    "NotoSansJP-Regular.ttf": "font/ttf",
    "NotoSansJP-Bold.ttf": "font/ttf",
}
OF_NOTES = frozenset({"footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"})
PARAGRAPH_ENDS = frozenset("\n\r\u2029")  # to Pango
_FONT, _STATIC = "paper:fonts/", "paper:static/"

Loaded = TypeVar("Loaded")
logger = logging.getLogger("portal.papers")


class NotFetched(ValueError):
    """A paper names something that is none of ours."""


@dataclass(frozen=True)
class Made:
    """A finished file."""

    content: bytes
    pages: int


def pdf_of(html: str, base: str = "") -> Made:
    """The paper of a whole HTML page, with its styles inside.

    `base`: the address that links without a host lead to. Title, description, keywords, dates and the
    address come from the page's `<title>` and `<meta>`.
    Raises NotFetched when the page names anything that may not be read.
    """
    html_class, font_configuration = _typesetter()
    fetcher = _own_fetcher()
    with warnings.catch_warnings(), _without_collections(), _lines_measured_once(), _written_quickly():
        # Of the typesetter's own making; nothing that the people who ask for a paper could mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        page = html_class(string=html, base_url=base or "paper:", url_fetcher=fetcher)
        document = page.render(font_config=font_configuration())
        if fetcher.refused:
            raise NotFetched(fetcher.refused[0])
        written = BytesIO()
        document.write_pdf(written, pdf_variant="pdf/ua-1", pdf_tags=True, custom_metadata=True)
    return Made(written.getvalue(), len(document.pages))


@functools.cache
def _typesetter() -> tuple[Any, Any]:
    """WeasyPrint's HTML and FontConfiguration, without what no paper needs.

    Loading them takes a second and 60 MB: only the process that makes a paper does.
    """
    html_class, font_configuration, rules = by_file_names(_loaded)
    leave_out_notes(rules)
    return html_class, font_configuration


def _loaded() -> tuple[Any, Any, Any]:
    from weasyprint import HTML
    from weasyprint.html import UA_STYLESHEET
    from weasyprint.text.fonts import FontConfiguration

    return HTML, FontConfiguration, UA_STYLESHEET.matcher


def by_file_names(load: Callable[[], Loaded]) -> Loaded:
    """What `load` returns, which loads libraries; those whose files have other names here are looked up after all."""
    try:
        with _libraries_by_file_name():
            return load()
    except OSError:
        return load()


def leave_out_notes(matcher: Any) -> None:
    """Papers have no footnotes, and only items of lists have markers.

    The typesetter's own stylesheet tells of every element how the marks of its notes would look: six more styles for
    each, a sixth of the time and of the memory. `matcher`: the rules of that stylesheet (cssselect2.Matcher).
    """
    of_any_element = matcher.other_selectors
    markers = [rule for rule in of_any_element if _pseudo_element(rule) == "marker"]
    matcher.other_selectors = [rule for rule in of_any_element if _pseudo_element(rule) not in {"marker", *OF_NOTES}]
    matcher.lower_local_name_selectors.setdefault("li", []).extend(markers)


def _pseudo_element(rule: tuple[Any, ...]) -> str | None:
    _test, _specificity, _order, pseudo_element, _declarations = rule
    return pseudo_element


@contextmanager
def _libraries_by_file_name() -> Iterator[None]:
    """The typesetter has several names for a library and asks ldconfig and a compiler about each: a third of a second.

    The names of their files, which are among them, need nobody's help.
    """
    theirs = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = theirs


@contextmanager
def _without_collections() -> Iterator[None]:
    """A document is hundreds of thousands of objects that stay to its end: looking for garbage costs a quarter more."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _lines_measured_once() -> Iterator[None]:
    """The typesetter forgets each line it has measured, and measures it again to draw it: an eighth of the time.

    It is drawn as the one paragraph it is, and Pango would measure it anew only to be told so. Justified lines are
    measured again still, for their spaces are widened when they are drawn.
    """
    from weasyprint.text.ffi import pango
    from weasyprint.text.line_break import Layout

    forget, measure_again, set_text = Layout.deactivate, Layout.reactivate, Layout.set_text

    def set_text_once(line: Any, text: str, justify: bool = False) -> None:
        set_text(line, text, justify)
        pango.pango_layout_set_single_paragraph_mode(line.layout, PARAGRAPH_ENDS.isdisjoint(line.text))

    def reactivate(line: Any, style: Any) -> None:
        if line.justification_spacing:
            measure_again(line, style)

    Layout.deactivate, Layout.reactivate, Layout.set_text = lambda line: None, reactivate, set_text_once
    try:
        yield
    finally:
        Layout.deactivate, Layout.reactivate, Layout.set_text = forget, measure_again, set_text


@contextmanager
def _written_quickly() -> Iterator[None]:
    """The writer tells the references of all pages anew for each tag: a quarter of the time of a long paper.

    And it packs as tightly as can be, which takes twice as long as packing well and saves a fiftieth of the file.
    """
    import pydyf

    told: tuple[bytes, ...] = ()

    def page_references(pdf: Any) -> tuple[bytes, ...]:
        nonlocal told
        numbers = pdf.pages["Kids"][::3]
        if len(told) != len(numbers):
            told = tuple(f"{number} 0 R".encode("ascii") for number in numbers)
        return told

    theirs = pydyf.PDF.page_references, pydyf.zlib
    pydyf.PDF.page_references = property(page_references)
    pydyf.zlib = SimpleNamespace(compress=zlib.compress, compressobj=lambda level: zlib.compressobj())
    try:
        yield
    finally:
        pydyf.PDF.page_references, pydyf.zlib = theirs


def _own_fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFetcher(URLFetcher):
        """Serves what is ours; remembers what was refused, for the typesetter goes on without it."""

        def __init__(self) -> None:
            super().__init__(timeout=1, allowed_protocols=["data"], allow_redirects=False)
            self.refused: list[str] = []

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            found = own_file(url)
            if found is None:
                self.refused.append(url)
                logger.warning("A paper named what may not be read: %s", url)
                raise NotFetched(url)
            return URLFetcherResponse(url, found[0].read_bytes(), {"Content-Type": found[1]})

    return OwnFetcher()


def own_file(url: str) -> tuple[Path, str] | None:
    """The file of an address of ours with its type; None for every other address."""
    if url.startswith(_FONT):
        name = url.removeprefix(_FONT)
        return (FONTS / name, FETCHED[name]) if name in FETCHED else None
    if url.startswith(_STATIC):
        path = finders.find(url.removeprefix(_STATIC)) if ".." not in url else None
        return (Path(path), "image/svg+xml") if path and path.endswith(".svg") else None
    return None
