"""The rounds of the sample programme: what the files tell, played through the actions."""

import datetime
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from plan.loading import FixtureError
from programs.loading import load_sample
from programs.models import ActionYear
from progress.business_days import is_business_day
from progress.enums import ProposalState, RoundState, Status
from progress.loading import load_sample_rounds
from progress.loading.reading import read_round
from progress.models import (
    Correction,
    Evaluation,
    EvaluationEvent,
    NextYearProposal,
    OutboxMail,
    PublishedEvaluation,
    PublishedMeasure,
    Round,
)
from progress.queries.filling import entries_of, missing_of, suggested_grade

DIRECTORY = Path(settings.BASE_DIR) / "fixtures/sample-program-2016"
TODAY = datetime.date(2018, 6, 4)  # that of the open round's file: its dates stay as they are written

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def rounds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Both rounds, played once for all tests of this module and then undone."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(DEMO=True):
        load_sample(DIRECTORY)
        load_sample_rounds(DIRECTORY, "2016", today=TODAY)
        yield
        transaction.set_rollback(True)


def round_of(year: int) -> Round:
    return Round.objects.get(program__slug="2016", year=year)


def codes(**condition: Any) -> set[str]:
    return set(Evaluation.objects.filter(**condition).values_list("action__code", flat=True))


def test_nobody_gets_mail_about_what_was_played() -> None:
    assert OutboxMail.objects.count() == 0


# ── The finished round ────────────────────────────────────────────────────────


def test_the_first_round_is_published_with_every_grade_and_some_ungraded() -> None:
    round_ = round_of(2016)
    assert round_.state == RoundState.PUBLISHED
    assert timezone.localtime(round_.published_at) == datetime.datetime(
        2017, 8, 28, 10, tzinfo=timezone.get_current_timezone()
    )
    current = PublishedEvaluation.objects.filter(round=round_, is_current=True)
    assert Counter(current.values_list("grade_symbol", flat=True)) == {
        "1": 2,
        "2": 10,
        "3": 43,
        "4": 12,
        "5": 2,
        "未着手": 1,
        "中止": 1,
        "評価困難": 1,
    }
    assert set(current.values_list("outlook_symbol", flat=True)) == {"Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "Ⅵ"}


def test_each_measure_is_rated() -> None:
    current = PublishedMeasure.objects.filter(round=round_of(2016), is_current=True).select_related("measure__policy")
    ratings = {row.measure.code: row.rating_symbol for row in current}
    assert ratings == {"1-1": "B", "1-2": "B", "1-3": "A", "2-1": "B", "2-2": "C", "3-1": "A", "3-2": "B"}


def test_some_were_late_and_some_returned_twice() -> None:
    round_ = round_of(2016)
    extended = {extension.department_id: extension.deadline for extension in round_.extensions.all()}
    submitted = EvaluationEvent.objects.filter(evaluation__round=round_, transition="submit")
    first: dict[str, datetime.date] = {}
    late = set()
    for event in submitted.select_related("evaluation__action"):
        code = event.evaluation.action.code
        first.setdefault(code, event.on)
        if first[code] > extended.get(event.evaluation.department_id, round_.deadline):
            late.add(code)
    assert late == {"1-1-011", "1-3-004", "2-1-010", "3-1-003"}
    returns = Counter(
        EvaluationEvent.objects.filter(evaluation__round=round_, transition__startswith="return_").values_list(
            "evaluation__action__code", flat=True
        )
    )
    assert {code for code, count in returns.items() if count == 2} == {"1-1-005", "3-2-007"}


def test_what_was_not_ready_was_an_exception_and_published_later() -> None:
    first, later = PublishedEvaluation.objects.filter(code="3-2-011").order_by("edition")
    assert (first.grade_symbol, first.exception_reason[:6]) == ("", "他都市への調")
    assert (later.grade_symbol, later.exception_reason, later.is_current) == ("3", "", True)


def test_two_were_corrected_after_publication() -> None:
    corrected = Correction.objects.exclude(evaluation__action__code="3-2-011").order_by("publication__number")
    assert [(row.evaluation and row.evaluation.action.code, len(row.changes)) for row in corrected] == [
        ("1-2-005", 3),
        ("2-2-001", 1),
    ]


def test_what_was_decided_became_the_plan_of_the_next_year() -> None:
    states = Counter(NextYearProposal.objects.filter(evaluation__round=round_of(2016)).values_list("state", flat=True))
    assert states == {ProposalState.CONFIRMED: 71, ProposalState.DECLINED: 1}
    plan = ActionYear.objects.get(action__code="1-1-005", year=2017)
    assert (plan.original_budget, plan.budget) == (9400, 7600)
    assert Evaluation.objects.get(round__year=2017, action__code="1-1-005").planned_work == plan.planned_work
    ended = Evaluation.objects.get(round__year=2016, action__code="2-1-006").action
    assert ended.end_year == 2016


# ── The open round ────────────────────────────────────────────────────────────


def test_the_open_round_is_in_all_states() -> None:
    assert round_of(2017).state == RoundState.OPEN
    assert Counter(Evaluation.objects.filter(round=round_of(2017)).values_list("status", flat=True)) == {
        Status.DRAFT: 21,
        Status.RETURNED: 7,
        Status.SUBMITTED: 12,
        Status.ENDORSED: 15,
        Status.ACCEPTED: 17,
    }
    assert len(codes(round__year=2017, status=Status.DRAFT, results="", saved_at=None)) == 10


def test_the_personas_have_work() -> None:
    states = Evaluation.objects.filter(round__year=2017).values_list("action__code", "status")
    assert set(states.filter(department__code="見本-0201")) == {
        ("1-1-002", Status.DRAFT),
        ("1-2-001", Status.SUBMITTED),
        ("1-2-003", Status.RETURNED),
        ("1-2-004", Status.DRAFT),
        ("1-2-005", Status.ENDORSED),
        ("3-1-002", Status.SUBMITTED),
    }
    assert set(states.filter(department__code="見本-0301")) == {
        ("1-1-008", Status.DRAFT),
        ("1-1-011", Status.SUBMITTED),
        ("2-2-004", Status.RETURNED),
        ("3-1-012", Status.ENDORSED),
    }


@pytest.mark.parametrize(
    ("today", "deadline", "extended"),
    [
        (datetime.date(2018, 6, 4), datetime.date(2018, 5, 31), datetime.date(2018, 6, 12)),
        (datetime.date(2026, 4, 10), datetime.date(2026, 4, 8), datetime.date(2026, 4, 20)),
        # A Sunday counts as the Friday before; holidays and the turn of the year are no business days.
        (datetime.date(2026, 5, 10), datetime.date(2026, 5, 1), datetime.date(2026, 5, 18)),
        (datetime.date(2027, 1, 1), datetime.date(2026, 12, 24), datetime.date(2027, 1, 12)),
    ],
)
def test_the_open_round_is_moved_to_the_day_it_is_loaded(
    today: datetime.date, deadline: datetime.date, extended: datetime.date
) -> None:
    entry = read_round(DIRECTORY, 2017, today)
    assert entry.values["deadline"] == deadline
    assert {table["deadline"] for table in entry.extensions} == {extended}
    days = [step.on for evaluation in entry.evaluations.values() for step in evaluation.steps]
    assert max(days) < today
    assert [day for day in days if not is_business_day(day)] == []


# ── Both ──────────────────────────────────────────────────────────────────────


def test_nobody_endorsed_or_accepted_what_they_submitted() -> None:
    submitters: dict[int, int] = {}
    own = []
    for event in EvaluationEvent.objects.order_by("at", "pk"):
        if event.transition == "submit":
            submitters[event.evaluation_id] = event.by_id
        elif event.transition in {"endorse", "accept"} and submitters[event.evaluation_id] == event.by_id:
            own.append(event)
    assert own == []


def test_people_work_in_office_hours_of_business_days() -> None:
    moments = [timezone.localtime(event.at) for event in EvaluationEvent.objects.all()]
    assert {moment.hour for moment in moments} <= set(range(9, 18))
    assert [moment for moment in moments if not is_business_day(moment.date())] == []


def test_a_grade_that_differs_from_the_numbers_is_explained() -> None:
    differing = set()
    for year in (2016, 2017):
        entries = entries_of(round_of(year))
        done = Evaluation.objects.with_everything().filter(round__year=year).exclude(status=Status.DRAFT)
        for evaluation in done:
            if evaluation.grade != suggested_grade(evaluation, entries):
                differing.add((year, evaluation.action.code))
                assert len(evaluation.grade_reason) > 10
            if evaluation.status != Status.RETURNED:
                assert missing_of(evaluation, entries) == []
    assert differing == {
        (2016, "1-2-008"),
        (2016, "1-2-009"),
        (2016, "2-2-002"),
        (2016, "2-2-008"),
        (2016, "3-1-007"),
        (2017, "1-1-004"),
        (2017, "1-1-010"),
        (2017, "2-1-004"),
        (2017, "2-2-002"),
    }


@pytest.mark.parametrize("field", ["results", "outcomes", "problems", "grade_reason", "outlook_reason", "next_plan"])
def test_no_text_stands_twice_in_a_round(field: str) -> None:
    for year in (2016, 2017):
        texts = Counter(Evaluation.objects.filter(round__year=year).values_list(field, flat=True))
        assert {text for text, count in texts.items() if count > 1} <= {"", "特になし"}


def test_no_more_was_spent_than_there_was() -> None:
    over = [
        row.code
        for row in PublishedEvaluation.objects.filter(is_current=True)
        if row.budget is not None and row.settlement is not None and row.settlement > row.budget
    ]
    assert over == []


def run(*arguments: Any) -> str:
    out = StringIO()
    call_command("load_sample_rounds", *arguments, stdout=out)
    return out.getvalue()


def test_a_second_load_writes_nothing() -> None:
    before = (EvaluationEvent.objects.count(), Evaluation.history.count())
    assert run() == (
        "見本データ：川崎市情報化推進プログラム（2016-2017）には照会がすでにあります。何も変更していません。\n"
    )
    assert (EvaluationEvent.objects.count(), Evaluation.history.count()) == before


def test_in_production_no_sample_data_is_loaded(settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(CommandError, match="見本環境"):
        run()


def test_without_the_sample_programme_there_is_nothing_to_play_on() -> None:
    with pytest.raises(FixtureError, match="load_sample"):
        load_sample_rounds(DIRECTORY, "1999")


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('["提出", 2017-05', '["申請", 2017-05', "evaluations-2016/1-1.toml: 1-1-001.events"),
        ("results =", "result =", "evaluations-2016/1-1.toml: 1-1-001.result"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, before: str, after: str, place: str) -> None:
    directory = Path(copytree(DIRECTORY, tmp_path / "sample"))
    path = directory / "evaluations-2016/1-1.toml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(FixtureError, match=place):
        read_round(directory, 2016, TODAY)
