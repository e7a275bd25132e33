"""訂正 at the desk: choose, put right, see the 正誤 beforehand, publish."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Department, User
from programs.models import Indicator
from progress.actions.corrections import correct_evaluation, correct_measure
from progress.actions.evaluations import Answers
from progress.actions.proposals import confirm
from progress.enums import ScaleKind, Status
from progress.errors import BareRating
from progress.forms.corrections import MeasureCorrectionForm
from progress.models import (
    Correction,
    Evaluation,
    MeasureEvaluation,
    NextYearProposal,
    PublishedEvaluation,
    Round,
    ScaleEntry,
)
from progress.queries.words import number
from tests.plan.reading import main_of, part, words
from tests.programs.factories import ActionFactory, ActionLineageFactory, IndicatorFactory
from tests.progress.desk_pages import typed
from tests.progress.factories import entry, opened, published_with_an_exception
from tests.progress.pages import messages_of, table_rows
from tests.progress.published import published_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = "/desk/rounds/2016/corrections/"


@pytest.fixture
def round_(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    return published_with_an_exception(division, liaison=liaison, manager=manager, staff=ict_staff)


@pytest.fixture
def published(round_: Round) -> Evaluation:
    return Evaluation.objects.with_everything().get(round=round_, status=Status.PUBLISHED)


@pytest.fixture
def address(published: Evaluation) -> str:
    return f"{PAGE}evaluations/{published.pk}/"


def corrected(evaluation: Evaluation, **values: str) -> dict[str, str]:
    return typed(evaluation, settlement="1,200", correction_reason="転記を誤っていたため") | values


def test_the_page_offers_what_is_published(client_of: ClientOf, ict_staff: User, published: Evaluation) -> None:
    response = client_of(ict_staff).get(PAGE)
    found = response.context["found"]
    assert [each.pk for each in found.page] == [published.pk]
    assert (len(found.measures), found.late.total, found.corrections) == (7, 0, [])
    assert list(client_of(ict_staff).get(f"{PAGE}?q=ありえない").context["found"].page) == []


def test_the_choice_tells_the_grades_in_the_words_of_their_publication(
    client_of: ClientOf, ict_staff: User, published: Evaluation
) -> None:
    grade = published.grade
    assert grade is not None
    told = str(grade)
    ScaleEntry.objects.filter(pk=grade.pk).update(label="改めた言葉")
    rows = table_rows(part(main_of(client_of(ict_staff).get(PAGE)), "choose"))
    assert [row[2] for row in rows] == [told]
    # 「未着手」 is its own symbol: it is not told twice.
    PublishedEvaluation.objects.filter(evaluation=published).update(grade_symbol="未着手", grade_label="未着手")
    assert table_rows(part(main_of(client_of(ict_staff).get(PAGE)), "choose"))[0][2] == "未着手"


def test_the_form_holds_what_is_published(client_of: ClientOf, ict_staff: User, address: str) -> None:
    form = client_of(ict_staff).get(address).context["form"]
    assert [title for title, _ in form.parts] == [
        "計画（Plan）",
        "実施（Do）",
        "評価（Check）",
        "改善（Action）",
    ]
    assert form["settlement"].label == "決算額（千円）"
    shown = [field.name for _, fields in form.parts for field in fields]
    assert sorted(shown) == sorted(form.targets)
    assert (form.initial["settlement"], form.initial["results"]) == (1000, "計画どおりに実施しました。")


def test_the_correction_is_seen_before_it_is_made(
    client_of: ClientOf, ict_staff: User, published: Evaluation, address: str
) -> None:
    response = client_of(ict_staff).post(address, corrected(published) | {"then": "preview"})
    assert response.context["changes"][:1] == [{"label": "決算額", "before": "1,000千円", "after": "1,200千円"}]
    assert "転記を誤っていたため" in words(main_of(response))
    published.refresh_from_db()
    assert (published.settlement, Correction.objects.count()) == (1000, 0)


def test_what_differs_is_marked_beforehand(
    client_of: ClientOf, ict_staff: User, published: Evaluation, address: str
) -> None:
    """As the public will see it marked."""
    sent = corrected(published, results="計画どおりに全部を実施しました。") | {"then": "preview"}
    shown = main_of(client_of(ict_staff).post(address, sent))
    assert "<ins>" in shown
    assert "（追加ここから）全部を（追加ここまで）" in words(shown)
    assert "変更箇所の見方" in words(shown)


def test_what_was_seen_is_what_is_made(
    client_of: ClientOf, ict_staff: User, published: Evaluation, address: str
) -> None:
    client = client_of(ict_staff)
    preview = client.post(address, corrected(published) | {"then": "preview"})
    sent = dict(preview.context["sent"]) | {"version": str(preview.context["version"])}
    response = client.post(address, sent | {"then": "save"}, follow=True)
    correction = Correction.objects.get()
    assert correction.changes == preview.context["changes"]
    assert (correction.reason, correction.publication.by) == ("転記を誤っていたため", ict_staff)
    current = PublishedEvaluation.objects.get(evaluation=published, is_current=True)
    assert (current.edition, current.settlement) == (2, 1200)
    done, reminder = messages_of(response)
    assert done == f"『{published.action}』を訂正しました。公開ページに正誤を示しています。"
    measure = current.measure
    assert reminder.startswith(f"『{measure}』の評価の文章も、訂正が必要でないか確かめてください。")
    address = f"{PAGE}measures/{measure.code}/"
    assert f'<a href="{address}">この施策の評価を訂正する</a>' in response.content.decode()
    assert "1,200千円" in words(part(main_of(response), "done"))


def test_a_plan_that_was_confirmed_does_not_follow_and_that_is_said(
    client_of: ClientOf, ict_staff: User, published: Evaluation, address: str
) -> None:
    proposal = NextYearProposal.objects.get()
    confirm(proposal=proposal, by=ict_staff)
    client = client_of(ict_staff)
    same = corrected(published, next_plan=published.next_plan)
    done = client.post(address, same | {"then": "save"}, follow=True)
    assert not any("次年度の計画" in each for each in messages_of(done))
    published = Evaluation.objects.with_everything().get(pk=published.pk)
    other = corrected(published, next_plan="取りやめます。", correction_reason="計画を誤っていたため")
    told = messages_of(client.post(address, other | {"then": "save"}, follow=True))[-1]
    assert "次年度の計画は、訂正する前の内容で反映済みです。訂正では変わりません。" in told
    assert f'href="/desk/rounds/2016/next-year/{proposal.pk}/"' in told
    page = main_of(client.get(f"/desk/rounds/2016/next-year/{proposal.pk}/"))
    assert "反映した後に、元の調書が変わりました。" in words(page)
    assert f"/actionyear/{proposal.plans.get().action_year_id}/change/" in page


def test_back_to_the_form_nothing_is_lost(
    client_of: ClientOf, ict_staff: User, published: Evaluation, address: str
) -> None:
    response = client_of(ict_staff).post(address, corrected(published, outcomes="書きかけ") | {"then": "edit"})
    form = response.context["form"]
    assert (form["outcomes"].value(), form["settlement"].value(), form["correction_reason"].value()) == (
        "書きかけ",
        "1,200",
        "転記を誤っていたため",
    )


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("correction_reason", " ", "訂正の理由を入力してください。公開ページの正誤に、そのまま示します。"),
        (
            "settlement",
            "12,30o",
            "『12,30o』は金額として読めません。千円単位の数字で入力してください（例：1,234または1,234千円）。",
        ),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(
    client_of: ClientOf, ict_staff: User, published: Evaluation, address: str, field: str, text: str, message: str
) -> None:
    response = client_of(ict_staff).post(address, corrected(published, **{field: text}) | {"then": "preview"})
    assert response.context["form"].errors == {field: [message]}


def test_nothing_changed_is_said(client_of: ClientOf, ict_staff: User, published: Evaluation, address: str) -> None:
    data = {"version": str(published.version), "settlement": "1000", "correction_reason": "念のため"}
    client = client_of(ict_staff)
    assert client.post(address, data | {"then": "preview"}).context["changes"] == []
    response = client.post(address, data | {"then": "save"})
    assert messages_of(response) == ["公表した内容と変わったところがないので、訂正していません。"]
    assert Correction.objects.count() == 0


def test_a_second_click_says_that_the_correction_is_made(
    client_of: ClientOf, ict_staff: User, published: Evaluation, round_: Round, address: str
) -> None:
    client = client_of(ict_staff)
    measure = MeasureEvaluation.objects.filter(round=round_)[0]
    of_measure = {"version": str(measure.version), "outlook": "見通しの誤り", "correction_reason": "転記の誤り"}
    for where, data in ((address, corrected(published)), (f"{PAGE}measures/{measure.measure.code}/", of_measure)):
        client.post(where, data | {"then": "save"}, follow=True)
        response = client.post(where, data | {"then": "save"}, follow=True)
        assert (response.redirect_chain, messages_of(response)) == (
            [(PAGE, 302)],
            ["この訂正は済んでいます。公開ページに正誤を示しています。"],
        )
    assert Correction.objects.count() == 2


def test_a_correction_overtaken_by_another_is_compared_with_it(
    client_of: ClientOf, ict_staff: User, other_staff: User, published: Evaluation, address: str
) -> None:
    data = {"version": str(published.version), "settlement": "1200", "correction_reason": "わたしの理由"}
    correct_evaluation(
        evaluation=published,
        answers=Answers(values={"settlement": 1100}),
        by=other_staff,
        reason="同僚の理由",
        expected_version=published.version,
    )
    response = client_of(ict_staff).post(address, data | {"then": "save"})
    assert response.context["changes"] == [{"label": "決算額", "before": "1,100千円", "after": "1,200千円"}]
    assert (response.context["version"], Correction.objects.count()) == (published.version + 1, 1)
    assert messages_of(response)[0].startswith("あなたが開いた後に、ほかの人が訂正しました。")


# ── 施策評価 ──────────────────────────────────────────────────────────────────


def test_a_measure_is_corrected_in_the_same_way(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client, address = client_of(ict_staff), f"{PAGE}measures/1-1/"
    rating = entry(round_, "B", ScaleKind.MEASURE)
    data = {
        "version": "1",
        "whole": "1",
        "rating_id": str(rating.pk),
        "reason": "書き忘れていた理由",
        "results": "",
        "problems": "",
        "outlook": "",
        "correction_reason": "評価を載せていなかったため",
    }
    preview = client.post(address, data | {"then": "preview"})
    wanted = [
        {"label": "施策の評価", "before": "", "after": "B 一定の進捗"},
        {"label": "評価の理由", "before": "", "after": "書き忘れていた理由"},
    ]
    assert preview.context["changes"] == wanted
    client.post(address, data | {"then": "save"})
    stored = MeasureEvaluation.objects.get(round=round_, measure__policy__number=1, measure__number=1)
    assert (stored.rating, Correction.objects.get().changes) == (rating, wanted)


def test_a_rating_is_not_corrected_without_its_reason(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    sent = {
        "rating_id": entry(round_, "A").pk,
        "reason": " ",
        "whole": "1",
        "correction_reason": "誤記のため",
        "version": 1,
        "then": "save",
    }
    response = client_of(ict_staff).post(f"{PAGE}measures/1-1/", sent)
    assert response.context["form"].errors == {
        "reason": ["評価の理由を入力してください。評価は、理由とともに公開します。"]
    }
    assert Correction.objects.count() == 0


def test_no_way_past_the_form_corrects_a_rating_without_its_reason(
    client_of: ClientOf, ict_staff: User, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MeasureCorrectionForm, "clean", lambda form: None)
    sent = {"rating_id": entry(round_, "A").pk, "whole": "1", "correction_reason": "誤記のため", "version": 1}
    response = client_of(ict_staff).post(f"{PAGE}measures/1-1/", sent | {"reason": "", "then": "save"})
    assert response.context["form"].errors == {
        "reason": ["評価の理由を入力してください。評価は、理由とともに公開します。"]
    }
    first = MeasureEvaluation.objects.get(round=round_, measure__policy__number=1, measure__number=1)
    with pytest.raises(BareRating):
        correct_measure(
            evaluation=first,
            values={"rating_id": entry(round_, "A").pk},
            by=ict_staff,
            reason="誤記のため",
            expected_version=1,
        )
    assert (Correction.objects.count(), MeasureEvaluation.objects.get(pk=first.pk).rating) == (0, None)


def test_only_published_rounds_are_corrected(client_of: ClientOf, ict_staff: User, division: Department) -> None:
    round_ = opened(division, by=ict_staff, slug="2017")
    client, evaluation = client_of(ict_staff), round_.evaluations.get()
    base = "/desk/rounds/2017/corrections/"
    addresses = (base, f"{base}evaluations/{evaluation.pk}/", f"{base}measures/1-1/", f"{base}late/{evaluation.pk}/")
    assert [client.get(each).status_code for each in addresses] == [404] * 4


def test_the_look_over_shows_the_correction_in_the_words_of_the_first_publication(
    client_of: ClientOf, ict_staff: User, published: Evaluation, address: str
) -> None:
    """What was edited since — the scale, an indicator — is no part of it."""
    ScaleEntry.objects.update(label="言い換えた区分")
    Indicator.objects.update(name="改めた指標")
    client, sent = client_of(ict_staff), corrected(published)
    look = client.post(address, sent | {"then": "preview"})
    assert [each["label"] for each in look.context["changes"]] == ["決算額", "次年度の計画"]
    client.post(address, sent | {"then": "save"})
    assert Correction.objects.get().changes == look.context["changes"]


def test_the_look_over_of_a_measure_is_in_the_words_of_the_first_publication(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    sent = {"version": "1", "whole": "1", "rating_id": str(entry(round_, "B", ScaleKind.MEASURE).pk)}
    sent |= {"reason": "書き忘れた理由", "correction_reason": "書き忘れたため"}
    ScaleEntry.objects.update(label="言い換えた区分")
    client, address = client_of(ict_staff), f"{PAGE}measures/1-1/"
    look = client.post(address, sent | {"then": "preview"})
    assert {"label": "施策の評価", "before": "", "after": "B 一定の進捗"} in look.context["changes"]
    client.post(address, sent | {"then": "save"})
    assert Correction.objects.get().changes == look.context["changes"]


def test_a_baseline_that_was_taken_over_does_not_follow_and_that_is_said(client_of: ClientOf) -> None:
    year = published_year()
    published = Evaluation.objects.with_everything().get(action=year.actions["1-1-001"])
    (row,) = published.indicators.all()
    heir = ActionFactory.create(program__start_year=2018, code="1-1-009")
    ActionLineageFactory.create(action=heir, predecessor=published.action)
    name, before = row.indicator.name, row.actual
    taken = IndicatorFactory.create(action=heir, name=name, baseline=before, baseline_year=2016)
    IndicatorFactory.create(action=heir, name="別の指標", baseline=1, baseline_year=2016)
    address, client = f"{PAGE}evaluations/{published.pk}/", client_of(year.staff)
    actual = f"indicator-{row.pk}-actual"
    same = corrected(published, then="save", **{actual: str(before)})
    assert not any("基準値" in each for each in messages_of(client.post(address, same, follow=True)))
    published = Evaluation.objects.with_everything().get(pk=published.pk)
    other = corrected(published, then="save", **{actual: "7", "correction_reason": "件数を誤っていたため"})
    told = messages_of(client.post(address, other, follow=True))[-1]
    assert f"の指標「{taken.name}」の基準値（{number(before)}）は、この調書の実績値（7）と違います。" in told
    assert f'href="/admin/programs/indicator/{taken.pk}/change/"' in told
