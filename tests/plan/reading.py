"""What a reader sees of a page: its words without tags, its links, its headings."""

import html
import re
from typing import Any


def main_of(response: Any) -> str:
    """The HTML between <main> and </main>."""
    found = re.search(r"<main\b.*?</main>", response.content.decode(), re.DOTALL)
    assert found is not None
    return found.group()


def words(markup: str) -> str:
    """Text without tags, with every run of white space as one space."""
    without = re.sub(r"<svg\b.*?</svg>", "", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", without)).split())


def items_of(markup: str, tag: str = "li") -> list[str]:
    """The words of each element `tag` (which must not hold others of its kind)."""
    return [words(found) for found in re.findall(rf"<{tag}\b[^>]*>.*?</{tag}>", markup, re.DOTALL)]


def part(markup: str, anchor: str) -> str:
    """The <section> that is labelled by `anchor`."""
    found = re.search(rf'<section[^>]*aria-labelledby="{anchor}".*?</section>', markup, re.DOTALL)
    assert found is not None
    return found.group()


def links(markup: str) -> list[str]:
    return [html.unescape(address) for address in re.findall(r'<a\b[^>]*href="([^"]*)"', markup)]


def squeezed(text: str) -> str:
    """Words without footnote marks and white space, to compare text that is broken into lines in another way."""
    return "".join(re.sub(r"※[0-9]+", "", text).split())


def inputs_of(markup: str) -> list[tuple[str, str]]:
    """(name, value) of each <input>, as a browser would send it."""
    tags = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input\b[^>]*>", markup)]
    return [(tag["name"], html.unescape(tag.get("value", ""))) for tag in tags if "name" in tag]
