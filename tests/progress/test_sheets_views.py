"""The pages of the round trip: taken away, brought back, looked at, taken in as an edit by that person."""

import datetime
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, Department, User
from programs.actions.uploads import FileGone
from programs.actions.uploads import keep_upload as keep_program
from programs.models import ProgramUpload
from programs.models.upload import KEPT_FOR
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.actions.sheets import AlreadyTaken, Edit, keep_upload, take_in
from progress.errors import NotYours
from progress.models import Evaluation, EvaluationUpload, Extension
from progress.sheets.downloading import Shape
from progress.sheets.marking import LIST
from progress.workflow import SUBMIT
from tests.factories import DepartmentFactory, UserFactory
from tests.html_validity import validate
from tests.programs.workbooks import removed_once_read
from tests.progress.factories import action_of, fill_in, opened
from tests.progress.pages import messages_of
from tests.progress.sheets import answer_cell, downloaded, replaced, saved, typed

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def address(evaluation: Evaluation, end: str = "") -> str:
    return f"/desk/sheets/{evaluation.round.slug}/{end}"


def sent(client: Client, evaluation: Evaluation, content: bytes, name: str = "調書.xlsx") -> Any:
    return client.post(address(evaluation), {"file": SimpleUploadedFile(name, content)})


def page_of(response: Any) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def previewed(client: Client, evaluation: Evaluation, content: bytes) -> tuple[str, str, dict[str, str]]:
    """The address of the preview, its page, and what its form would send."""
    url = sent(client, evaluation, content).headers["Location"]
    page = page_of(client.get(url))
    fingerprint = re.search(r'name="fingerprint" value="([0-9a-f]+)"', page)
    assert fingerprint is not None
    return url, page, {"fingerprint": fingerprint[1]}


def stored(evaluation: Evaluation) -> Evaluation:
    return Evaluation.objects.with_everything().get(pk=evaluation.pk)


def test_a_workbook_is_looked_at_and_taken_in_as_an_edit(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    client = client_of(liaison)
    assert f'href="{address(full)}"' in page_of(client.get("/desk/"))
    (link,) = re.findall(r'href="(/desk/sheets/[^"]+/sheets.xlsx)"', page_of(client.get(address(full))))
    taken = client.get(link)
    assert taken.headers["Content-Disposition"].endswith("_%E8%A6%8B%E6%9C%AC%E3%83%87%E3%83%BC%E3%82%BF.xlsx")
    content = typed(taken.content, full, results="申請を電子化した。\n件数は12件", settlement="1,234千円", actual=12)
    url, page, form = previewed(client, full, content)
    assert (stored(full).results, stored(full).version) == ("", 1)
    assert ("新しい記入 3項目" in page, "この内容で取り込む" in page, "見本データ" in page) == (True, True, True)
    after = page_of(client.post(url, form, follow=True))
    assert "『調書.xlsx』を取り込みました。調書1件を保存しました。" in after
    assert '<a href="/desk/">あなたの番で、提出する調書を開く</a>' in after
    now = stored(full)
    assert (now.results, now.settlement, now.version, now.saved_by) == (
        "申請を電子化した。\n件数は12件",
        1234,
        2,
        liaison,
    )
    assert now.indicators.get().actual == 12
    assert [each.label for each in now.events.filter(transition="save")] == ["保存"]
    entry = AuditEntry.objects.filter(kind=AuditKind.IMPORTED).get()
    assert (entry.person, "調書の取込み" in entry.about, '"取り込んだ項目":3' in entry.details) == (liaison, True, True)
    # a second click, and the same file once more, change nothing
    assert messages_of(client.post(url, form, follow=True)) == [str(AlreadyTaken())]
    _, page, _ = previewed(client, full, content)
    assert "変わるところはありません" in page
    assert (stored(full).version, AuditEntry.objects.filter(kind=AuditKind.IMPORTED).count()) == (2, 1)


def test_the_page_and_the_workbook_say_the_deadline_of_the_department(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    day = datetime.date(2017, 6, 7)
    Extension.objects.create(round=full.round, department=full.department, deadline=day, reason="改組")
    page = page_of(client_of(liaison).get(address(full)))
    assert re.findall(r">([0-9]+年[0-9]+月[0-9]+日（.）)</td>", page) == ["2017年6月7日（水）"]
    about = load_workbook(io.BytesIO(downloaded(full, liaison)))["はじめに"]
    assert [row[1] for row in about.iter_rows(values_only=True) if row[0] == "提出期限"] == ["2017年6月7日（水）"]


def test_the_departments_are_shown_twenty_a_page(ict_staff: User, client_of: ClientOf) -> None:
    round_ = opened(*DepartmentFactory.create_batch(21))
    client, address = client_of(ict_staff), f"/desk/sheets/{round_.slug}/"
    first, second = (client.get(f"{address}?page={number}").content.decode() for number in (1, 2))
    assert [page.count("/list.xlsx") for page in (first, second)] == [20, 1]
    assert ('href="?page=2"' in first, 'href="?page=1"' in second) == (True, True)


def test_what_cannot_be_taken_is_given_back_and_the_rest_is_taken(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    client = client_of(liaison)
    content = typed(downloaded(full, liaison), full, results="実施した", settlement="12,30o", problems="=A1")
    url, page, form = previewed(client, full, content)
    assert "取り込めないところが2か所あります" in page
    assert re.findall(r"<td>(『12,30o』は[^<]+)</td>", page) == [
        "『12,30o』は金額として読めません。千円単位の数字で入力してください（例：1,234または1,234千円）。"
    ]
    back = load_workbook(io.BytesIO(client.get(f"{url}marked.xlsx").content))
    entry = AuditEntry.objects.filter(kind=AuditKind.EXPORTED).get()
    assert (entry.person, entry.about, '"件数":2' in entry.details) == (liaison, "調書_確認.xlsx", True)
    rows = [[cell.value for cell in row] for row in back[LIST].iter_rows()]
    assert [(row[3], row[4]) for row in rows[1:]] == [("決算額（千円）", "12,30o"), ("課題", "=A1")]
    cell = answer_cell(back, full, "settlement")
    assert (cell.value, cell.fill.fgColor.rgb, cell.comment.text) == ("12,30o", "00FFC7CE", rows[1][6])
    assert answer_cell(back, full, "results").value == "実施した"
    client.post(url, form)
    assert (stored(full).results, stored(full).settlement, stored(full).problems) == ("実施した", None, "")
    # mended in the file that was given back
    cell.value, answer_cell(back, full, "problems").value = 1230, "特になし"
    url, _, form = previewed(client, full, saved(back))
    client.post(url, form)
    assert (stored(full).settlement, stored(full).problems) == (1230, "特になし")


def test_a_number_greater_than_a_workbook_holds_is_given_back_as_text(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    client, giant = client_of(liaison), "9" * 4000
    content = replaced(typed(downloaded(full, liaison), full, settlement=8642097531), b"8642097531", giant.encode())
    url, page, _ = previewed(client, full, content)
    assert "取り込めないところが1か所あります" in page
    back = load_workbook(io.BytesIO(client.get(f"{url}marked.xlsx").content))
    assert answer_cell(back, full, "settlement").value == giant


def test_of_a_conflict_both_are_shown_and_one_is_chosen(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    content = typed(downloaded(full, liaison), full, results="ファイル", outcomes="ファイル", problems="ファイル")
    values = {"results": "画面", "outcomes": "画面", "problems": "画面"}
    save_evaluation(evaluation=full, answers=Answers(values=values), by=liaison, expected_version=1)
    client = client_of(liaison)
    url, page, form = previewed(client, full, content)
    keys = [f"choice-{full.pk}-{name}" for name in values]
    assert re.findall(r'name="(choice-[^"]+)" value="mine"', page) == keys
    refused = page_of(client.post(url, form))
    assert "重なりのある項目は、どちらを残すかを選んでください。" in refused
    assert stored(full).version == 2
    back = load_workbook(io.BytesIO(client.get(f"{url}marked.xlsx").content))
    assert back[LIST]["E2"].value == "ファイル"
    client.post(url, {**form, **dict(zip(keys, ("mine", "theirs", "both"), strict=True))})
    now = stored(full)
    assert (now.results, now.outcomes, now.problems) == ("ファイル", "画面", "画面\nファイル")
    recorded = json.loads(AuditEntry.objects.filter(kind=AuditKind.IMPORTED).get().details)
    counts = {name: recorded[name] for name in ("取り込んだ項目", "重なった項目", "取り込まなかった項目")}
    assert counts == {"取り込んだ項目": 2, "重なった項目": 3, "取り込まなかった項目": 0}
    assert dict(client.get(url).context["counts"])["重なり"] == 0
    back = load_workbook(io.BytesIO(client.get(f"{url}marked.xlsx").content))
    assert [row[0] for row in back[LIST].iter_rows(values_only=True)] == ["シート"]


def test_two_tabs_that_decide_one_workbook_write_once(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    """The second is told, whatever it chose; one that was opened before another save has to look anew, once more."""
    content = typed(downloaded(full, liaison), full, results="ファイル")
    save_evaluation(evaluation=full, answers=Answers(values={"results": "画面"}), by=liaison, expected_version=1)
    client, choice = client_of(liaison), f"choice-{full.pk}-results"
    url, _, first = previewed(client, full, content)
    second = {**first, choice: "both"}
    save_evaluation(evaluation=full, answers=Answers(values={"results": "また画面"}), by=liaison, expected_version=2)
    anew = page_of(client.post(url, second))
    assert "調書の内容が変わりました。まだ何も取り込んでいません。" in anew
    (kept,) = re.findall(rf'name="{choice}" value="(\w+)"[^>]* checked', anew)
    assert (kept, "また画面" in anew, stored(full).results) == ("both", True, "また画面")
    fresh = re.search(r'name="fingerprint" value="([0-9a-f]+)"', anew)
    assert fresh is not None
    tabs = [{"fingerprint": fresh[1], choice: chosen} for chosen in ("mine", "both")]
    told = [messages_of(client.post(url, tab, follow=True)) for tab in tabs]
    assert told == [["『調書.xlsx』を取り込みました。調書1件を保存しました。"], [str(AlreadyTaken())]]
    assert (stored(full).results, stored(full).version) == ("ファイル", 4)
    assert AuditEntry.objects.filter(kind=AuditKind.IMPORTED).count() == 1


def test_files_chosen_long_ago_go_by_the_clock(full: Evaluation, liaison: User, ict_staff: User) -> None:
    def choose(days_ago: int) -> None:
        for kept in (
            keep_upload(round_=full.round, by=liaison, name="調書.xlsx", content=b""),
            keep_program(program=full.round.program, by=ict_staff, name="取組.xlsx", content=b""),
        ):
            kept.made_at -= datetime.timedelta(days=days_ago)
            kept.save()

    days = KEPT_FOR.days
    for ago in (days + 1, days - 1):
        choose(ago)
    assert (EvaluationUpload.objects.count(), ProgramUpload.objects.count()) == (2, 2)  # nothing else removes them
    for number in (2, 0):
        told = StringIO()
        call_command("remove_old_uploads", stdout=told)
        assert told.getvalue() == f"選ばれてから{days}日を過ぎたファイルを{number}件削除しました。\n"
    assert (EvaluationUpload.objects.count(), ProgramUpload.objects.count()) == (1, 1)


def test_who_comes_back_to_a_removed_file_is_told_and_chooses_anew(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    """Its pages, its button, and the button while the file is removed: nothing is saved."""
    client = client_of(liaison)
    content = typed(downloaded(full, liaison), full, results="ファイル")
    url, _, form = previewed(client, full, content)
    with removed_once_read(EvaluationUpload):
        answers = [client.post(url, form, follow=True)]
    answers += [client.get(url, follow=True), client.get(f"{url}marked.xlsx", follow=True)]
    answers += [client.post(url, form, follow=True)]
    gone = "選んでから7日を過ぎたため、このファイルは削除しました。もう一度選んでください。"
    assert [messages_of(each) for each in answers] == [[gone]] * 4
    assert [each.redirect_chain for each in answers] == [[(address(full), 302)]] * 4
    assert (stored(full).version, AuditEntry.objects.filter(kind=AuditKind.IMPORTED).count()) == (1, 0)
    assert EvaluationUpload.objects.count() == 0


def test_a_removed_file_is_not_taken_in(full: Evaluation, liaison: User) -> None:
    kept = keep_upload(round_=full.round, by=liaison, name="調書.xlsx", content=b"")
    EvaluationUpload.objects.all().delete()
    with pytest.raises(FileGone):
        take_in(upload=kept, edits=[Edit(full, Answers(values={"results": "ファイル"}), 1)], by=liaison, counts={})
    assert stored(full).version == 1


def test_the_name_of_a_file_holds_nothing_that_turns_it(full: Evaluation, liaison: User) -> None:
    name = "調書\u202exslx.\x07exe\n2.xlsx"
    kept = keep_upload(round_=full.round, by=liaison, name=name, content=b"")
    assert kept.name == "調書xslx.exe 2.xlsx"


def test_what_was_saved_after_the_preview_is_not_written_over(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    client = client_of(liaison)
    url, _, form = previewed(client, full, typed(downloaded(full, liaison), full, results="ファイル"))
    save_evaluation(evaluation=full, answers=Answers(values={"results": "画面"}), by=liaison, expected_version=1)
    page = page_of(client.post(url, form))
    assert "確かめていただいた後に、調書の内容が変わりました。まだ何も取り込んでいません。" in page
    assert ("重なり 1項目" in page, stored(full).results) == (True, "画面")
    # submitted meanwhile: the text is still there, and cannot be saved
    fill_in(stored(full), liaison)
    perform(evaluation=full, transition=SUBMIT, by=liaison)
    page = page_of(client.get(url))
    assert "この調書は今「課長の承認待ち」のため、保存はできません。" in page
    assert ("読めた項目だけを取り込む" in page, "印を付けたファイルをダウンロードする" in page) == (False, True)


def test_others_take_away_or_see_nothing(
    full: Evaluation,
    liaison: User,
    other_liaison: User,
    manager: User,
    ict_staff: User,
    committee_viewer: User,
    client_of: ClientOf,
) -> None:
    content = typed(downloaded(full, liaison), full, results="ファイル")
    kept = sent(client_of(liaison), full, content).headers["Location"]
    download = address(full, f"{full.department_id}/list.xlsx")
    for person in (manager, ict_staff):
        client = client_of(person)
        assert "記入したファイルを取り込めるのは、所管課の担当者です。" in page_of(client.get(address(full)))
        statuses = (
            client.get(download).status_code,
            sent(client, full, content).status_code,
            client.get(kept).status_code,
        )
        assert statuses == (200, 403, 404)
    stranger = client_of(other_liaison)
    assert stranger.get(download).status_code == 404
    assert "この年度の、あなたの課の調書ではありません。" in page_of(
        stranger.get(sent(stranger, full, content).headers["Location"])
    )
    assert client_of(committee_viewer).get(address(full)).status_code == 404
    assert (EvaluationUpload.objects.count(), stored(full).version) == (2, 1)


def test_the_actions_themselves_refuse_others_and_files_of_others(
    full: Evaluation, division: Department, liaison: User, manager: User
) -> None:
    with pytest.raises(NotYours, match="所管課の担当者が行います"):
        keep_upload(round_=full.round, by=manager, name="調書.xlsx", content=b"")
    kept = keep_upload(round_=full.round, by=liaison, name="調書.xlsx", content=b"")
    colleague = UserFactory.create(role=Role.LIAISON, role__department=division)
    edit = Edit(full, Answers(values={"results": "ファイル"}), 1)
    with pytest.raises(NotYours, match="ほかの人が選んだファイル"):
        take_in(upload=kept, edits=[edit], by=colleague, counts={})
    other_year = opened(division, year=2017).evaluations.get()
    with pytest.raises(NotYours, match="ほかの年度の調書"):
        take_in(upload=kept, edits=[replace(edit, evaluation=other_year)], by=liaison, counts={})
    assert (stored(full).version, stored(other_year).version) == (1, 1)


def test_what_is_no_workbook_of_this_round_is_refused_and_not_kept(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    client = client_of(liaison)
    strange = opened(full.department, year=2017).evaluations.get()
    files = {
        "古い.xls": bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 600,
        "調書.xlsx": b"PK\x03\x04 broken",
        "空.xlsx": saved(Workbook()),
    }
    pages = {name: page_of(sent(client, full, content, name)) for name, content in files.items()}
    assert (
        "『古い.xls』は読み込めません。パスワードで保護されているか、古い形式（.xls）のファイルです。"
        in pages["古い.xls"]
    )
    assert "『調書.xlsx』は読み込めません。ファイルが壊れているか、途中で切れています。" in pages["調書.xlsx"]
    assert "『空.xlsx』に、この年度のあなたの課の調書が見つかりません。" in pages["空.xlsx"]
    assert EvaluationUpload.objects.count() == 0
    _, page, _ = previewed(client, full, typed(downloaded(strange, liaison), strange, results="別の年度"))
    assert "この年度の、あなたの課の調書ではありません。" in page


def test_choosing_and_looking_take_as_many_queries_for_50_as_for_5(
    full: Evaluation, liaison: User, division: Department, client_of: ClientOf
) -> None:
    client = client_of(liaison)

    def count(number: int) -> list[int]:
        for each in range(Evaluation.objects.count(), number):
            action = action_of(full.round.program, division, code=f"1-1-9{each:02}")
            Evaluation.objects.create(
                round=full.round, action=action, direction=action.main_direction, department=division
            )
        workbook = load_workbook(io.BytesIO(downloaded(full, liaison, Shape.LIST)))
        for evaluation in Evaluation.objects.all():
            answer_cell(workbook, evaluation, "results").value = "実施した。"
        with CaptureQueriesContext(connection) as choosing:
            answer = sent(client, full, saved(workbook))
        with CaptureQueriesContext(connection) as looking:
            page = page_of(client.get(answer.headers["Location"]))
        assert f"新しい記入 {number}項目" in page
        return [len(choosing), len(looking)]

    few = count(5)
    assert count(50) == few
    assert max(few) <= 20


def test_the_pages_are_valid(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    client = client_of(liaison)
    content = typed(downloaded(full, liaison), full, results="ファイル", outcomes="新しい", settlement="x", grade="1")
    save_evaluation(evaluation=full, answers=Answers(values={"results": "画面"}), by=liaison, expected_version=1)
    url, page, _ = previewed(client, full, content)
    broken = sent(client, full, b"no file").content.decode()
    pages = {"/sheets/": client.get(address(full)).content.decode(), "/broken/": broken}
    assert validate({**pages, url: client.get(url).content.decode()}) == []
    assert "重なり 1項目" in page
