"""Two people or two tabs on one 調書: both versions side by side, a choice for each field, nothing lost."""

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import Department, User
from progress.actions.evaluations import Answers, save_evaluation
from progress.actions.opening import open_round
from progress.models import Evaluation, Round
from tests.factories import UserFactory
from tests.html_validity import validate
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory
from tests.progress.factories import RoundFactory, action_of, entry
from tests.progress.pages import messages_of

pytestmark = pytest.mark.django_db

ClientOf = Callable[[object], Client]


@pytest.fixture
def colleague(division: Department) -> User:
    return UserFactory.create(name="試験 同僚", role=Role.LIAISON, role__department=division)


def saved(evaluation: Evaluation, by: User, version: int, **values: Any) -> Evaluation:
    return save_evaluation(evaluation=evaluation, answers=Answers(values=values), by=by, expected_version=version)


def post(client: Client, evaluation: Evaluation, version: int, **typed: str) -> Any:
    return client.post(f"/desk/evaluations/{evaluation.pk}/", {"version": str(version), **typed})


def differences(page: str) -> dict[str, tuple[str, str]]:
    """Label → what is stored, what was typed (as a diff)."""
    found = {}
    for part in re.findall(r'<section class="conflict-field".*?</section>', page, re.DOTALL):
        label = re.search(r"<h2[^>]*>(.*?)</h2>", part)
        theirs = re.search(r'<p class="value[^"]*">(.*?)</p>', part, re.DOTALL)
        mine = re.search(r'<p class="diff">(.*?)</p>', part, re.DOTALL)
        assert label
        assert theirs
        assert mine
        words = re.sub(r'<span class="visually-hidden">.*?</span>', "", mine[1])
        found[label[1]] = (
            theirs[1],
            words.replace("<del>", "[-").replace("</del>", "-]").replace("<ins>", "[+").replace("</ins>", "+]"),
        )
    return found


def shown(response: Any) -> str:
    assert response.status_code == 409
    return unescape(response.content.decode())


def test_both_versions_are_shown_with_their_differing_words(
    evaluation: Evaluation, liaison: User, colleague: User, client_of: ClientOf
) -> None:
    saved(evaluation, colleague, 1, results="窓口は3か所です。")
    response = post(client_of(liaison), evaluation, 1, results="窓口は5か所です。")
    page = shown(response)
    assert differences(page) == {"実績": ("窓口は3か所です。", "窓口は[-3-][+5+]か所です。")}
    assert "試験 同僚さんが" in page
    assert Evaluation.objects.get().results == "窓口は3か所です。"
    assert validate({"conflict": response.content.decode()}) == []


def test_who_wanted_to_submit_is_told_that_it_is_not_yet(
    evaluation: Evaluation, liaison: User, colleague: User, client_of: ClientOf
) -> None:
    saved(evaluation, colleague, 1, results="窓口は3か所です。")
    client = client_of(liaison)
    assert "まだ提出していません。" not in shown(post(client, evaluation, 1, results="窓口は5か所です。"))
    page = shown(post(client, evaluation, 1, results="窓口は5か所です。", then="submit"))
    assert "まだ提出していません。" in page
    chosen = {"results": "窓口は5か所です。", "choice-results": "mine", "then": "submit_later"}
    assert '<input type="hidden" name="then" value="submit_later">' in page
    response = client.post(f"/desk/evaluations/{evaluation.pk}/", {"version": "2", **chosen}, follow=True)
    assert messages_of(response) == [f"調書『{evaluation}』を保存しました。まだ提出していません。"]
    assert Evaluation.objects.get().results == "窓口は5か所です。"


def test_only_what_both_changed_has_to_be_chosen(
    evaluation: Evaluation, liaison: User, colleague: User, client_of: ClientOf
) -> None:
    saved(evaluation, colleague, 1, results="先の実績", outcomes="先の成果")
    # The whole form, as without JavaScript: outcomes as it was read.
    page = shown(
        post(client_of(liaison), evaluation, 1, results="後の実績", outcomes="", problems="後の課題", plan_change="")
    )
    assert set(differences(page)) == {"実績", "課題"}
    chosen = dict(re.findall(r'name="choice-(\w+)" value="(\w+)" required checked', page))
    assert chosen == {"problems": "mine"}
    others = page[page.index('id="theirs-only"') :]
    assert re.findall(r"<h3>(.*?)</h3>", others) == ["成果"]


@pytest.mark.parametrize(
    ("choice", "kept"), [("mine", "後の文章"), ("theirs", "先の文章"), ("both", "先の文章\n後の文章")]
)
def test_each_field_is_chosen_and_saved_against_the_new_version(
    choice: str, kept: str, evaluation: Evaluation, liaison: User, colleague: User, client_of: ClientOf
) -> None:
    saved(evaluation, colleague, 1, results="先の文章", outcomes="先の成果")
    client = client_of(liaison)
    shown(post(client, evaluation, 1, results="後の文章", problems="後の課題"))
    response = client.post(
        f"/desk/evaluations/{evaluation.pk}/",
        {
            "version": "2",
            "results": "後の文章",
            "choice-results": choice,
            "problems": "後の課題",
            "choice-problems": "mine",
        },
    )
    assert response.headers["Location"] == f"/desk/evaluations/{evaluation.pk}/"
    stored = Evaluation.objects.get()
    assert (stored.results, stored.outcomes, stored.problems) == (kept, "先の成果", "後の課題")


def test_a_third_save_shows_the_page_again_with_the_newest(
    evaluation: Evaluation, liaison: User, colleague: User, client_of: ClientOf
) -> None:
    saved(evaluation, colleague, 1, results="先の文章")
    client = client_of(liaison)
    shown(post(client, evaluation, 1, results="わたしの文章"))
    saved(evaluation, colleague, 2, results="もっと新しい文章")
    page = shown(
        client.post(
            f"/desk/evaluations/{evaluation.pk}/",
            {"version": "2", "results": "わたしの文章", "choice-results": "mine"},
        )
    )
    theirs, mine = differences(page)["実績"]
    assert theirs == "もっと新しい文章"
    assert "わたしの" in mine
    assert 'name="version" value="3"' in page
    assert re.findall(r'name="choice-results" value="(\w+)" required checked', page) == ["mine"]
    client.post(
        f"/desk/evaluations/{evaluation.pk}/", {"version": "3", "results": "わたしの文章", "choice-results": "mine"}
    )
    assert Evaluation.objects.get().results == "わたしの文章"
    assert [record.results for record in evaluation.history.order_by("history_id")] == [
        "", "先の文章", "もっと新しい文章", "わたしの文章",
    ]  # fmt: skip


def test_numbers_grades_and_what_cannot_be_read_are_compared_as_words(
    evaluation: Evaluation, round_: Round, liaison: User, colleague: User, client_of: ClientOf
) -> None:
    saved(evaluation, colleague, 1, settlement=1200, grade_id=entry(round_, "2").pk, next_budget=500)
    page = shown(
        post(
            client_of(liaison),
            evaluation,
            1,
            settlement="1300",
            grade=str(entry(round_, "3").pk),
            next_budget="五百",
        )
    )
    found = differences(page)
    assert {label: theirs for label, (theirs, _) in found.items()} == {
        "決算額": "1,200",
        "達成度": "2 目標を上回って達成",
        "次年度の予算額": "500",
    }
    assert "『五百』は金額として読めません。" in page
    assert 'name="next_budget" value="五百"' in page


def test_rows_are_compared_as_well(
    division: Department, liaison: User, colleague: User, ict_staff: User, client_of: ClientOf
) -> None:
    round_ = RoundFactory.create()
    action = action_of(round_.program, division)
    for name in ("件数", "人数"):
        indicator = IndicatorFactory.create(action=action, name=name)
        IndicatorYearFactory.create(indicator=indicator, position=2016)
    open_round(round=round_, by=ict_staff)
    evaluation = Evaluation.objects.with_everything().get()
    first, second = evaluation.indicators.all()
    theirs = Answers(indicators={first.pk: {"actual": Decimal(5)}, second.pk: {"actual": Decimal(6)}})
    save_evaluation(evaluation=evaluation, answers=theirs, by=colleague, expected_version=1)
    page = shown(
        post(
            client_of(liaison),
            evaluation,
            1,
            **{f"indicator-{first.pk}-actual": "7", f"indicator-{second.pk}-actual": ""},
        )
    )
    assert differences(page) == {"件数の実績値": ("5", "[-5-][+7+]")}
    assert re.findall(r"<h3>(.*?)</h3>", page[page.index('id="theirs-only"') :]) == ["人数の実績値"]


def test_the_same_text_twice_is_no_conflict(evaluation: Evaluation, liaison: User, client_of: ClientOf) -> None:
    client = client_of(liaison)
    first = post(client, evaluation, 1, results="同じ文章")
    second = post(client, evaluation, 1, results="同じ文章")
    assert (first.status_code, second.status_code) == (302, 302)
    assert Evaluation.objects.get().version == 2


def test_without_a_version_nothing_is_overwritten(evaluation: Evaluation, liaison: User, client_of: ClientOf) -> None:
    saved(evaluation, liaison, 1, results="大事な文章")
    page = shown(client_of(liaison).post(f"/desk/evaluations/{evaluation.pk}/", {"results": "版のない文章"}))
    assert differences(page)["実績"][0] == "大事な文章"
