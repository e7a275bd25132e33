"""組織改編 in the admin: what is typed, what is refused in which words, and that nothing typed is lost."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Department, User
from progress.forms.reorganisation import likely_day
from tests.factories import DepartmentFactory
from tests.progress.reorganisation_pages import URL, begun, confirmed, following, renamed, reviewed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_may_2017() -> Iterator[None]:
    with time_machine.travel(datetime.datetime(2017, 5, 8, 1, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(ict_staff)


# ── What is typed ─────────────────────────────────────────────────────────────


def test_the_first_page_offers_what_is_in_force(staff: Client, division: Department) -> None:
    ended = DepartmentFactory.create(abolished=True, bureau=division.bureau)
    form = staff.get(f"{URL}?department={division.pk}").context["form"]
    options = [(one.department, one.is_chosen) for _, divisions in form.groups for one in divisions]
    assert (division, True) in options
    assert ended not in [department for department, _ in options]
    assert form["day"].value() == "2017年5月8日"


@pytest.mark.parametrize(
    ("today", "day"),
    [
        ("2017-01-04", "2017-04-01"),
        ("2017-03-31", "2017-04-01"),
        ("2017-04-01", "2017-04-01"),
        ("2017-04-02", "2017-04-02"),
        ("2017-12-28", "2017-12-28"),
    ],
)
def test_the_day_that_is_proposed(today: str, day: str) -> None:
    assert likely_day(datetime.date.fromisoformat(today)) == datetime.date.fromisoformat(day)


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        (
            {"start-day": "来春"},
            "day",
            "『来春』は日付として読めません。「2017/4/1」「平成29年4月1日」「H29.4.1」のように入力してください。",
        ),
        ({"start-day": ""}, "day", "改編の日を入力してください（例：2017年4月1日）。"),
        ({"start-departments": []}, "departments", "改編する組織を選んでください。"),
        ({"start-kind": ""}, "kind", "改編の種類を選んでください。"),
    ],
)
def test_mistakes_of_the_first_page(
    staff: Client, division: Department, change: dict[str, Any], field: str, message: str
) -> None:
    page = reviewed(staff, renamed(division) | change)
    assert (page.context["at"], page.context["form"].errors[field]) == (1, [message])
    assert 'name="to-name-0" value="新しい課"' in page.content.decode()


def test_one_is_renamed_or_split_and_levels_are_not_mixed(staff: Client, division: Department) -> None:
    other = DepartmentFactory.create()
    bureau = division.bureau
    assert bureau is not None
    for chosen, kind, message in (
        ([division, other], "rename", f"『{division}』『{other}』の2つが選ばれています。一つだけ選んでください。"),
        ([division, bureau], "merge", "局と課を一度に改編することはできません。分けて操作してください。"),
        ([bureau], "split", "局の分割は、課ごとに所属する局を変えて行ってください。"),
    ):
        chosen.sort(key=lambda one: one.code)
        if kind == "rename":
            message = f"『{chosen[0]}』『{chosen[1]}』の2つが選ばれています。一つだけ選んでください。"
        page = staff.post(URL, {**begun(kind, *chosen), "go": "successors"})
        assert page.context["form"].errors["departments"] == [message]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"to-name-0": ""}, "name-0", "引き継ぐ組織の名称を入力してください。"),
        ({"to-code-0": ""}, "code-0", "引き継ぐ組織の組織コードを入力してください。"),
        ({"to-bureau-0": ""}, "bureau-0", "課が所属する局を選んでください。"),
        (
            {"to-name-0": "試験福祉課"},
            "name-0",
            "今の組織と変わったところがありません。新しい名称か所属する局を入力してください。",
        ),
    ],
)
def test_mistakes_of_the_second_page(
    staff: Client, division: Department, change: dict[str, str], field: str, message: str
) -> None:
    page = reviewed(staff, renamed(division) | change)
    assert (page.context["at"], page.context["form"].errors[field]) == (2, [message])
    html = page.content.decode()
    assert f'href="#id_to-{field}"' in html
    assert f'name="start-departments" value="{division.pk}"' in html


def test_a_split_needs_two_and_one_that_is_there_has_a_name_already(staff: Client, division: Department) -> None:
    other = DepartmentFactory.create()
    alone = reviewed(staff, begun("split", division) | following(0, division, "一課", "S1"))
    assert alone.context["form"].errors["name-1"] == ["分割では、引き継ぐ組織を二つ以上入力してください。"]
    nameless = reviewed(
        staff, begun("split", division) | following(0, division, "一課", "S1") | following(1, division, "", "S2")
    )
    assert nameless.context["form"].errors["name-1"] == ["引き継ぐ組織2の名称を入力してください。"]
    both = reviewed(staff, begun("merge", division) | following(0, division, "甲") | {"to-existing-0": other.pk})
    assert both.context["form"].errors["existing-0"] == [
        "すでにある組織を選んだときは、組織コードと名称は空欄にしてください。"
    ]


def test_a_reason_is_needed_and_what_was_typed_stays(staff: Client, division: Department) -> None:
    page = confirmed(staff, renamed(division), reason=" ")
    assert page.context["form"].errors["reason"] == [
        "改編の理由を入力してください（例：平成29年4月1日付けの組織改正による）。"
    ]
    assert 'name="to-name-0" value="新しい課"' in page.content.decode()
    division.refresh_from_db()
    assert division.valid_to is None


def test_going_back_shows_what_was_typed(staff: Client, division: Department) -> None:
    last = {"last-reason": "書きかけの理由"}
    page = staff.post(URL, {**renamed(division), **last, "go": "start"})
    assert (page.context["at"], page.context["form"]["day"].value()) == (1, "2017-05-01")
    assert ("last-reason", "書きかけの理由") in page.context["carried"]
    page = staff.post(URL, {**renamed(division), **last, "go": "successors"})
    assert page.context["form"]["name-0"].value() == "新しい課"
    assert page.context["show_errors"] is False


def test_what_stands_in_the_way_is_listed_without_a_button(staff: Client, division: Department) -> None:
    early = renamed(division) | {"start-day": "2016-04-01"}
    page = reviewed(staff, early)
    assert page.context["problems"] == ["『試験福祉課』の設置日は改編の日より後です。改編の日を確かめてください。"]
    assert "この内容で組織改編を行う" not in page.content.decode()
    confirmed(staff, early)
    division.refresh_from_db()
    assert division.valid_to is None


def test_a_code_that_is_in_use_is_refused_where_it_was_typed(staff: Client, division: Department) -> None:
    other = DepartmentFactory.create()
    taken = f"組織コード『{other.code}』は、ほかの組織が使っています。別のコードを入力してください。"
    page = staff.post(URL, {**renamed(division), "to-code-0": other.code, "go": "review"})
    assert (page.context["at"], page.context["form"].errors) == (2, {"code-0": [taken]})
    assert 'href="#id_to-code-0"' in page.content.decode()
    # The second place is left empty: what is said stands at the field it is about.
    split = begun("split", division) | following(0, division, "一課") | following(2, division, "二課", other.code)
    assert reviewed(staff, split).context["form"].errors == {"code-2": [taken]}
    twice = begun("split", division) | following(0, division, "一課", "S1") | following(1, division, "二課", "S1")
    message = "組織コード『S1』が重なっています。別のコードを入力してください。"
    assert reviewed(staff, twice).context["form"].errors == {"code-0": [message], "code-1": [message]}


@pytest.mark.parametrize("code", ["99/02", "..", "a?b", "%2F", "<b>", "1 2"])
def test_a_code_that_cannot_stand_in_an_address_is_refused(staff: Client, division: Department, code: str) -> None:
    data = begun("rename", division) | following(0, division, "新しい課", code)
    form = reviewed(staff, data).context["form"]
    assert form.errors["code-0"] == [
        "組織コードは、文字、数字、ハイフンだけで入力してください（例：1701）。公開ページのアドレスに使います。"
    ]


def test_a_name_that_nobody_can_see_is_none(staff: Client, division: Department) -> None:
    form = reviewed(staff, begun("rename", division) | following(0, division, "\u200b", "S9")).context["form"]
    assert form.errors["name-0"] == ["引き継ぐ組織の名称を入力してください。"]
