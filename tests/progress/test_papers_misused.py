"""Papers under rough hands: crowds, full and broken disks, second clicks, addresses and words typed otherwise."""

import errno
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from plan.models import Plan
from progress.actions.papers import release_paper
from progress.actions.rounds import release_to_committee
from progress.enums import PaperState
from progress.models import Paper, PaperForm
from progress.papers import making
from progress.papers.ordering import order_of_plan
from progress.papers.printing import printed
from tests.progress.pages import messages_of
from tests.progress.papers import ordered
from tests.progress.published import Year, accepted_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]


@pytest.fixture
def year() -> Year:
    return accepted_year()


@pytest.fixture
def processes(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What `making.start` runs; each runs until `may_end`."""
    settings.MAKES_PAPERS = True
    begun: list[list[str]] = []
    may_end, has_begun = Event(), Event()

    def run(command: list[str], **options: object) -> None:
        begun.append(command)
        has_begun.set()
        may_end.wait(10)

    monkeypatch.setattr(subprocess, "run", run)
    yield begun, has_begun
    may_end.set()


def test_a_crowd_that_asks_before_the_process_has_loaded_starts_one(processes: Any, client: Client) -> None:
    """A process takes its turn a second after it was started; a hundred of them would be started until then."""
    begun, has_begun = processes
    making.start("--plan", "2016")
    assert has_begun.wait(10)
    for _ in range(20):
        making.start("--plan", "2016")
    assert [command[2:] for command in begun] == [["make_papers", "--plan", "2016"]]


def test_a_folder_that_cannot_be_written_to_stops_no_page(
    year: Year, ict_staff: User, client_of: ClientOf, processes: Any, settings: Any, tmp_path: Path
) -> None:
    paper = ordered(year, ict_staff)
    (tmp_path / "var").write_text("A file where the folder should be.")
    settings.VAR_DIR = tmp_path / "var"
    shown = client_of(ict_staff).get(reverse("desk:paper", args=[paper.pk]))
    assert (shown.status_code, shown.headers["Refresh"]) == (200, "3")
    assert processes[0] == []


def test_a_full_disk_leaves_no_half_file(
    year: Year, ict_staff: User, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    paper = ordered(year, ict_staff)

    def write_half(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", write_half)
        assert making.make_waiting() == 0
    paper.refresh_from_db()
    assert paper.state == PaperState.FAILED
    assert [path.name for path in (tmp_path / "papers").iterdir()] == ["lock"]
    assert ordered(year, ict_staff).state == PaperState.WAITING
    assert making.make_waiting() == 1


def test_a_paper_made_of_what_was_changed_since_its_order_is_made_anew(year: Year, ict_staff: User) -> None:
    """Changed after the order and back after the making: the file is not of the state that is asked for."""
    goal = year.round.program.plan.goal
    paper = ordered(year, ict_staff)
    ordered_version = paper.content_version
    Plan.objects.update(goal="目標を変えました。")
    assert making.make_waiting() == 1
    release_to_committee(round=year.round, by=ict_staff)
    paper.refresh_from_db()
    assert paper.content_version != ordered_version
    release_paper(paper=paper, by=ict_staff)
    Plan.objects.update(goal=goal)
    again = ordered(year, ict_staff)
    assert (again.pk, again.state, again.released_at) == (paper.pk, PaperState.WAITING, None)
    assert making.make_waiting() == 1
    assert ordered(year, ict_staff).content_version == ordered_version


def test_one_subject_typed_in_several_ways_is_one_paper(year: Year, ict_staff: User, client_of: ClientOf) -> None:
    client, address = client_of(ict_staff), reverse("desk:paper_order", args=["2016"])
    evaluation = year.evaluation("1-1-001")
    kinds = {"evaluation": evaluation.pk, "department": evaluation.department_id}
    sent = [(kind, f"{zeros}{key}") for kind, key in kinds.items() for zeros in ("", "0", "00")]
    sent += [("measure", code) for code in ("1-1", "01-1", "1-01")]
    answers = [client.post(address, {"kind": kind, "subject": subject}).status_code for kind, subject in sent]
    assert answers == [302] * len(sent)
    assert sorted(Paper.objects.values_list("kind", flat=True)) == ["department", "evaluation", "measure"]
    wrong = ["", "-1", "9" * 40, "1-1-1", "1-", "-1", "１-１", "<script>", "\u202e"]
    refused = [client.post(address, {"kind": "measure", "subject": each}).status_code for each in wrong]
    assert refused == [404] * len(wrong)


def test_words_of_the_cover_stay_on_one_line_and_name_no_characters_that_break_files(
    year: Year, ict_staff: User, client_of: ClientOf
) -> None:
    address = reverse("desk:paper_choose", args=["2016"])
    typed = "=HYPERLINK(1)\r\n二行目\x0b\x01😀<script>"
    client_of(ict_staff).post(
        address, {"parts": ["cover"], "orientation": "portrait", "title": typed, "recipient": "甲\n乙"}
    )
    paper = Paper.objects.get()
    assert (paper.title, paper.requests.get().recipient) == ("=HYPERLINK(1) 二行目😀<script>", "甲 乙")
    assert paper.selection["cover"]["subject"] == paper.title
    too_long = client_of(ict_staff).post(
        address, {"parts": ["cover"], "orientation": "portrait", "bureau": "局" * 10_000}
    )
    assert list(too_long.context["form"].errors) == ["bureau"]
    assert Paper.objects.get() == paper


def test_a_form_is_deleted_once_and_a_second_click_is_told_so(year: Year, ict_staff: User, client_of: ClientOf) -> None:
    client = client_of(ict_staff)
    client.post(
        reverse("desk:paper_choose", args=["2016"]),
        {"parts": ["cover"], "orientation": "portrait", "save": "1", "name": "短いもの"},
    )
    address = reverse("desk:paper_form_delete", args=[PaperForm.objects.get().pk])
    told = [messages_of(client.post(address, follow=True))[-1:] for _ in range(2)]
    assert told == [
        ["帳票『短いもの』を削除しました。作成した資料は残っています。"],
        ["この帳票は、すでに削除してあります。"],
    ]


def test_the_plan_says_of_which_state_it_is_printed(year: Year, ict_staff: User) -> None:
    """Not of the one it was ordered of."""
    paper, _ = order_of_plan(plan=year.round.program.plan, by=ict_staff)
    paper.content_version = "1999-01-01 改定0"
    assert printed(paper).version == "収録時"
