"""A link to a file says of what type it is and how large: in bytes, or in what it holds."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
FILE = re.compile(r"[._](pdf|xlsx|csv)$")
LINK = re.compile(r"<a\b[^>]*\{% url '([\w:]+)'[^>]*>(.*?)</a>", re.DOTALL)
TAGS = re.compile(r"<[^>]+>|\{% include [^%]+%\}")
SAID = re.compile(r"（[^（）]*(PDF|Excel|CSV)(、|\{% if).+）")


def _routes(resolver: URLResolver, names: tuple[str, ...] = ()) -> dict[str, str]:
    """Name → the end of its address, of all that is ours."""
    found: dict[str, str] = {}
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inside = (*names, pattern.namespace) if pattern.namespace else names
            found |= _routes(pattern, inside)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found[":".join((*names, pattern.name))] = str(pattern.pattern)
    return found


def _file_routes() -> set[str]:
    return {name for name, route in _routes(get_resolver()).items() if FILE.search(route) or FILE.search(name)}


def test_the_files_are_known() -> None:
    known = {"progress:report_pdf", "papers:plan_pdf", "desk:paper_pdf", "desk:sheets_download", "plan:glossary_csv"}
    assert known - _file_routes() == set()


@pytest.mark.parametrize("said", ["委員会用の表（Excel、取組500件）", "図1のデータ（CSV、{{ content.csv_size }}）"])
def test_what_is_said_is_recognised(said: str) -> None:
    assert SAID.search(said)
    assert not SAID.search(said.partition("、")[0] + "）")


def test_links_to_files_say_type_and_size() -> None:
    files = _file_routes()
    silent = [
        f"{template.relative_to(settings.BASE_DIR)}: {' '.join(TAGS.sub('', text).split())}"
        for template in TEMPLATES
        for name, text in LINK.findall(template.read_text(encoding="utf-8"))
        if name in files and not SAID.search(TAGS.sub("", text))
    ]
    assert silent == []
