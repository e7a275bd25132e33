"""The manual for staff says what is there: its pictures, its links, the words it quotes from the screen."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings

MANUAL = settings.BASE_DIR / "docs" / "manual"
IMAGES = MANUAL / "images"
CHAPTERS = sorted(MANUAL.glob("*.md"))
DOCUMENTS = [
    settings.BASE_DIR / "README.md",
    settings.BASE_DIR / "CHANGELOG.md",
    *sorted((settings.BASE_DIR / "docs").rglob("*.md")),
]
MOST_BYTES_OF_PICTURES = 1_500_000

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
# What stands on a button, as a heading or beside a field: **「保存する」**.
LABEL = re.compile(r"\*\*「([^」]+)」\*\*")


def _prose(chapter: Path) -> str:
    """The text without what shows how to write Markdown."""
    return CODE.sub("", FENCE.sub("", chapter.read_text(encoding="utf-8")))


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and GitLab make them."""
    headings = HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@cache
def _words_of_the_screen() -> str:
    """Everything that can come to the screen: templates, Python, scripts."""
    apps = dict.fromkeys(("accounts", "plan", "programs", "progress", "config"), "*.py")
    folders = {"templates": "*.html", "static": "*.js"} | apps
    files = (path for folder, names in folders.items() for path in (settings.BASE_DIR / folder).rglob(names))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_the_chapters_are_there() -> None:
    assert [chapter.name for chapter in CHAPTERS] == [
        "01-introduction.md",
        "02-reading.md",
        "03-editing.md",
        "04-glossary.md",
        "05-versions.md",
        "06-accounts.md",
        "07-operation.md",
        "08-trouble.md",
        "09-programme-import.md",
        "10-liaison.md",
        "11-manager.md",
        "12-round.md",
        "13-program.md",
        "14-reorganisation.md",
        "15-papers.md",
        "16-workbooks.md",
        "17-excel.md",
        "18-committee.md",
        "README.md",
    ]


def test_every_picture_exists_and_is_used_once() -> None:
    used = [address for chapter in CHAPTERS for _, address in IMAGE.findall(_prose(chapter))]
    assert sorted(used) == [f"images/{path.name}" for path in sorted(IMAGES.iterdir())]


def test_every_picture_says_what_it_shows() -> None:
    assert [address for chapter in CHAPTERS for text, address in IMAGE.findall(_prose(chapter)) if not text] == []


def test_the_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in IMAGES.iterdir()) < MOST_BYTES_OF_PICTURES


def test_the_script_makes_every_picture() -> None:
    script = (MANUAL / "make_screenshots.py").read_text(encoding="utf-8")
    made = re.findall(r'shoot\([\w.]+, "([a-z-]+)"', script)
    assert sorted(made) == sorted(path.stem for path in IMAGES.iterdir())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(settings.BASE_DIR).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    lost = []
    for address in LINK.findall(_prose(document)):
        name, _, anchor = unquote(address).partition("#")
        page = (document.parent / name).resolve() if name else document
        if address.startswith("https://"):
            continue
        if not page.exists() or (anchor and anchor not in _anchors(page)):
            lost.append(address)
    assert lost == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_quoted_labels_are_words_of_the_screen(chapter: Path) -> None:
    labels = LABEL.findall(_prose(chapter))
    assert labels != []
    assert [label for label in labels if label not in _words_of_the_screen()] == []


def test_the_contents_name_every_chapter_in_order() -> None:
    assert LINK.findall(_prose(MANUAL / "README.md")) == [
        chapter.name for chapter in CHAPTERS if chapter.name != "README.md"
    ]


def test_the_table_of_roles_is_that_of_the_documentation() -> None:
    """`docs/roles.md` is held to the code by a test of its own."""
    table = _table_of_roles(settings.BASE_DIR / "docs" / "roles.md")
    assert table
    assert _table_of_roles(MANUAL / "06-accounts.md") == table


def _table_of_roles(page: Path) -> list[str]:
    """The rows of six columns: what may be done, and five roles."""
    return [line for line in page.read_text(encoding="utf-8").splitlines() if line.count("|") == 7]
