"""Tables that become lists on a phone (`.table-stack`): what they tell by being tables is said in their markup."""

import re

import pytest
from django.conf import settings

STACKED = re.compile(r'<div class="table-frame table-stack".*?</table>', re.DOTALL)
ROLES = {
    ("table", "table"),
    ("thead", "rowgroup"),
    ("tbody", "rowgroup"),
    ("tr", "row"),
    ("td", "cell"),
    ("thcol", "columnheader"),
    ("throw", "rowheader"),
}
TABLES = {
    f"{path.relative_to(settings.BASE_DIR / 'templates')} {number}": table
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))
    for number, table in enumerate(STACKED.findall(path.read_text(encoding="utf-8")), 1)
}
# Where the heads sort, they come from the view: tests/progress/test_views_desk.py reads the page.
WITH_WORDS = {name: table for name, table in TABLES.items() if "{% for head in heads %}" not in table}


def _found(attribute: str, rest: str) -> str:
    """The value of the attribute, "" without it."""
    found = re.search(rf'\b{attribute}="(\w+)"', rest)
    return found.group(1) if found else ""


def test_the_gallery_shows_one() -> None:
    assert "public/gallery.html 1" in TABLES


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_part_has_its_role(table: str) -> None:
    """A browser may forget what a part is once its display changes."""
    tags = re.findall(r"<(table|thead|tbody|tr|th|td)\b([^>]*)", table)
    told = {(f"{name}{_found('scope', rest)}", _found("role", rest)) for name, rest in tags}
    assert told == ROLES


@pytest.mark.parametrize("table", WITH_WORDS.values(), ids=WITH_WORDS)
def test_every_cell_stands_beside_the_word_of_its_column(table: str) -> None:
    """A row of buttons alone has none; a head of the row that needs a word has that of its column."""
    heads = re.findall(r'<th role="columnheader"[^>]*>(.*?)</th>', table)
    row_head = re.findall(r'<th role="rowheader"[^>]*?(?: data-label="(.*?)")?>', table)
    cells = re.findall(r'<td role="cell"(?: class="([\w-]+)")?(?: data-label="(.*?)")?>', table)
    assert row_head in ([""], heads[:1])
    assert len(cells) == len(heads) - 1
    assert [label or head for (_, label), head in zip(cells, heads[1:], strict=True)] == heads[1:]
    assert [name for name, label in cells if not label] == [name for name, _ in cells if name == "stack-actions"]


def test_their_times_have_the_day_of_the_week() -> None:
    papers = (settings.BASE_DIR / "templates" / "desk" / "papers").rglob("*.html")
    told = {**TABLES, **{path.name: path.read_text(encoding="utf-8") for path in papers}}
    assert [name for name, text in told.items() if "j日 H:i" in text] == []
