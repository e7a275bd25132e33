import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from accounts.checks import no_demo_accounts_in_production
from accounts.models import Department, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

EXPECTED = {
    "D0001": ("見本 太郎（担当者）", "所管課担当者（見本市民課）"),
    "D0002": ("見本 次郎（他課の担当者）", "所管課担当者（見本福祉課）"),
    "D0003": ("見本 花子（課長）", "所管課長（見本市民課）"),
    "D0004": ("見本 三郎（ICT推進課）", "ICT推進課職員（ICT推進課）"),
    "D0005": ("見本 桜子（委員会）", "推進本部・委員会閲覧者"),
    "D0006": ("見本 四郎（システム管理者）", "システム管理者"),
    "D0007": ("見本 菊代（他課の課長）", "所管課長（見本福祉課）"),
    "D0008": ("見本 五月（ICT推進課の同僚）", "ICT推進課職員（ICT推進課）"),
}


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> Path:
    settings.DEMO = True
    settings.VAR_DIR = tmp_path
    return tmp_path / "demo-accounts.json"


def run() -> str:
    out = StringIO()
    call_command("make_demo_accounts", stdout=out)
    return out.getvalue()


def passwords(printed: str) -> dict[str, str]:
    """staff number → password, of the printed table."""
    return {row.split()[0]: row.split()[1] for row in printed.splitlines()[2:]}


def test_outside_the_demo_nothing_is_made() -> None:
    with pytest.raises(CommandError, match="見本環境"):
        run()
    assert User.objects.count() == 0


def test_every_persona_gets_an_account_marked_as_sample(demo: Path) -> None:
    run()
    made = {
        user.staff_number: (user.name, "、".join(str(m) for m in user.memberships.all()))
        for user in User.objects.filter(is_demo=True)
    }
    assert made == EXPECTED


def test_the_printed_passwords_log_in(demo: Path, rf: RequestFactory) -> None:
    printed = passwords(run())
    assert set(printed) == set(EXPECTED)
    for number, password in printed.items():
        user = authenticate(rf.post("/"), username=number, password=password)
        assert user is not None
        assert user.get_username() == number


def test_the_passwords_are_for_the_owner_only(demo: Path) -> None:
    run()
    assert stat.S_IMODE(demo.stat().st_mode) == 0o600


def test_run_again_it_changes_nothing(demo: Path) -> None:
    first, before = run(), list(User.objects.values_list("password", flat=True))
    assert run() == first
    assert list(User.objects.values_list("password", flat=True)) == before
    assert Department.objects.count() == 6


@pytest.mark.parametrize("content", [None, "", "[]", "{"], ids=["gone", "empty", "another shape", "broken"])
def test_without_its_file_passwords_are_renewed(demo: Path, rf: RequestFactory, content: str | None) -> None:
    first = passwords(run())
    demo.unlink()
    if content is not None:
        demo.write_text(content)
    second = passwords(run())
    assert all(first[number] != second[number] for number in EXPECTED)
    assert authenticate(rf.post("/"), username="D0001", password=second["D0001"]) is not None


def test_a_password_changed_by_somebody_is_renewed(demo: Path) -> None:
    first = passwords(run())
    user = User.objects.get(staff_number="D0001")
    user.set_password("changed-in-the-browser")
    user.save()
    second = passwords(run())
    assert {number for number in EXPECTED if first[number] != second[number]} == {"D0001"}


def test_another_database_keeps_its_own_passwords(demo: Path) -> None:
    run()
    known = json.loads(demo.read_text())
    demo.write_text(json.dumps({"another": {"liaison": {"password": "p", "hash": "h"}}, **known}))
    User.objects.filter(staff_number="D0006").update(password="!")
    run()
    assert json.loads(demo.read_text())["another"] == {"liaison": {"password": "p", "hash": "h"}}


def test_demo_accounts_in_production_are_an_error(settings: Any) -> None:
    UserFactory.create(is_demo=True)
    assert no_demo_accounts_in_production(None) == []
    settings.MODE = "production"
    assert [error.id for error in no_demo_accounts_in_production(None)] == ["accounts.E001"]
