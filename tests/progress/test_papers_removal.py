"""Old files of papers are removed; the rows stay, and nobody loses what is newest or released."""

import os
import time
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from progress.actions.papers import release_paper
from progress.actions.rounds import release_to_committee
from progress.enums import PaperKind, PaperState
from progress.errors import NotNow
from progress.models import Paper
from progress.papers import removal
from progress.papers.removal import remove_old
from progress.papers.selection import Cover, Selection
from tests.factories import UserFactory
from tests.progress.pages import messages_of
from tests.progress.papers import COMMITTEE, made_paper
from tests.progress.published import Year, accepted_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]


@pytest.fixture
def year() -> Year:
    return accepted_year()


def _left() -> list[str]:
    return [paper.key for paper in Paper.objects.order_by("key") if paper.has_file]


def test_what_a_newer_one_replaced_long_ago_goes(year: Year) -> None:
    other = Selection.of(PaperKind.COMMITTEE, cover=Cover(subject="別の件名"))
    made_paper(year, "a-oldest", 90)
    made_paper(year, "b-replaced-31-days-ago", 80)
    made_paper(year, "c-replaced-29-days-ago", 31)
    made_paper(year, "d-newest", 29)
    made_paper(year, "e-alone", 900, other)
    made_paper(year, "f-released", 90, released_at=timezone.now())
    # Of before the choice of undecided 調書 was known: the same selection all the same.
    Paper.objects.filter(key="a-oldest").update(
        selection={k: v for k, v in COMMITTEE.as_json().items() if k != "as_it_stands"}
    )
    assert remove_old(days=30) == 2
    assert _left() == ["c-replaced-29-days-ago", "d-newest", "e-alone", "f-released"]
    assert Paper.objects.count() == 6
    assert remove_old(days=30) == 0
    told = StringIO()
    call_command("remove_old_papers", days=20, stdout=told)
    assert told.getvalue() == "古い資料のファイルを1件削除しました。\n"
    assert _left() == ["d-newest", "e-alone", "f-released"]


def test_what_no_row_knows_of_goes_after_a_day() -> None:
    folder = settings.VAR_DIR / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / name for name in ("gone.pdf", "half.part", "fresh.pdf", "lock")]
    for file in files:
        file.write_bytes(b"")
        if file.name != "fresh.pdf":
            os.utime(file, times=(time.time() - 90_000, time.time() - 90_000))
    remove_old(days=30)
    assert [file.name for file in files if file.exists()] == ["fresh.pdf", "lock"]


def test_a_removal_that_ends_half_way_is_gone_on_with(year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        made_paper(year, f"paper-{number}", 90 - number)
    unlinked = removal._unlinked

    def broken(path: Any) -> bool:
        unlinked(path)
        raise OSError("The machine went out.")

    with monkeypatch.context() as patched:
        patched.setattr(removal, "_unlinked", broken)
        with pytest.raises(OSError, match="went out"):
            remove_old(days=30)
    assert len(_left()) == 3
    assert remove_old(days=30) == 2
    assert _left() == ["paper-3"]


def test_the_row_stays_listed_and_is_made_anew(year: Year, ict_staff: User, client_of: ClientOf) -> None:
    liaison = UserFactory.create(role=Role.LIAISON, role__department=year.departments[0])
    selection = Selection.of(PaperKind.DEPARTMENT, str(year.departments[0].pk), as_it_stands=True)
    paper = made_paper(year, "old", 90, selection, department=year.departments[0])
    made_paper(year, "newer", 80, selection, department=year.departments[0])
    remove_old(days=30)
    page, again = reverse("desk:paper", args=[paper.pk]), reverse("desk:paper_again", args=[paper.pk])
    for person in (ict_staff, liaison):
        client = client_of(person)
        listed = client.get(reverse("desk:papers")).content.decode()
        assert [listed.count("ファイルは削除済み"), again in listed, listed.count("ダウンロードする")] == [1, True, 1]
        shown = client.get(page).content.decode()
        assert ("ファイルは削除済みです。" in shown, again in shown, "会議に公開する" in shown) == (True, True, False)
        assert client.get(reverse("desk:paper_pdf", args=[paper.pk])).headers["Location"] == page
    release_to_committee(round=year.round, by=ict_staff)
    with pytest.raises(NotNow, match="削除済み"):
        release_paper(paper=paper, by=ict_staff)
    answer = client_of(liaison).post(again)
    fresh = Paper.objects.get(state=PaperState.WAITING)
    assert answer.headers["Location"] == reverse("desk:paper", args=[fresh.pk])
    assert (fresh.selection, fresh.requests.get().by) == (selection.as_json(), liaison)
    stranger = UserFactory.create(role=Role.LIAISON)
    assert client_of(stranger).post(again).status_code == 404


def test_a_paper_of_what_is_no_more_is_not_made_anew(year: Year, ict_staff: User, client_of: ClientOf) -> None:
    selection = Selection.of(PaperKind.MEASURE, "3-2")
    paper = made_paper(year, "old", 90, selection)
    answer = client_of(ict_staff).post(reverse("desk:paper_again", args=[paper.pk]), follow=True)
    assert messages_of(answer) == ["この資料に載せる調書は、いまはありません。"]
    assert Paper.objects.get() == paper
