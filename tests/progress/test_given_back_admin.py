"""組織改編 and 「次のプログラムを作成する」 come back in words after the session had ended."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from programs.models import Program
from tests.factories import DepartmentFactory
from tests.programs.factories import ActionFactory, ProgramFactory
from tests.progress.factories import opened
from tests.progress.reorganisation_pages import URL, begun, following
from tests.progress.test_given_back import given_back

pytestmark = pytest.mark.django_db
ClientOf = Callable[[object], Client]


def words_of_rows(response: object) -> dict[str, str]:
    page = unescape(response.content.decode())  # type: ignore[attr-defined]
    return dict(re.findall(r'<input type="hidden" name="(words-of-[\w-]+)" value="([^"]*)">', page))


@pytest.fixture
def split(division: Department) -> dict[str, object]:
    """What the first two pages of a split send."""
    first = following(0, division, "デジタル推進課", "9001")
    third = following(2, division, "行政改革課", "9002")  # the second place was left empty
    return {**begun("split", division, day="2099-04-01"), **first, **third}


def test_a_split_comes_back(
    split: dict[str, object],
    division: Department,
    liaison: User,
    administrator: User,
    client: Client,
    client_of: ClientOf,
) -> None:
    (evaluation,) = opened(division).evaluations.all()
    page = client_of(administrator).post(URL, {**split, "go": "shares"})
    words = words_of_rows(page)
    shares = {name.removeprefix("words-of-"): "1" for name in words}
    (action,) = (name for name in shares if name.startswith("share-action"))
    sent = {**split, **words, **shares, action: "0", "share-action-others": "1", "share-shown": "1", "go": "review"}
    with CaptureQueriesContext(connection) as queries:
        given = dict(given_back(client.post(URL, sent)))
    people = [words[f"words-of-{name}"] for name in shares if name.startswith("share-person")]
    assert len(people) >= 1
    bureau = {"引き継ぐ組織1の所属する局": str(division.bureau), "引き継ぐ組織3の所属する局": str(division.bureau)}
    assert given == {
        "改編の種類": "分割する",
        "改編の日": "2099-04-01",
        "改編する組織": division.name,
        "引き継ぐ組織1の組織コード": "9001",
        "引き継ぐ組織1の名称": "デジタル推進課",
        "引き継ぐ組織3の組織コード": "9002",
        "引き継ぐ組織3の名称": "行政改革課",
        **(bureau if division.bureau else {}),
        "取組を引き継ぐ組織": f"{words[f'words-of-{action}']} → デジタル推進課",
        "利用者を引き継ぐ組織": "\n".join(f"{person} → 行政改革課" for person in people),
        "下で選ばない取組を引き継ぐ組織": "行政改革課",
    }
    assert str(evaluation.action) in given["取組を引き継ぐ組織"]
    assert len(queries) <= 1


def test_the_names_of_what_goes_where_are_carried_to_the_next_page_once(
    split: dict[str, object], division: Department, administrator: User, client_of: ClientOf
) -> None:
    opened(division)
    client = client_of(administrator)
    words = words_of_rows(client.post(URL, {**split, "go": "shares"}))
    chosen = {**split, **words, **{name.removeprefix("words-of-"): "0" for name in words}, "share-shown": "1"}
    assert words_of_rows(client.post(URL, {**chosen, "go": "review"})) == words
    back = client.post(URL, {**chosen, "go": "shares"}).content.decode()
    assert [back.count(f'name="{name}"') for name in words] == [1] * len(words)


def test_keys_of_others_tell_nothing_in_a_split(
    split: dict[str, object], division: Department, liaison: User, client: Client
) -> None:
    (evaluation,) = opened(division).evaluations.all()
    sent = {
        f"share-action-{evaluation.action_id}": "1",
        f"share-person-{liaison.pk}": "7",
        "share-person-codes-1": "100",
    }
    assert given_back(client.post(URL, sent)) == [
        ("取組を引き継ぐ組織", f"取組（番号{evaluation.action_id}） → 引き継ぐ組織（番号1）"),
        ("利用者を引き継ぐ組織", f"利用者（番号{liaison.pk}） → 引き継ぐ組織（番号7）"),
        ("『引き継ぐ組織（番号1）』が引き継ぐ利用者の職員番号", "100"),
    ]


def test_the_organisation_that_takes_over_comes_back_by_name(client: Client) -> None:
    present = DepartmentFactory.create(name="先にある課")
    sent = {
        "to-existing-0": str(present.pk),
        "share-action-others": "0",
        "last-reason": "組織改正",
        "last-fingerprint": "x",
    }
    assert given_back(client.post(URL, sent)) == [
        ("引き継ぐ組織1のすでにある組織", "先にある課"),
        ("下で選ばない取組を引き継ぐ組織", "先にある課"),
        ("改編の理由", "組織改正"),
    ]


@pytest.fixture
def program() -> Program:
    return ProgramFactory.create()


def test_the_codes_of_the_next_programme_come_back(
    program: Program, client: Client, client_of: ClientOf, ict_staff: User
) -> None:
    first, second = (ActionFactory.create(program=program, code=code) for code in ("1-1-001", "1-1-002"))
    address = f"/admin/programs/program/{program.pk}/next/"
    words = words_of_rows(client_of(ict_staff).get(address))
    codes = {f"code-{first.pk}": "1-1-001", f"code-{second.pk}": "1-1-010、1-1-011"}
    sent = {"slug": "2018", "title": "次の題名", "end_year": "2019", **words, **codes, "go": "check"}
    assert given_back(client.post(address, sent)) == [
        ("アドレス", "2018"),
        ("題名", "次の題名"),
        ("終了年度", "2019"),
        ("次の取組コード", f"{first} → 1-1-001\n{second} → 1-1-010、1-1-011"),
    ]
    assert given_back(client.post(address, {f"code-{first.pk}": "1-1-001", "go": "check"})) == [
        ("次の取組コード", f"取組（番号{first.pk}） → 1-1-001")
    ]
    assert given_back(client.post(address, {"lines": "1-1-001 = 1-1-003", "go": "confirm"})) == [
        ("次の取組コード", "1-1-001 = 1-1-003")
    ]
