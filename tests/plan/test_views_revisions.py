"""改定履歴 and 読み取りの修正."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from plan import actions
from plan.enums import RevisionKind
from plan.models import Mending, Plan, Revision, Term
from plan.queries.revisions import mendings_of
from tests.plan.reading import items_of, links, main_of, words

pytestmark = pytest.mark.django_db

ADDRESS = "/plans/2016/revisions/"


def _titles(page: str) -> list[str]:
    return [words(title) for title in re.findall(r'<h2 class="revision-title">(.*?)</h2>', page, re.DOTALL)]


def _revisions(count: int) -> None:
    plan = Plan.objects.get(slug="2016")
    for at in range(count):
        Revision.objects.create(
            plan=plan,
            kind=RevisionKind.CHANGED,
            object_type="plan.term",
            object_id=1,
            title=f"見本{at}",
            path=f"/plans/2016/glossary/{at % 2 + 1}/",
            changes=[{"label": "解説", "before": "前の文", "after": "後の文"}],
            reason=f"理由{at}",
            made_at=timezone.now(),
        )


def test_a_revision_says_what_when_and_why_word_by_word(client: Client, ict_staff: User) -> None:
    term = Term.objects.get(plan__slug="2016", number=2)
    term.explanation = term.explanation.replace("一度の手続", "１回の手続")
    actions.revise(root=term, by=ict_staff, reason="読みやすくするため", expected_version=term.version)
    page = main_of(client.get(ADDRESS))
    assert _titles(page) == [f"用語「{term.name}」"]
    assert "理由：読みやすくするため" in words(page)
    assert [item for item in items_of(page, "del") if "一度" in item] != []
    assert ict_staff.name not in page


def test_newest_first_twenty_a_page(client: Client) -> None:
    _revisions(25)
    first, second = main_of(client.get(ADDRESS)), main_of(client.get(f"{ADDRESS}?page=2"))
    assert _titles(first) == [f"見本{at}" for at in range(24, 4, -1)]
    assert _titles(second) == [f"見本{at}" for at in range(4, -1, -1)]


def test_path_shows_the_changes_of_one_page(client: Client) -> None:
    _revisions(4)
    page = main_of(client.get(ADDRESS, {"path": "/plans/2016/glossary/2/"}))
    assert _titles(page) == ["見本3", "見本1"]


@pytest.mark.parametrize("asked", ["page=0", "page=abc", "page=99", "path=%00", "path=" + "x" * 999])
def test_odd_parameters_are_answered(client: Client, asked: str) -> None:
    _revisions(2)
    page = main_of(client.get(f"{ADDRESS}?{asked}"))
    assert _titles(page) == ([] if asked.startswith("path=x") else ["見本1", "見本0"])


def test_what_was_deleted_is_named_without_a_link(client: Client) -> None:
    Revision.objects.create(
        plan=Plan.objects.get(slug="2016"),
        kind=RevisionKind.DELETED,
        object_type="plan.term",
        object_id=1,
        title="消えた用語",
        path="/plans/2016/glossary/77/",
        reason="見本",
    )
    page = main_of(client.get(ADDRESS))
    assert (_titles(page), "/plans/2016/glossary/77/" in links(page)) == (["消えた用語"], False)


def test_no_changes_yet_is_said(client: Client) -> None:
    assert "変更は、まだありません" in words(main_of(client.get(ADDRESS)))


def test_mendings_answer_the_whole_ledger(client: Client) -> None:
    page = main_of(client.get("/plans/2016/mendings/"))
    ledger = [heading for heading in items_of(page, "th") if heading.startswith("I")]
    assert sorted(ledger) == [f"I{number:02}" for number in range(1, 88)]


def test_a_mending_shows_before_after_and_reason(client: Client) -> None:
    mending = Mending.objects.get(plan__slug="2016", ledger="I02")
    rows = [row for row in items_of(main_of(client.get("/plans/2016/mendings/")), "tr") if row.startswith("I02")]
    assert len(rows) == 1
    assert "（削除ここから）創出（削除ここまで）" in rows[0]
    assert "（追加ここから）支援（追加ここまで）" in rows[0]
    assert mending.reason in rows[0]


def test_a_fault_described_in_words_is_not_shown_as_a_difference() -> None:
    views = {view.mending.ledger: view for view in mendings_of(Plan.objects.get(slug="2016"))}
    assert (views["I16"].is_mended, views["I16"].pieces) == (True, ())
    assert [piece.text for piece in views["I40"].pieces if piece.kind != "same"] != []
