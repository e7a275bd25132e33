"""What would be run or read otherwise, typed into every text of a 調書, comes out of every file as mere words."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from progress import workflow
from progress.actions.evaluations import perform
from progress.actions.publication import publish
from progress.enums import PaperKind
from progress.forms.evaluation import PROSE
from progress.models import Evaluation, Paper, Round
from progress.papers.making import make_waiting
from progress.papers.ordering import order_of_round
from progress.papers.selection import Selection
from progress.sheets.downloading import Shape
from tests.progress import books
from tests.progress.desk_pages import address, told, typed
from tests.progress.papers import Opened
from tests.progress.sheets import downloaded

pytestmark = pytest.mark.django_db
# Turned by U+202E, and by U+2067 as well, the name of the field would be read from its end.
TYPED = "=cmd|' /C calc'!A0 <script>alert(1)</script>\u202e\u2067{}\x07"
KEPT = "=cmd|' /C calc'!A0 <script>alert(1)</script>{}"
FIELDS = (*(field.value for field in PROSE), "no_actual_reason", "target_change_reason", "note")
# What the committee reads of them in its workbook.
OF_COMMITTEE = ("results", "outcomes", "problems", "next_plan", "no_actual_reason", "target_change_reason")
CSV_FILES = ("actions", "results", "measures", "codes", "dictionary")


def _name(evaluation: Evaluation, field: str) -> str:
    """What the form calls it."""
    (indicator,), (milestone,) = evaluation.indicators.all(), evaluation.milestones.all()
    if field == "note":
        return f"milestone-{milestone.pk}-note"
    return f"indicator-{indicator.pk}-{field}" if field in FIELDS[len(PROSE) :] else field


@pytest.fixture
def published(
    full: Evaluation, liaison: User, manager: User, ict_staff: User, client_of: Callable[[Any], Client]
) -> Evaluation:
    """Filled in by its form, gone through the chain, and published."""
    (indicator,) = full.indicators.all()
    numbers = {f"indicator-{indicator.pk}-actual": "", f"indicator-{indicator.pk}-next_target": "25"}
    sent = typed(full, **numbers, **{_name(full, field): TYPED.format(field) for field in FIELDS})
    assert told(client_of(liaison).post(address(full), sent)) == [f"調書『{full.action}』を保存しました。"]
    people = {workflow.SUBMIT: liaison, workflow.ENDORSE: manager, workflow.ACCEPT: ict_staff}
    for transition, by in people.items():
        perform(evaluation=full, transition=transition, by=by)
    publish(round=full.round, by=ict_staff)
    return full


def _printed(evaluation: Evaluation, by: User) -> str:
    round_ = Round.objects.for_reports().get(pk=evaluation.round_id)
    selection = Selection.of(PaperKind.EVALUATION, str(evaluation.pk), as_it_stands=True)
    order_of_round(round_=round_, selection=selection, by=by)
    make_waiting()
    return Opened(Paper.objects.get().path).text


def _texts(content: bytes) -> set[str]:
    """All texts of a workbook that runs nothing, not even once somebody edits a cell."""
    workbook = books.opened(content)
    assert (books.formulas(workbook), books.unquoted(workbook)) == ([], [])
    return {cell.value for page in workbook for row in page.iter_rows() for cell in row if isinstance(cell.value, str)}


def test_no_text_of_a_form_is_run_or_turned_in_any_file(
    published: Evaluation, liaison: User, ict_staff: User, client: Client
) -> None:
    full, expected = published, {KEPT.format(field) for field in FIELDS}
    assert len(expected) == 11
    printed = _printed(full, ict_staff)
    assert [text for text in expected if "".join(text.split()) not in printed] == []
    workbooks = {
        "committee": books.committee(full.round),
        "data": books.data(full.round),
        **{shape.value: downloaded(full, liaison, shape) for shape in (Shape.SHEETS, Shape.LIST)},
    }
    told_by = {name: _texts(content) for name, content in workbooks.items()}
    assert [expected - told_by[name] for name in ("data", "sheets", "list")] == [set()] * 3
    assert {text for text in told_by["committee"] if "cmd|" in text} == {KEPT.format(field) for field in OF_COMMITTEE}
    slug = full.round.slug
    files = {name: client.get(f"/progress/{slug}/{name}.csv").content.decode("utf-8-sig") for name in CSV_FILES}
    cells = {name: {each for row in csv.reader(io.StringIO(text)) for each in row} for name, text in files.items()}
    assert {f"'{text}" for text in expected} <= cells["results"]
    run = [each for all_ in cells.values() for each in all_ if each[:1] in {"=", "+", "@", "\t", "\r"}]
    page = client.get(f"/programs/{full.round.program.slug}/actions/{full.action.code}/").content.decode()
    assert (run, "<script>alert" in page, "&lt;script&gt;alert(1)" in page) == ([], False, True)
    everything = "".join([printed, page, *files.values(), *(text for texts in told_by.values() for text in texts)])
    assert [sign for sign in "\u202e\u2067\x07" if sign in everything] == []
