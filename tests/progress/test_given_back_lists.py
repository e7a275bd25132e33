"""Rows ticked in a list after the session had ended come back by the names the list gave them."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from progress.enums import Status
from progress.models import Evaluation, Round
from tests.progress.factories import action_of, opened
from tests.progress.test_given_back import given_back

pytestmark = pytest.mark.django_db
ClientOf = Callable[[object], Client]
Brought = Callable[[Status, Evaluation], Evaluation]
PAGE = "/desk/rounds/2016/"
_TICKED = re.compile(r'(?: form="[\w-]+")? name="pk" value="({{ [\w.]+ }})"')


@pytest.fixture
def round_(division: Department, ict_staff: User) -> Round:
    return opened(division, actions=3, by=ict_staff, slug="2016")


def words_of_rows(response: object) -> dict[str, str]:
    page = unescape(response.content.decode())  # type: ignore[attr-defined]
    return dict(re.findall(r'<input type="hidden"[^>]* name="(words-of-pk-\d+)" value="([^"]*)">', page))


def keys_in(words: dict[str, str]) -> list[str]:
    return [name.removeprefix("words-of-pk-") for name in words]


def test_every_list_sends_the_names_of_its_rows() -> None:
    found = 0
    for template in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        text = template.read_text()
        for ticked in _TICKED.finditer(text):
            form = re.match(r' form="[\w-]+"', ticked[0])
            hidden = f'<input type="hidden"{form[0] if form else ""} name="words-of-pk-{ticked[1]}" value="'
            assert hidden in text, template.name
            found += 1
    assert found >= 10


def test_ticked_rows_come_back_by_name(
    round_: Round, brought_to: Brought, client: Client, client_of: ClientOf, ict_staff: User
) -> None:
    first, second, third = round_.evaluations.order_by("action__code")
    for each in (first, second, third):
        brought_to(Status.ENDORSED, each)
    words = words_of_rows(client_of(ict_staff).get(f"{PAGE}evaluations/"))
    assert set(words.values()) == {str(first), str(second), str(third)}
    sent = words | {"pk": [str(first.pk), str(third.pk)]}
    with CaptureQueriesContext(connection) as queries:
        response = client.post(f"{PAGE}evaluations/accept/", sent)
    assert given_back(response) == [("選んだ調書", f"{first}\n{third}")]
    assert len(queries) == 0


def test_keys_of_others_tell_nothing(round_: Round, client: Client) -> None:
    evaluation = round_.evaluations.all()[0]
    response = client.post(f"{PAGE}evaluations/accept/", {"pk": str(evaluation.pk)})
    assert given_back(response) == [("選んだ調書", f"番号{evaluation.pk}")]


def test_the_button_for_all_comes_back(round_: Round, client: Client) -> None:
    response = client.post(f"{PAGE}evaluations/accept/", {"all": "1"})
    assert given_back(response) == [("すべてを対象にするボタン", "はい")]


def test_exceptions_come_back_with_their_reason(
    round_: Round, client: Client, client_of: ClientOf, ict_staff: User
) -> None:
    words = words_of_rows(client_of(ict_staff).get(f"{PAGE}publish/"))
    keys = keys_in(words)
    sent = words | {"shown": keys, "pk": keys[:1], "reason": "決算が確定していないため"}
    assert given_back(client.post(f"{PAGE}publish/exceptions/", sent)) == [
        ("選んだ調書", words[f"words-of-pk-{keys[0]}"]),
        ("公表の例外とする理由", "決算が確定していないため"),
    ]


def test_actions_to_be_added_come_back(
    round_: Round, division: Department, client: Client, client_of: ClientOf, ict_staff: User
) -> None:
    action = action_of(round_.program, division)
    words = words_of_rows(client_of(ict_staff).get(f"{PAGE}evaluations/add/"))
    sent = words | {"pk": keys_in(words)}
    assert given_back(client.post(f"{PAGE}evaluations/add/", sent)) == [("選んだ取組", str(action))]


@pytest.mark.parametrize(
    ("end", "label"), [("corrections/late/", "追加で公表する理由"), ("next-year/1/", "反映しない理由")]
)
def test_a_reason_comes_back_as_it_was_asked_for(round_: Round, client: Client, end: str, label: str) -> None:
    assert given_back(client.post(f"{PAGE}{end}", {"reason": "なぜ"})) == [(label, "なぜ")]


def test_a_wish_to_remind_comes_back(round_: Round, division: Department, client: Client) -> None:
    assert given_back(client.post(f"{PAGE}remind/", {"department": str(division.pk)})) == [("所管課", division.name)]
    assert given_back(client.post(f"{PAGE}remind/", {"late": "1"})) == [
        ("期限を過ぎた課すべてに催促するボタン", "はい")
    ]
