"""The chain of the audit trail: how it is written, what breaks it, and that nothing else can write it."""

import datetime
import hashlib
import json
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import AuditEntry, AuditHead, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

MIGRATION = import_module("accounts.migrations.0002_audit")
UPDATE = "UPDATE accounts_auditentry SET about = '別の人' WHERE number = 2"


def record_some(count: int = 4) -> list[AuditEntry]:
    return [audit.record(AuditKind.CHANGED, by=None, about=f"{n}番目") for n in range(1, count + 1)]


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def _no_triggers() -> None:
    """Somebody who may do everything in the database, triggers or not."""
    execute(*MIGRATION.removals(connection.vendor, MIGRATION.AGAINST_CHANGING[connection.vendor]))


without_triggers = pytest.mark.usefixtures("_no_triggers")


# ── Writing ──────────────────────────────────────────────────────────────────
def test_a_record_says_who_did_what_when_and_from_where() -> None:
    user = UserFactory.create(name="試験 太郎", staff_number="AB0123")
    moment = datetime.datetime(2017, 5, 31, 1, 2, 3, 4, tzinfo=datetime.UTC)
    details = {"件数": 3, "種類": ["甲", "乙"], "済": True, "率": 0.5, "なし": None}
    made = audit.record(
        AuditKind.EXPORTED,
        by=user,
        about="利用者の一覧",
        path="/admin/",
        client="192.0.2.1",
        details=details,
        at=moment,
    )
    entry = AuditEntry.objects.get()
    assert (entry.number, entry.at, entry.person, entry.person_name, entry.staff_number) == (
        1,
        moment,
        user,
        "試験 太郎",
        "AB0123",
    )
    assert (entry.kind, entry.about, entry.path, entry.client) == ("exported", "利用者の一覧", "/admin/", "192.0.2.1")
    assert entry.facts == {"件数": 3, "種類": ["甲", "乙"], "済": True, "率": "0.5", "なし": None}
    assert entry.hash == made.hash == entry.computed_hash()


def test_another_programme_can_compute_the_hash_from_the_documented_rule() -> None:
    user = UserFactory.create(name="試験 太郎", staff_number="AB0123")
    audit.record(AuditKind.LOGGED_OUT, by=None)
    moment = datetime.datetime(2017, 5, 31, 1, 2, 3, tzinfo=datetime.UTC)
    audit.record(AuditKind.CHANGED, by=user, about='"引用"', path="/a/", client="::1", details={"い": "ろ"}, at=moment)
    first, second = AuditEntry.objects.order_by("number")
    text = (
        '{"about":"\\"引用\\"","at":"2017-05-31T01:02:03.000000+00:00","client":"::1",'
        '"details":"{\\"い\\":\\"ろ\\"}","kind":"changed","number":2,"path":"/a/",'
        f'"person":{user.pk},"person_name":"試験 太郎","previous_hash":"{first.hash}","staff_number":"AB0123"}}'
    )
    assert second.hash == hashlib.sha256(text.encode()).hexdigest()
    assert (first.previous_hash, second.previous_hash) == ("0" * 64, first.hash)


def test_a_name_of_later_does_not_change_the_record() -> None:
    user = UserFactory.create(name="旧姓 花子")
    audit.record(AuditKind.LOGGED_IN, by=user)
    user.name = "新姓 花子"
    user.save()
    assert AuditEntry.objects.get().person_name == "旧姓 花子"
    assert audit.verify().fault == ""


@pytest.mark.parametrize("text", ["\0", "\ud800", "x" * 1000, "改\n行\t\x01", "💾", '"\\'])
def test_any_text_is_recorded_and_verified(text: str) -> None:
    audit.record(AuditKind.DENIED, by=None, about=text, path=text, details={text: text})
    entry = AuditEntry.objects.get()
    assert (len(entry.about) <= 300, list(entry.facts.values()) == list(entry.facts)) == (True, True)
    assert audit.verify().fault == ""


def test_what_is_rolled_back_is_not_on_record() -> None:
    audit.record(AuditKind.CHANGED, by=None, about="残る")
    with transaction.atomic():
        audit.record(AuditKind.CHANGED, by=None, about="残らない")
        transaction.set_rollback(True)
    audit.record(AuditKind.CHANGED, by=None, about="次")
    assert list(AuditEntry.objects.order_by("number").values_list("number", "about")) == [(1, "残る"), (2, "次")]
    assert audit.verify().checked == 2


def test_a_record_costs_few_queries(django_assert_max_num_queries: Any) -> None:
    record_some(1)
    with django_assert_max_num_queries(3):
        audit.record(AuditKind.CHANGED, by=None)


# ── Nothing else writes it ───────────────────────────────────────────────────
def test_a_record_cannot_be_saved_again_or_deleted() -> None:
    record_some(2)
    entry = AuditEntry.objects.get(number=1)
    entry.about = "別"
    with pytest.raises(TypeError, match="append-only"):
        entry.save()
    with pytest.raises(TypeError, match="append-only"):
        entry.delete()
    with pytest.raises(TypeError, match="append-only"):
        AuditEntry.objects.get(number=2).save(force_insert=True)


@pytest.mark.parametrize(
    "statement",
    [
        UPDATE,
        "UPDATE accounts_audithead SET number = number - 1",
        "UPDATE accounts_audithead SET number = number + 2",
        "UPDATE accounts_audithead SET hash = 'x'",
    ],
)
def test_the_database_refuses_changes(statement: str) -> None:
    record_some()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(statement)
    assert audit.verify().fault == ""


@pytest.mark.parametrize("table", ["accounts_auditentry", "accounts_audithead"])
@pytest.mark.parametrize("statement", ["DELETE FROM", "TRUNCATE"])
def test_the_database_refuses_to_be_emptied(statement: str, table: str) -> None:
    """With the triggers of an installation: those that the tests leave out (tests/conftest.py) are put back."""
    if statement == "TRUNCATE" and connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: SQLite knows no TRUNCATE")
    execute(*MIGRATION.creations(MIGRATION.AGAINST_EMPTYING[connection.vendor]))
    record_some()
    connection.check_constraints()  # PostgreSQL truncates no table whose foreign keys are still to be checked
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(f"{statement} {table}")
    assert audit.verify().checked == 4


def test_a_person_on_record_cannot_be_deleted() -> None:
    user = UserFactory.create()
    audit.record(AuditKind.LOGGED_IN, by=user)
    with pytest.raises(ProtectedError):
        User.objects.get(pk=user.pk).delete()


# ── Tampering shows ──────────────────────────────────────────────────────────
DELETE_HEAD = "DELETE FROM accounts_audithead"
TAMPERINGS = {
    "changed": ([UPDATE], "番号2の記録が書き換えられています（内容とハッシュ値が合いません）。"),
    "changed person": (
        ["UPDATE accounts_auditentry SET staff_number = 'X' WHERE number = 4"],
        "番号4の記録が書き換えられています（内容とハッシュ値が合いません）。",
    ),
    "changed time": (
        ["UPDATE accounts_auditentry SET at = '2001-01-01 00:00:00+00' WHERE number = 1"],
        "番号1の記録が書き換えられています（内容とハッシュ値が合いません）。",
    ),
    "deleted in the middle": (
        ["DELETE FROM accounts_auditentry WHERE number IN (2, 3)"],
        "番号2の記録がなくなっています（次にあるのは番号4です）。",
    ),
    "deleted and renumbered": (
        [
            "DELETE FROM accounts_auditentry WHERE number = 2",
            "UPDATE accounts_auditentry SET number = 2 WHERE number = 3",
            "UPDATE accounts_auditentry SET number = 3 WHERE number = 4",
        ],
        "番号2の記録が書き換えられています（内容とハッシュ値が合いません）。",
    ),
    "deleted at the end": (
        ["DELETE FROM accounts_auditentry WHERE number > 2"],
        "末尾の記録がなくなっています（番号4まであるはずですが、番号2で終わっています）。",
    ),
    "all deleted": (
        ["DELETE FROM accounts_auditentry"],
        "末尾の記録がなくなっています（番号4まであるはずですが、番号0で終わっています）。",
    ),
    "head set back": (
        ["UPDATE accounts_audithead SET number = 3"],
        "番号3の記録が、最後の番号とハッシュ値の控えに合いません。",
    ),
    "head and end cut": (
        ["UPDATE accounts_audithead SET number = 3, hash = (SELECT hash FROM accounts_auditentry WHERE number = 3)"],
        "番号4の記録は、正しい手順で加えられたものではありません。",
    ),
    "head deleted": ([DELETE_HEAD], "最後の番号とハッシュ値の控えがなくなっています。"),
}


@without_triggers
@pytest.mark.parametrize("how", TAMPERINGS)
def test_tampering_is_found(how: str) -> None:
    statements, fault = TAMPERINGS[how]
    record_some()
    execute(*statements)
    assert audit.verify().fault == fault


def rewrite_from(number: int, about: str) -> None:
    """What somebody with all rights can do: change a record and compute every hash from there anew."""
    entry = AuditEntry.objects.get(number=number)
    entry.about = about
    previous = entry.previous_hash
    for later in [entry, *AuditEntry.objects.filter(number__gt=number).order_by("number")]:
        later.previous_hash = previous
        previous = later.computed_hash()
        AuditEntry.objects.filter(number=later.number).update(
            about=later.about, previous_hash=later.previous_hash, hash=previous
        )
    AuditHead.objects.update(hash=previous)


@without_triggers
def test_a_chain_that_was_rewritten_shows_only_against_what_was_noted_down() -> None:
    noted = record_some()[2]
    assert audit.verify((noted.number, noted.hash)).fault == ""
    rewrite_from(2, "別の人")
    assert audit.verify().fault == ""
    assert audit.verify((noted.number, noted.hash)).fault == "番号3の記録が、控えておいたハッシュ値に合いません。"


@without_triggers
def test_a_trail_that_was_cut_with_its_head_shows_against_what_was_noted_down() -> None:
    noted = record_some()[3]
    execute("DELETE FROM accounts_auditentry", DELETE_HEAD)
    assert audit.verify().fault == ""
    expected = "控えておいた番号4の記録がありません（番号0で終わっています）。"
    assert audit.verify((noted.number, noted.hash)).fault == expected


@without_triggers
def test_without_its_head_nothing_more_is_recorded() -> None:
    record_some()
    execute(DELETE_HEAD)
    with pytest.raises(audit.TrailBroken):
        audit.record(AuditKind.CHANGED, by=None)


@without_triggers
def test_a_lost_head_is_put_back_as_the_manual_says() -> None:
    record_some()
    execute(DELETE_HEAD)
    manual = (settings.BASE_DIR / "docs" / "manual" / "07-operation.md").read_text(encoding="utf-8")
    execute(manual.split("```sql\n")[1].split("```")[0])
    audit.record(AuditKind.CHANGED, by=None)
    assert audit.verify().checked == 5


@without_triggers
def test_a_trail_that_was_emptied_whole_is_noticed() -> None:
    UserFactory.create(last_login=timezone.now())
    record_some()
    execute("DELETE FROM accounts_auditentry", DELETE_HEAD)
    assert audit.verify().fault == "ログインした利用者がいるのに、記録が1件もありません。"


def test_an_empty_trail_is_sound() -> None:
    assert audit.verify() == audit.Verification(checked=0, number=0, hash="0" * 64, fault="")


# ── manage.py verify_audit ───────────────────────────────────────────────────
def run(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_to_note_down() -> None:
    last = record_some()[-1]
    said = f"監査記録 4件を確かめました。異常はありません。\n最後の番号とハッシュ値：4 {last.hash}\n"
    assert run() == said
    assert run("--known", "4", last.hash.upper()) == said


@without_triggers
def test_the_command_ends_with_1_where_the_trail_is_broken() -> None:
    record_some()
    execute(UPDATE)
    with pytest.raises(CommandError) as refused:
        run()
    assert refused.value.returncode == 1
    assert str(refused.value) == (
        "監査記録に異常があります。番号2の記録が書き換えられています（内容とハッシュ値が合いません）。"
        "正しいと確かめた記録：1件"
    )


def test_the_command_refuses_what_is_no_number() -> None:
    with pytest.raises(CommandError, match="「四」は数として読めません"):
        run("--known", "四", "0a")
    with pytest.raises(CommandError, match="番号は1からです"):
        run("--known", "0", "0a")


def test_details_are_stored_in_the_spelling_that_is_hashed() -> None:
    audit.record(AuditKind.CHANGED, by=None, details={"ろ": [1, "二"], "い": {"は": False}})
    stored = AuditEntry.objects.values_list("details", flat=True).get()
    assert stored == '{"い":{"は":false},"ろ":[1,"二"]}'
    assert json.loads(stored) == AuditEntry.objects.get().facts
