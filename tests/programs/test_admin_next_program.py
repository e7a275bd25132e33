"""「次のプログラムを作成する」 in the admin: asked on one page, looked at on the next, done once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, User
from plan.models import Plan
from programs.admin import next_program, next_program_forms
from programs.errors import CannotSucceed
from programs.models import Action, Program
from programs.queries import leaving
from tests.factories import DepartmentFactory
from tests.html_validity import validate
from tests.plan.admin_forms import admin_url
from tests.programs.factories import ActionFactory, ProgramFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(ict_staff)


@pytest.fixture
def program(db: None) -> Program:
    """Five actions, the last of which ends early."""
    program = ProgramFactory.create(title="今のプログラム")
    for number in range(1, 6):
        ActionFactory.create(
            program=program,
            code=f"1-1-00{number}",
            title=f"取組{number}",
            owner=DepartmentFactory.create(),
            end_year=2016 if number == 5 else None,
        )
    return program


def url_of(program: Program) -> str:
    return reverse("admin:programs_program_next", args=[program.pk])


def typed(page: Any, **codes: str) -> dict[str, str]:
    """What the first page would send, with some codes (by the last figure of the action's code) typed over."""
    values = {field.html_name: field.value() for field in page.context["form"]}
    for row in page.context["codes"].rows:
        values[row.name] = codes.get(f"a{row.action.code[-1]}", row.typed)
    return values


def carried(page: Any) -> dict[str, str]:
    """What the second page would send."""
    values = {field.html_name: str(field.value()) for field in page.context["form"]}
    return values | {"lines": page.context["codes"].lines}


def lineage(program: Program) -> list[tuple[str, str, str]]:
    return [
        (action.code, row.predecessor.code, row.kind)
        for action in program.actions.order_by("code")
        for row in action.lineages.order_by("predecessor__code")
    ]


def test_the_form_proposes_what_goes_on(staff: Client, program: Program) -> None:
    page = staff.get(url_of(program))
    assert typed(page) == {
        "slug": "2018",
        "title": None,
        "end_year": "2019",
        "plan": program.plan_id,
        **{f"code-{action.pk}": action.code for action in program.actions.filter(end_year=None)},
        f"code-{program.actions.get(end_year=2016).pk}": "",
    }
    form = staff.get(admin_url(program, "change")).content.decode()
    assert f'href="{url_of(program)}"' in form


def test_what_ends_with_the_programme_is_marked_and_not_proposed(staff: Client, program: Program) -> None:
    program.actions.filter(code="1-1-001").update(end_year=program.end_year)
    page = staff.get(url_of(program))
    values = typed(page)
    assert [values[f"code-{program.actions.get(code=code).pk}"] for code in ("1-1-001", "1-1-002")] == ["", "1-1-002"]
    assert page.content.decode().count("<strong>終わる取組</strong>") == 2
    data = typed(page, a1="1-1-001") | {"title": "次のプログラム", "go": "check"}
    check = staff.post(url_of(program), data)
    assert [actions for actions, _ in check.context["outcome"].resumed.shown] == [
        (program.actions.get(code="1-1-001"),)
    ]
    assert "終わる取組なのに引き継ぐ（上の内訳に含みます）：1件" in check.content.decode()


def test_what_becomes_of_each_action_is_shown_before_it_is_done(staff: Client, program: Program) -> None:
    data = typed(staff.get(url_of(program)), a2="1-1-010、1-1-011", a3="1-1-020", a4="１－１－０２０")
    page = staff.post(url_of(program), data | {"title": "次のプログラム", "go": "check"})
    outcome = page.context["outcome"]
    first, second, third, fourth, fifth = program.actions.order_by("code")
    assert (outcome.total, outcome.continued.shown, outcome.ended.shown) == (4, [first], [fifth])
    assert outcome.split.shown == [((second,), ["1-1-010", "1-1-011"])]
    assert outcome.merged.shown == [((third, fourth), ["1-1-020"])]
    assert (Program.objects.count(), page.context["problems"]) == (1, [])
    html = page.content.decode()
    assert "1-1-002 取組2 → 1-1-010、1-1-011" in html
    assert "1-1-003 取組3、1-1-004 取組4 → 1-1-020" in html


def test_it_is_made_with_lineage_and_goes_on_record(staff: Client, program: Program, ict_staff: User) -> None:
    data = typed(staff.get(url_of(program)), a2="1-1-010、1-1-011", a3="1-1-020", a4="1-1-020", a1="1-1-009")
    page = staff.post(url_of(program), data | {"title": "次のプログラム", "go": "check"})
    assert [part.total for part in (page.context["outcome"].renamed, page.context["outcome"].continued)] == [1, 0]
    response = staff.post(url_of(program), carried(page) | {"go": "confirm"}, follow=True)
    following = Program.objects.get(slug="2018")
    assert lineage(following) == [
        ("1-1-009", "1-1-001", "continued"),
        ("1-1-010", "1-1-002", "split"),
        ("1-1-011", "1-1-002", "split"),
        ("1-1-020", "1-1-003", "merged"),
        ("1-1-020", "1-1-004", "merged"),
    ]
    assert response.redirect_chain == [(admin_url(following, "change"), 302)]
    assert [str(message) for message in response.context["messages"]] == [
        "『次のプログラム』を作成しました。取組は4件です。まだ公開していません。"
        "年度別計画と目標を入力し、内容を確かめてから「公開」に印を付けてください。"
        "はじめの年度の計画には、評価年度（照会）の「次年度の計画」から、確認した調書の案を反映できます。"
    ]
    entry = AuditEntry.objects.latest("number")
    assert (entry.kind, entry.person, entry.about) == ("changed", ict_staff, "プログラム「次のプログラム」")
    assert entry.facts["内容"] == "『今のプログラム』から引き継いで作成した。"


def test_pressing_twice_makes_one(staff: Client, program: Program) -> None:
    page = staff.post(url_of(program), typed(staff.get(url_of(program))) | {"title": "次", "go": "check"})
    data = carried(page) | {"go": "confirm"}
    staff.post(url_of(program), data)
    response = staff.post(url_of(program), data, follow=True)
    assert [str(message) for message in response.context["messages"]][1:] == ["『次』は、すでに作成されています。"]
    assert Program.objects.count() == 2
    assert "すでにあります" in staff.get(url_of(program)).content.decode()


def test_going_back_keeps_everything(staff: Client, program: Program) -> None:
    data = typed(staff.get(url_of(program)), a2="1-1-010、1-1-011") | {"title": "次", "end_year": "平成32年度"}
    page = staff.post(url_of(program), data | {"go": "check"})
    assert page.context["values"]["end_year"] == 2020
    back = staff.post(url_of(program), carried(page) | {"go": "back"})
    assert back.context["show_errors"] is False
    assert typed(back) == {name: str(value) for name, value in data.items()}


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        ({"title": ""}, ["次のプログラムの題名を入力してください。"]),
        ({"slug": "次 期"}, ["半角の英小文字、数字、ハイフンで入力してください。"]),
        (
            {"end_year": "来年"},
            [
                "『来年』は年度として読めません。「平成28年度」「令和2年度」「2016」のように入力してください。",
            ],
        ),
        ({"plan": "999"}, ["正しく選択してください。選択したものは候補にありません。"]),
    ],
)
def test_bad_values_are_said_at_their_field(
    staff: Client, program: Program, change: dict[str, str], messages: list[str]
) -> None:
    data = typed(staff.get(url_of(program)), a2="1-1-010") | {"title": "次", **change}
    page = staff.post(url_of(program), data | {"go": "check"})
    (field,) = change
    assert list(page.context["form"].errors[field]) == messages
    assert typed(page) == {name: str(value) for name, value in data.items()}
    assert f'href="#id_{field}"' in page.content.decode()


@pytest.mark.parametrize("code", ["1-1-0@1", "1--1", "9" * 21])
def test_a_bad_code_is_named_with_its_action(staff: Client, program: Program, code: str) -> None:
    data = typed(staff.get(url_of(program)), a2=f"1-1-010、{code}") | {"title": "次", "go": "check"}
    page = staff.post(url_of(program), data)
    action = program.actions.get(code="1-1-002")
    assert [row.problem for row in page.context["codes"].rows if row.problem] == [
        f"取組『{action}』の次の取組コード：『{code}』は使えません。英数字をハイフンでつないで20字までで入力してください"
        "（例：1-1-003）。引き継がないときは空欄にします。"
    ]
    html = page.content.decode()
    assert f'value="1-1-010、{code}"' in html
    assert f'href="#id_code-{action.pk}"' in html


def test_what_stands_in_the_way_is_shown_with_no_button(staff: Client, program: Program) -> None:
    other = Plan.objects.create(slug="2021", title="次期プラン", goal="目標", start_year=2021, end_year=2025)
    ProgramFactory.create(slug="2018")
    data = typed(staff.get(url_of(program)), a2="", a3="", a4="") | {"title": "次", "plan": other.pk, "go": "check"}
    page = staff.post(url_of(program), data | {"end_year": "2017"})
    action = program.actions.get(code="1-1-001")
    assert page.context["problems"] == [
        "アドレス『2018』は、すでに使われています。別のアドレスを入力してください。",
        "終了年度『2017』は、2018以後にしてください。",
        f"取組『{action}』の基本方向1-1-1は、次のプランにありません。"
        "次のプランの基本方向を登録するか、引き継がないことにしてください。",
    ]
    assert "この内容で作成する" not in page.content.decode()
    staff.post(url_of(program), carried(page) | {"go": "confirm"})
    assert not Program.objects.filter(title="次").exists()


def test_an_action_that_somebody_added_meanwhile_is_asked_about(staff: Client, program: Program) -> None:
    page = staff.post(url_of(program), typed(staff.get(url_of(program))) | {"title": "次", "go": "check"})
    added = ActionFactory.create(program=program, code="1-1-099", title="間に加わった取組")
    again = staff.post(url_of(program), carried(page) | {"go": "confirm"})
    problems = [row.problem for row in again.context["codes"].rows if row.problem]
    assert len(problems) == 1
    assert problems[0].startswith(f"取組『{added}』の次の取組コードが入力されていません。")
    assert typed(again)[f"code-{added.pk}"] == "1-1-099"
    assert Program.objects.count() == 1


def test_too_many_for_a_table_are_typed_as_lines(
    staff: Client, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (next_program, next_program_forms):
        monkeypatch.setattr(module, "MOST_IN_TABLE", 3)
    page = staff.get(url_of(program))
    data = carried(page)
    assert 'name="lines"' in page.content.decode()
    assert "code-" not in page.content.decode()
    lines = data["lines"].replace("1-1-002 = 1-1-002", "1-1-002 ＝ 1-1-010,1-1-011")
    bad = staff.post(url_of(program), data | {"title": "次", "lines": f"{lines}\nよめない\n9-9 = 1", "go": "check"})
    assert bad.context["codes"].problems == [
        "6行目『よめない』は読めません。「1-1-001 = 1-1-001」の形で入力してください。",
        "取組コード『9-9』の取組は、このプログラムにありません。行を消すか、コードを直してください。",
    ]
    page = staff.post(url_of(program), data | {"title": "次", "lines": lines, "go": "check"})
    staff.post(url_of(program), carried(page) | {"go": "confirm"})
    following = Program.objects.get(slug="2018")
    assert [action.code for action in following.actions.order_by("code")] == [
        "1-1-001",
        "1-1-003",
        "1-1-004",
        "1-1-010",
        "1-1-011",
    ]


def test_only_editors_make_one(
    persona: User, program: Program, client_of: Callable[[User], Client], request: pytest.FixtureRequest
) -> None:
    client, name = client_of(persona), request.node.callspec.params["persona"]
    statuses = [client.get(url_of(program)).status_code, client.post(url_of(program), {"go": "confirm"}).status_code]
    # Who is not logged in gets the typed text back.
    expected = {"ict_staff": [200, 200], "administrator": [403, 403], "citizen": [302, 403]}
    assert statuses == expected.get(name, [302, 302])
    assert Program.objects.count() == 1


def test_of_an_unknown_programme_there_is_none(staff: Client) -> None:
    assert staff.get(reverse("admin:programs_program_next", args=[999])).status_code == 404


def test_the_pages_are_valid_and_ask_as_much_for_many(staff: Client, program: Program) -> None:
    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as first:
            page = staff.get(url_of(program))
        data = typed(page, a2="1-1-010、1-1-011", a3="") | {"title": "<b>次</b>", "go": "check"}
        with CaptureQueriesContext(connection) as second:
            staff.post(url_of(program), data)
        return len(first), len(second)

    queries()
    once = queries()
    for number in range(30):
        ActionFactory.create(program=program, code=f"2-1-{number:03}", title="<script>alert(1)</script>")
    assert (queries(), max(once) <= 12) == (once, True)
    page = staff.get(url_of(program))
    data = typed(page, a1="@") | {"title": "次", "go": "check"}
    pages = {
        "first": page.content.decode(),
        "wrong": staff.post(url_of(program), data).content.decode(),
        "second": staff.post(url_of(program), typed(page) | {"title": "次", "go": "check"}).content.decode(),
    }
    assert [name for name, html in pages.items() if "<script>alert" in html] == []
    assert validate(pages) == []
    assert Action.objects.filter(program=program).count() == 35


def test_the_slower_of_two_presses_is_led_to_what_the_other_made(
    staff: Client, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen that there is none yet; then the other one makes it."""
    page = staff.post(url_of(program), typed(staff.get(url_of(program))) | {"title": "次", "go": "check"})
    start = next_program.NextProgramMixin._start

    def slower(*args: Any) -> Program:
        start(*args)
        raise CannotSucceed(["アドレス『2018』は、すでに使われています。別のアドレスを入力してください。"])

    monkeypatch.setattr(next_program.NextProgramMixin, "_start", slower)
    response = staff.post(url_of(program), carried(page) | {"go": "confirm"}, follow=True)
    assert [str(message) for message in response.context["messages"]] == ["『次』は、すでに作成されています。"]
    assert Program.objects.count() == 2


def test_what_is_about_to_end_is_marked_too(staff: Client, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    about_to_end = program.actions.get(code="1-1-001")
    monkeypatch.setattr(leaving, "_sources", [lambda of: of.actions.filter(code="1-1-001").values("pk")])
    page = staff.get(url_of(program))
    assert typed(page)[f"code-{about_to_end.pk}"] == ""
    assert page.content.decode().count("<strong>終わる取組</strong>") == 2
