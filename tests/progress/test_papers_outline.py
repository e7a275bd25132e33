"""The contents shown while somebody chooses what goes into a paper."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from progress.enums import PaperKind, PaperPart
from progress.papers import outline
from progress.papers.outline import outline_of
from progress.papers.report import report_of
from progress.papers.round_paper import round_paper
from progress.papers.selection import PARTS, Selection
from tests.progress.papers import read_whole
from tests.progress.published import Year, accepted_year, published_year

pytestmark = pytest.mark.django_db
WITH_SHEETS = (PaperPart.OVERVIEW, PaperPart.MEASURES, PaperPart.SHEETS, PaperPart.GLOSSARY)


@pytest.mark.parametrize("made", [accepted_year, published_year])
@pytest.mark.parametrize("parts", [PARTS[PaperKind.COMMITTEE], WITH_SHEETS, (PaperPart.SHEETS,)])
@pytest.mark.parametrize("measures", [(), ("1-1",)])
def test_the_outline_is_the_contents_of_the_paper(
    made: Callable[[], Year], parts: tuple[PaperPart, ...], measures: tuple[str, ...]
) -> None:
    round_ = read_whole(made().round)
    selection = Selection(PaperKind.COMMITTEE, parts, measures=measures)
    paper = round_paper(report_of(round_), selection, "")
    assert (outline_of(round_, selection).entries, len(paper.contents) > 1) == (paper.contents, True)


@pytest.mark.parametrize("made", [accepted_year, published_year])
def test_the_lines_of_very_many_actions_are_left_out_and_counted(
    made: Callable[[], Year], ict_staff: User, client_of: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = made().round
    count = round_.evaluations.count()
    monkeypatch.setattr(outline, "MOST_SHEETS", count - 1)
    chosen = {"parts": ["overview", "sheets"], "orientation": "portrait"}
    page = client_of(ict_staff).get(reverse("desk:paper_choose", args=[round_.slug]), chosen)
    assert (page.context["unlisted"], max(entry.level for entry in page.context["entries"])) == (count, 3)
    assert f"取組{count}件の行は、数が多いため、この見本では省いています。" in page.content.decode()


@pytest.mark.parametrize("made", [accepted_year, published_year])
def test_no_evaluation_is_read_where_the_contents_name_none(made: Callable[[], Year]) -> None:
    round_ = read_whole(made().round)
    with CaptureQueriesContext(connection) as captured:
        outline_of(round_, Selection.of(PaperKind.COMMITTEE))
    read = [each["sql"] for each in captured if 'SELECT "progress_evaluation"."id"' in each["sql"]]
    read += [each["sql"] for each in captured if 'SELECT "progress_publishedevaluation"."id"' in each["sql"]]
    assert read == []
