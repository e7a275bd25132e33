"""Opening papers again with poppler's tools, and making one on a machine that has no font, or in the database alone."""

import datetime
import os
import re
import subprocess
import sys
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.models import User
from progress.enums import PaperKind, PaperState
from progress.models import Paper, Round
from progress.papers.ordering import order_of_round
from progress.papers.selection import Selection
from tests.progress.published import Year

NO_FONTS = (
    "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig><cachedir>{}</cachedir></fontconfig>"
)
NOT_TYPESET = b"%PDF"
COMMITTEE = Selection.of(PaperKind.COMMITTEE)
CORRECTIONS = Selection.of(PaperKind.CORRECTIONS)
MAKE = "import sys; from pathlib import Path; from progress.papers.engine import pdf_of; " + (
    "Path(sys.argv[2]).write_bytes(pdf_of(Path(sys.argv[1]).read_text(encoding='utf-8'), 'http://portal').content)"
)


@dataclass(frozen=True)
class Opened:
    """A PDF as a reader sees it."""

    path: Path

    def _said(self, tool: str, *arguments: str) -> str:
        done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    @cached_property
    def text(self) -> str:
        """In reading order, without spaces and line ends: Japanese words break anywhere."""
        return "".join(self._said("pdftotext", "-enc", "UTF-8", str(self.path), "-").split())

    @cached_property
    def facts(self) -> dict[str, str]:
        lines = self._said("pdfinfo", str(self.path)).splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @cached_property
    def first_page(self) -> str:
        return "".join(self._said("pdftotext", "-enc", "UTF-8", "-l", "1", str(self.path), "-").split())

    @cached_property
    def own_facts(self) -> dict[str, str]:
        """All properties, those among them that readers know nothing of."""
        lines = self._said("pdfinfo", "-custom", str(self.path)).splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def says_of_itself(self, *, title: str, source: str, version: str, address: str) -> bool:
        """Whether its properties and its first page say what it is, from whom, of when, of which content and where."""
        today = timezone.localdate()
        own = self.own_facts
        told = [own["Title"], own["Author"], own["contentversion"], own["address"]]
        made_on = f"{today:%b} {today.day} " in " ".join(own["CreationDate"].split())
        printed = (
            title,
            f"作成：{source}",
            f"作成日：{today:%Y年%-m月%-d日}",
            f"内容の版：{version}",
            f"掲載：{address}",
        )
        missing = [words for words in printed if "".join(words.split()) not in self.first_page]
        return (told, made_on, missing) == ([title, source, version, address], True, [])

    @property
    def objects(self) -> bytes:
        """What the file says of itself, its compressed parts unpacked."""
        unpacked = []
        for part in re.findall(rb"stream\r?\n(.*?)endstream", self.path.read_bytes(), re.DOTALL):
            with suppress(zlib.error):
                unpacked.append(zlib.decompress(part))
        return b"".join(unpacked)

    def picture(self, page: int) -> Path:
        """The page in shades of grey, 50 dots an inch."""
        path = self.path.with_name(f"{self.path.stem}-{page}")
        self._said(
            "pdftoppm",
            "-r",
            "50",
            "-gray",
            "-png",
            "-singlefile",
            "-f",
            f"{page}",
            "-l",
            f"{page}",
            str(self.path),
            str(path),
        )
        return path.with_suffix(".png")

    @property
    def fonts(self) -> list[tuple[str, bool]]:
        """(name without the mark of a subset, whether it is embedded)."""
        rows = self._said("pdffonts", str(self.path)).splitlines()[2:]
        return [(row.split()[0].partition("+")[2], row.split()[-5] == "yes") for row in rows]

    @property
    def bookmarks(self) -> list[str]:
        outline = self._said("pdftohtml", "-xml", "-i", "-stdout", str(self.path)).partition("<outline>")[2]
        return re.findall(r"<item page=\"[0-9]+\">(.*?)</item>", outline)

    @property
    def words_outside(self) -> list[str]:
        """Words that stand, wholly or partly, outside of the page's margins of 8 mm."""
        found, width, height, margin = [], 0.0, 0.0, 8 / 25.4 * 72
        for line in self._said("pdftotext", "-bbox", str(self.path), "-").splitlines():
            if page := re.search(r'<page width="([\d.]+)" height="([\d.]+)"', line):
                width, height = map(float, page.groups())
            if word := re.search(r'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)<', line):
                left, top, right, bottom = map(float, word.groups()[:4])
                if left < margin or top < margin or right > width - margin or bottom > height - margin:
                    found.append(word.group(5))
        return found


def made_without_fonts(html: str, folder: Path, name: str) -> Opened:
    """The paper of `html`, made in a process of its own whose fontconfig knows no font of the system."""
    config, page, path = folder / "fonts.conf", folder / f"{name}.html", folder / f"{name}.pdf"
    config.write_text(NO_FONTS.format(folder / "cache"), encoding="utf-8")
    page.write_text(html, encoding="utf-8")
    environment = {**os.environ, "FONTCONFIG_FILE": str(config)}
    subprocess.run([sys.executable, "-c", MAKE, str(page), str(path)], env=environment, check=True, timeout=120)
    return Opened(path)


def read_whole(round_: Round) -> Round:
    """As whoever makes a report of it reads it."""
    return Round.objects.for_reports().get(pk=round_.pk)


def ordered(year: Year, by: User, recipient: str = "", selection: Selection = CORRECTIONS) -> Paper:
    return order_of_round(round_=read_whole(year.round), selection=selection, by=by, recipient=recipient)[0]


def made_paper(year: Year, key: str, days_ago: int = 1, selection: Selection = COMMITTEE, **fields: Any) -> Paper:
    """A finished paper with its file, which was not typeset."""
    at = timezone.now() - datetime.timedelta(days=days_ago)
    paper = Paper.objects.create(
        key=key,
        kind=selection.kind,
        title=f"資料{key}",
        plan=year.program.plan,
        round=year.round,
        selection=selection.as_json(),
        content_version=f"案 {key}",
        ordered_at=at,
        started_at=at,
        made_at=at,
        state=PaperState.MADE,
        pages=3,
        size=4,
        **fields,
    )
    paper.path.parent.mkdir(parents=True, exist_ok=True)
    paper.path.write_bytes(NOT_TYPESET)
    return paper
