"""/desk/rounds/: the list, preparing a round, its settings and 記入要領, opening it."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Department, User
from plan.fiscal import date_label
from progress import long_work
from progress.actions.rounds import change_round, prepare_round, write_guidance
from progress.default_scale import GUIDANCE, NAME
from progress.enums import EvaluationField, RoundState
from progress.models import Evaluation, Extension, Guidance, MeasureEvaluation, Round, Scale
from progress.views import rounds as views
from tests.plan.reading import inputs_of, links, main_of
from tests.programs.factories import ProgramFactory
from tests.progress.factories import RoundFactory, action_of, entry, opened
from tests.progress.pages import messages_of

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]


def prepared(**fields: object) -> dict[str, object]:
    return {
        "program": ProgramFactory.create().pk,
        "year": "平成28年度",
        "opens_on": "2017-04-17",
        "deadline": "2017-05-31",
        "scale": "",
        "slug": "",
    } | fields


def test_a_round_is_prepared_with_the_year_as_its_address(client_of: ClientOf, ict_staff: User) -> None:
    data = prepared()
    response = client_of(ict_staff).post("/desk/rounds/", data, follow=True)
    (round_,) = Round.objects.all()
    assert (round_.slug, round_.year, round_.state, round_.opens_on, round_.deadline, round_.scale.name) == (
        "2016",
        2016,
        RoundState.PLANNED,
        datetime.date(2017, 4, 17),
        datetime.date(2017, 5, 31),
        NAME,
    )
    assert response.redirect_chain == [("/desk/rounds/2016/open/", 302)]
    assert messages_of(response) == [
        "『平成28(2016)年度の評価』を準備しました。内容を確かめてから、照会を始めてください。"
    ]
    assert round_.history.get().history_user == ict_staff


@pytest.mark.parametrize(
    ("years_with_rounds", "proposed"),
    [
        ({}, ("now", 2016)),
        ({"before": [2015]}, ("before", 2014)),
        ({"before": [2014, 2015]}, ("now", 2016)),
        ({"before": [2015], "now": [2016]}, ("now", 2017)),
        ({"now": [2017]}, ("now", 2016)),
        ({"now": [2016, 2017]}, None),
    ],
)
def test_the_next_year_without_a_round_is_proposed(
    client_of: ClientOf,
    ict_staff: User,
    years_with_rounds: dict[str, list[int]],
    proposed: tuple[str, int] | None,
) -> None:
    programs = {
        name: ProgramFactory.create(slug=name, start_year=start, end_year=start + 1)
        for name, start in (("before", 2014), ("now", 2016))
    }
    ProgramFactory.create(start_year=2018, end_year=2019, is_published=False)
    for name, years in years_with_rounds.items():
        for year in years:
            RoundFactory.create(program=programs[name], year=year, slug=f"{name}-{year}")
    form = client_of(ict_staff).get("/desk/rounds/").context["form"]
    shown = (form["program"].value(), form["year"].value())
    assert shown == ((programs[proposed[0]].pk, proposed[1]) if proposed else (None, None))


def test_a_second_programme_of_the_year_gets_an_address_of_its_own(client_of: ClientOf, ict_staff: User) -> None:
    RoundFactory.create(slug="2016")
    program = ProgramFactory.create(slug="other")
    client_of(ict_staff).post("/desk/rounds/", prepared(program=program.pk, scale=Scale.objects.get().pk))
    assert Round.objects.get(program=program).slug == "2016-other"


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        (
            "deadline",
            "2017-06-03",
            "2017年6月3日（土）は閉庁日です。次の開庁日の2017年6月5日（月）か、ほかの開庁日を入力してください。",
        ),
        (
            "deadline",
            "2017-04-14",
            "2017年4月14日（金）は、照会の開始日の2017年4月17日（月）より前です。開始日以後の開庁日を入力してください。",
        ),
        ("deadline", "", "提出期限を入力してください（例：2017年5月31日）。"),
        (
            "deadline",
            "五月末",
            "『五月末』は日付として読めません。「2017/4/1」「平成29年4月1日」「H29.4.1」のように入力してください。",
        ),
        (
            "year",
            "昨年",
            "『昨年』は年度として読めません。「平成28年度」「令和2年度」「2016」のように入力してください。",
        ),
        ("year", "2030", "『2030』は試験プログラムの期間（2016〜2017）の外です。"),
        ("slug", "二千十六", "半角の英小文字、数字、ハイフンで入力してください（例：2016）。"),
        ("program", "", "プログラムを選んでください。"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(
    client_of: ClientOf, ict_staff: User, field: str, typed: str, message: str
) -> None:
    data = prepared(program=ProgramFactory.create(title="試験プログラム").pk) | {field: typed}
    response = client_of(ict_staff).post("/desk/rounds/", data)
    assert (response.context["form"].errors[field], Round.objects.count()) == ([message], 0)


def test_the_same_year_of_a_programme_is_there_once(client_of: ClientOf, ict_staff: User) -> None:
    round_ = RoundFactory.create()
    data = prepared(program=round_.program_id, scale=round_.scale_id)
    response = client_of(ict_staff).post("/desk/rounds/", data)
    assert response.context["form"].non_field_errors() == ["このプログラムには同じ年度の照会がすでにあります。"]


def test_two_clicks_at_once_prepare_one_round(ict_staff: User) -> None:
    """Both forms were read before either was stored: who comes second is told, in the words of the form."""
    program = ProgramFactory.create()
    first, second = (RoundFactory.build(program=program, scale=None, slug="2016") for _ in range(2))
    prepare_round(round=first, by=ict_staff)
    with pytest.raises(ValidationError) as told:
        prepare_round(round=second, by=ict_staff)
    assert (told.value.messages, Round.objects.count()) == (
        ["このプログラムには同じ年度の照会がすでにあります。"],
        1,
    )


def test_an_address_that_was_taken_meanwhile_is_told(
    client_of: ClientOf, ict_staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other click is done between the reading of this form and its saving."""
    round_ = RoundFactory.create(slug="2016")
    asked = ProgramFactory.create()

    def overtaken(**values: Any) -> Any:
        RoundFactory.create(slug="2017", program=asked, year=2017)
        return change_round(**values)

    monkeypatch.setattr(views, "change_round", overtaken)
    data = {"program": round_.program_id, "year": "2016", "opens_on": "2017-04-17", "deadline": "2017-05-31"}
    data |= {"scale": round_.scale_id, "slug": "2017"}
    response = client_of(ict_staff).post("/desk/rounds/2016/edit/", data)
    assert list(response.context["form"].errors) == ["slug"]
    assert Round.objects.get(pk=round_.pk).slug == "2016"


def test_the_list_says_where_each_round_is(client_of: ClientOf, ict_staff: User, division: Department) -> None:
    opened(division, actions=2, by=ict_staff, slug="2016")
    RoundFactory.create(year=2017, slug="2017")
    page = client_of(ict_staff).get("/desk/rounds/").content.decode()
    assert [page.index(each) for each in ("平成29(2017)年度の評価", "平成28(2016)年度の評価")] == sorted(
        page.index(each) for each in ("平成29(2017)年度の評価", "平成28(2016)年度の評価")
    )
    assert '<a href="/desk/rounds/2017/open/">' in page
    assert '<a href="/desk/rounds/2016/">' in page
    assert "確認済み <strong>0</strong> / 2件" in page


# ── Settings ──────────────────────────────────────────────────────────────────


def test_everything_of_a_round_in_preparation_may_change(client_of: ClientOf, ict_staff: User) -> None:
    round_ = RoundFactory.create(slug="2016")
    data = {
        "program": round_.program_id,
        "year": "2017",
        "opens_on": "2018-04-16",
        "deadline": "2018-05-31",
        "scale": round_.scale_id,
        "slug": "",
    }
    response = client_of(ict_staff).post("/desk/rounds/2016/edit/", data)
    stored = Round.objects.get()
    assert (stored.year, stored.slug, stored.deadline, response.headers["Location"]) == (
        2017,
        "2017",
        datetime.date(2018, 5, 31),
        "/desk/rounds/2017/open/",
    )


def test_of_an_open_round_only_the_deadline_changes_and_overtaken_extensions_go(
    client_of: ClientOf, ict_staff: User, division: Department
) -> None:
    round_ = opened(division, by=ict_staff, slug="2016")
    Extension.objects.create(round=round_, department=division, deadline=datetime.date(2017, 6, 7), reason="災害対応")
    data = {"deadline": "2017-06-07", "year": "2017", "slug": "other"}
    response = client_of(ict_staff).post("/desk/rounds/2016/edit/", data, follow=True)
    stored = Round.objects.get()
    assert (stored.deadline, stored.year, stored.slug) == (datetime.date(2017, 6, 7), 2016, "2016")
    assert Extension.objects.count() == 0
    assert messages_of(response) == [
        "『平成28(2016)年度の評価』の設定を保存しました。",
        "試験福祉課の延長は、新しい期限より前になったため取り消しました。",
    ]


def test_an_open_round_does_not_end_before_it_began(client_of: ClientOf, ict_staff: User, division: Department) -> None:
    opened(division, by=ict_staff, slug="2016")
    response = client_of(ict_staff).post("/desk/rounds/2016/edit/", {"deadline": "2017-04-14"})
    assert response.context["form"].non_field_errors() == ["提出期限は照会の開始日以後の日にしてください。"]
    assert Round.objects.get().deadline == datetime.date(2017, 5, 31)


def test_a_stale_tab_takes_back_nothing_that_others_have_set(client_of: ClientOf, ict_staff: User) -> None:
    round_ = RoundFactory.create(slug="2016")
    client = client_of(ict_staff)
    page = main_of(client.get("/desk/rounds/2016/edit/"))
    typed = {name: value for name, value in inputs_of(page) if name != "csrfmiddlewaretoken"}
    typed |= {"program": str(round_.program_id), "scale": str(round_.scale_id)}
    change_round(round=round_, values={"deadline": datetime.date(2017, 6, 7)}, by=ict_staff)
    client.post("/desk/rounds/2016/edit/", typed | {"opens_on": "2017-04-18"})
    stored = Round.objects.get()
    assert (stored.opens_on, stored.deadline) == (datetime.date(2017, 4, 18), datetime.date(2017, 6, 7))


# ── 記入要領 ──────────────────────────────────────────────────────────────────


def test_guidance_begins_with_the_defaults_and_is_kept_for_the_opening(
    client_of: ClientOf, ict_staff: User, division: Department
) -> None:
    round_ = RoundFactory.create(slug="2016")
    action_of(round_.program, division)
    client = client_of(ict_staff)
    form = client.get("/desk/rounds/2016/guidance/").context["form"]
    assert form.initial == {field.value: text for field, text in GUIDANCE.items()}
    texts = form.initial | {"results": "時期を必ず書きます。\r\n数量も書きます。", "problems": ""}
    response = client.post("/desk/rounds/2016/guidance/", texts, follow=True)
    assert messages_of(response) == ["記入要領を16項目、保存しました。"]
    client.post("/desk/rounds/2016/open/start/")
    stored = dict(Guidance.objects.values_list("field", "text"))
    assert (stored["results"], stored["problems"], stored["grade"], len(stored)) == (
        "時期を必ず書きます。\n数量も書きます。",
        "",
        GUIDANCE[EvaluationField.GRADE],
        16,
    )


def test_guidance_that_was_not_sent_stays(client_of: ClientOf, ict_staff: User) -> None:
    round_ = RoundFactory.create(slug="2016")
    write_guidance(round=round_, texts={EvaluationField.RESULTS: "時期を書きます。"}, by=ict_staff)
    response = client_of(ict_staff).post(
        "/desk/rounds/2016/guidance/", {"problems": "なければ「特になし」"}, follow=True
    )
    assert messages_of(response) == ["記入要領を1項目、保存しました。"]
    assert dict(Guidance.objects.values_list("field", "text")) == {
        "results": "時期を書きます。",
        "problems": "なければ「特になし」",
    }


def test_two_people_write_guidance(client_of: ClientOf, ict_staff: User) -> None:
    """What only the other has changed stays; what both have changed is shown, and saved by who has seen it."""
    round_ = RoundFactory.create(slug="2016")
    first = {EvaluationField.RESULTS: "実績一", EvaluationField.PROBLEMS: "課題一"}
    write_guidance(round=round_, texts=first, by=ict_staff)
    client, address = client_of(ict_staff), "/desk/rounds/2016/guidance/"
    read = {"initial-results": "実績一", "initial-problems": "課題一"}
    write_guidance(
        round=round_, texts={EvaluationField.RESULTS: "実績二", EvaluationField.PROBLEMS: "課題二"}, by=ict_staff
    )
    answer = client.post(address, read | {"results": "実績一", "problems": "課題三"})
    assert answer.context["form"].errors == {
        "problems": [
            "あなたが開いた後に、ほかの人が変えました。このまま保存すると、あなたの入力に置き換わります。"
            "今の内容：『課題二』"
        ]
    }
    again = {name: value for name, value in inputs_of(main_of(answer)) if name.startswith("initial-")}
    response = client.post(address, again | {"results": "実績一", "problems": "課題三"}, follow=True)
    assert messages_of(response) == ["記入要領を1項目、保存しました。"]
    assert dict(Guidance.objects.values_list("field", "text")) == {"results": "実績二", "problems": "課題三"}


# ── Opening ───────────────────────────────────────────────────────────────────


def test_the_page_says_what_opening_does(client_of: ClientOf, ict_staff: User, division: Department) -> None:
    round_ = RoundFactory.create(slug="2016")
    action_of(round_.program, division)
    action_of(round_.program, division).years.all().delete()
    response = client_of(ict_staff).get("/desk/rounds/2016/open/")
    preview = response.context["preview"]
    assert (preview.actions, preview.departments, preview.unplanned.total) == (2, 1, 1)
    assert response.context["problems"].total == 0


def test_opening_makes_the_evaluations_once(client_of: ClientOf, ict_staff: User, division: Department) -> None:
    round_ = RoundFactory.create(slug="2016")
    action_of(round_.program, division)
    client = client_of(ict_staff)
    first = client.post("/desk/rounds/2016/open/start/", follow=True)
    second = client.post("/desk/rounds/2016/open/start/", follow=True)
    stored = Round.objects.get()
    assert (stored.state, stored.opened_by, Evaluation.objects.count()) == (RoundState.OPEN, ict_staff, 1)
    assert messages_of(first) == [
        "『平成28(2016)年度の評価』の照会を始めました。所管課の担当者の机に、調書が並びました。"
    ]
    assert messages_of(second) == ["『平成28(2016)年度の評価』の照会は、すでに始まっています。"]


def test_what_keeps_it_from_being_opened_is_listed(client_of: ClientOf, ict_staff: User, division: Department) -> None:
    round_ = RoundFactory.create(slug="2016")
    action = action_of(round_.program, division, code="1-1-900", title="所管のない取組")
    action.owners.all().delete()
    client = client_of(ict_staff)
    problem = (
        f"取組『1-1-900 所管のない取組』には、{date_label(timezone.localdate())}に有効な主管課がありません。"
        "その日にある課を、所管課に登録してください。"
    )
    address = f"/admin/programs/action/{action.pk}/change/#owners-group"
    page = client.get("/desk/rounds/2016/open/")
    assert [str(each) for each in page.context["problems"].shown] == [problem]
    assert address in links(main_of(page))
    assert 'id="owners-group"' in main_of(client.get(address))
    response = client.post("/desk/rounds/2016/open/start/")
    assert response.context["outcome"].problems == ((problem, address),)
    assert address in links(main_of(response))
    assert (Round.objects.get().state, Evaluation.objects.count()) == (RoundState.PLANNED, 0)


def test_a_round_without_actions_leads_to_the_list_in_which_they_are_added(
    client_of: ClientOf, ict_staff: User
) -> None:
    round_ = RoundFactory.create(slug="2016")
    client = client_of(ict_staff)
    page = client.get("/desk/rounds/2016/open/")
    address = f"/admin/programs/action/?program__id__exact={round_.program_id}"
    assert address in links(main_of(page))
    assert client.get(address).status_code == 200


def test_a_round_in_preparation_leads_to_its_opening(client_of: ClientOf, ict_staff: User) -> None:
    RoundFactory.create(slug="2016")
    response = client_of(ict_staff).get("/desk/rounds/2016/")
    assert response.headers["Location"] == "/desk/rounds/2016/open/"


def test_with_many_actions_the_answer_is_a_page_that_grows(
    client_of: ClientOf, ict_staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without looking into it: what it does stands in test_long_work."""
    monkeypatch.setattr(long_work, "DIRECTLY_BELOW", 0)
    RoundFactory.create(slug="2016")
    response = client_of(ict_staff).post("/desk/rounds/2016/open/start/")
    assert (response.status_code, response.streaming, response.headers["X-Accel-Buffering"]) == (200, True, "no")


def test_the_list_tells_that_a_set_publication_will_fail_as_things_stand(
    client_of: ClientOf, division: Department, ict_staff: User
) -> None:
    client, asked = client_of(ict_staff), []
    client.get("/desk/rounds/")  # the session is written once
    for count in (1, 3):
        while Round.objects.count() < count:
            round_ = opened(division, actions=2, by=ict_staff)
            round_.publish_at, round_.published_by = timezone.now() + datetime.timedelta(hours=1), ict_staff
            round_.save()
            rated = round_.measure_evaluations.all()[0]
            MeasureEvaluation.objects.filter(pk=rated.pk).update(rating=entry(round_, "A"), reason="\u3000\n")
        with CaptureQueriesContext(connection) as captured:
            page = main_of(client.get("/desk/rounds/"))
        asked.append(len(captured))
        assert page.count("未確認の調書が2件あり、このままでは予定の日時に公表できません。") == count
        assert page.count("評価の理由がない施策評価が1件あり、このままでは予定の日時に公表できません。") == count
    assert (asked[0] == asked[1], asked[1] <= 12) == (True, True)
    Evaluation.objects.update(exception_reason="遅れています。")
    assert main_of(client.get("/desk/rounds/")).count("このままでは") == 3
    MeasureEvaluation.objects.update(reason="順調なため")
    assert "このままでは" not in main_of(client.get("/desk/rounds/"))
