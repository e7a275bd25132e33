"""The form of a 調書 reads what people type, and loses nothing of what it cannot read."""

from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from accounts.models import Department, User
from programs.enums import Improvement
from progress import workflow
from progress.actions.opening import open_round
from progress.completeness import Missing
from progress.enums import EvaluationField, Status
from progress.forms.desk import DeskFilterForm
from progress.forms.evaluation import EvaluationForm
from progress.forms.transitions import TransitionForm
from progress.models import Evaluation, Round
from progress.queries.filling import entries_of
from tests.programs.factories import ActionYearFactory, IndicatorFactory, IndicatorYearFactory, MilestoneFactory
from tests.progress.factories import RoundFactory, action_of, entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation(division: Department, ict_staff: User) -> Evaluation:
    """One with a milestone and two indicators."""
    round_ = RoundFactory.create()
    action = action_of(round_.program, division)
    MilestoneFactory.create(action_year=action.years.get(year=2016))
    ActionYearFactory.create(action=action, year=2017)
    for position, (name, unit, improvement) in enumerate(
        [("件数", "件", Improvement.UP), ("率", "%", Improvement.DOWN)]
    ):
        indicator = IndicatorFactory.create(
            action=action, name=name, unit=unit, improvement=improvement, position=position
        )
        IndicatorYearFactory.create(indicator=indicator, position=2016, target=Decimal(10))
        IndicatorYearFactory.create(indicator=indicator, position=2017, target=Decimal("12.5"))
    open_round(round=round_, by=ict_staff)
    return Evaluation.objects.with_everything().get()


def form_of(evaluation: Evaluation, **typed: Any) -> EvaluationForm:
    data = QueryDict(mutable=True)
    data.update({name.replace("__", "-"): value for name, value in typed.items()})
    form = EvaluationForm(data, evaluation=evaluation, entries=entries_of(evaluation.round))
    form.is_valid()
    return form


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1230", 1230),
        ("１，２３０", 1230),
        ("1,230千円", 1230),
        ("　1 230 ", 1230),
        ("2百万円", 2000),
        ("1,230,000円", 1230),
        ("0", 0),
        ("", None),
        ("  ", None),
    ],
)
def test_amounts_in_every_spelling(evaluation: Evaluation, typed: str, amount: int | None) -> None:
    form = form_of(evaluation, settlement=typed)
    assert (form.errors.get("settlement"), form.answers().values) == (None, {"settlement": amount})


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("12,30o", "『12,30o』は金額として読めません。千円単位の数字で入力してください（例：1,234または1,234千円）。"),
        ("-5", "『-5』は金額の範囲を超えています。0千円以上、1兆千円未満で入力してください。"),
        ("500円", "『500円』は千円未満の端数があります。千円単位に丸めて入力してください（例：1,234千円）。"),
    ],
)
def test_an_amount_that_cannot_be_read_is_quoted_with_a_remedy(
    evaluation: Evaluation, typed: str, message: str
) -> None:
    form = form_of(evaluation, settlement=typed, results="実施した。")
    assert form.errors["settlement"] == [message]
    assert form["settlement"].value() == typed
    assert form.answers().values == {"results": "実施した。"}


@pytest.mark.parametrize(
    ("typed", "value"), [("１２．５", "12.5"), ("12.5%", "12.5"), ("12.5％", "12.5"), ("△3", "-3"), ("1,200", "1200")]
)
def test_actual_values_with_their_unit(evaluation: Evaluation, typed: str, value: str) -> None:
    row = evaluation.indicators.all()[1]
    form = form_of(evaluation, **{f"indicator__{row.pk}__actual": typed})
    assert form.answers().indicators == {row.pk: {"actual": Decimal(value)}}


def test_only_what_was_sent_is_an_answer(evaluation: Evaluation) -> None:
    milestone = evaluation.milestones.get()
    form = form_of(evaluation, outcomes="減った\r\n二行目 ", **{f"milestone__{milestone.pk}__reached": "partly"})
    answers = form.answers()
    assert (answers.values, answers.milestones) == (
        {"outcomes": "減った\n二行目"},
        {milestone.pk: {"reached": "partly"}},
    )


def test_grades_are_those_of_the_rounds_scale(evaluation: Evaluation) -> None:
    grade, outlook = entry(evaluation.round, "2"), entry(evaluation.round, "Ⅱ")
    form = form_of(evaluation, grade=str(grade.pk), outlook=str(outlook.pk))
    assert form.answers().values == {"grade_id": grade.pk, "outlook_id": outlook.pk}
    wrong = form_of(evaluation, grade=str(outlook.pk), outlook="99999")
    assert (sorted(wrong.errors), wrong.answers().values) == (["grade", "outlook"], {})


def test_too_long_a_text_says_by_how_much(evaluation: Evaluation) -> None:
    form = form_of(evaluation, results="あ" * 4002)
    assert form.errors["results"] == ["4,002字あります。4,000字以内になるように、あと2字減らしてください。"]
    assert "maxlength" not in str(form["results"])


def test_stored_values_come_back_as_people_write_them(evaluation: Evaluation) -> None:
    evaluation.settlement = 1234567
    row = evaluation.indicators.all()[0]
    row.actual = Decimal("1200.5000")
    form = EvaluationForm(evaluation=evaluation, entries=entries_of(evaluation.round))
    assert form["settlement"].value() == "1,234,567"
    assert form[f"indicator-{row.pk}-actual"].value() == "1,200.5"
    assert form[f"indicator-{row.pk}-next_target"].value() == "12.5"


def test_every_line_of_what_is_missing_leads_to_a_control(evaluation: Evaluation) -> None:
    form = EvaluationForm(evaluation=evaluation, entries=entries_of(evaluation.round))
    page = "".join(str(field) for field in form)
    keys = {
        EvaluationField.MILESTONES: evaluation.milestones.get().pk,
        EvaluationField.INDICATORS: evaluation.indicators.all()[0].pk,
        EvaluationField.NEXT_TARGETS: evaluation.indicators.all()[1].pk,
    }
    fillable = [field for field in EvaluationField if field is not EvaluationField.PLANNED_WORK]
    anchors = [form.anchor(Missing(field, "", keys.get(field))) for field in fillable]
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in page] == []


def test_a_return_needs_a_reason_and_may_point_at_fields() -> None:
    empty = TransitionForm({"comment": " "}, transition=workflow.RETURN_BY_MANAGER)
    assert empty.errors["comment"] == [
        "差し戻す理由を入力してください。どこを、どのように直すかを書きます（例：実績の件数が指標と違います）。"
    ]
    data = QueryDict("comment=数が違います&pointed=results&pointed=indicators")
    form = TransitionForm(data, transition=workflow.RETURN_BY_STAFF)
    assert form.is_valid()
    assert form.fields_pointed_at == [EvaluationField.RESULTS, EvaluationField.INDICATORS]


def test_an_endorsement_needs_no_words() -> None:
    form = TransitionForm({}, transition=workflow.ENDORSE)
    assert (form.is_valid(), form.fields_pointed_at) == (True, [])


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "newest"),
        ("round=all", "all"),
        ("round=999", "newest"),
        ("which=waiting", "all"),
        ("state=nonsense", "newest"),
    ],
)
def test_the_list_shows_the_newest_round_unless_asked(round_: Round, query: str, shown: str) -> None:
    form = DeskFilterForm(QueryDict(query), rounds=[round_], states=Status, with_turns=True)
    assert form.shown_round() == {"newest": str(round_.pk), "all": "all"}[shown]
    assert form.value("state") == ""
