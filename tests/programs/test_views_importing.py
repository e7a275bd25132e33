"""The pages of the import: choose a file, see what it would change, confirm just that."""

import html
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from accounts.enums import AuditKind
from accounts.models import AuditEntry, User
from programs.exporting import export
from programs.models import Action, Milestone, Program, ProgramUpload
from tests.html_validity import validate
from tests.programs.workbooks import changed, put, removed_once_read, small_program
from tests.progress.pages import messages_of

pytestmark = pytest.mark.django_db
Change = Callable[[Workbook], object]
IMPORT = "/desk/programs/2016/import/"


@pytest.fixture
def program() -> Program:
    return small_program()


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[Any], Client]) -> Client:
    return client_of(ict_staff)


def words(page: str) -> str:
    """What a person reads in the main part, in one line."""
    main = re.search(r"<main.*</main>", page, re.DOTALL)
    assert main is not None
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", main[0]).split()))


def rows(page: str, caption: str) -> list[list[str]]:
    """The cells of the table whose caption begins so."""
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        if re.search(rf"<caption>{re.escape(caption)}", table):
            cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("<tr>")[2:]]
            return [[words(f"<main>{cell}</main>") for cell in row] for row in cells]
    raise AssertionError(f"no table {caption}")


def uploaded(client: Client, content: bytes, name: str = "直したもの.xlsx") -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content)}, follow=True)


def chosen(client: Client, program: Program, change: Change) -> Any:
    return uploaded(client, changed(export(program), change))


def confirmed(client: Client, preview: Any, **fields: str) -> Any:
    fingerprint = re.search(r'name="fingerprint" value="(\w+)"', preview.content.decode())
    assert fingerprint is not None
    return client.post(
        preview.request["PATH_INFO"], {"fingerprint": fingerprint[1], "reason": "年度の見直し"} | fields, follow=True
    )


def test_the_preview_shows_what_will_be_new_changed_and_gone(staff: Client, program: Program) -> None:
    def change(workbook: Workbook) -> None:
        put("取組", 2, 目的="待ち時間を減らします。")(workbook)
        workbook["マイルストーン"].append(["1-1-001", 2016, None, 12, "広げる"])
        workbook["引き継ぎ"].delete_rows(2)

    page = chosen(staff, program, change).content.decode()
    assert rows(page, "取り込みで変わる件数") == [
        ["取組", "0", "1", "0", "1"],
        ["所管課", "0", "0", "0", "4"],
        ["ほかの基本方向", "0", "0", "0", "1"],
        ["上位計画", "0", "0", "0", "1"],
        ["年度別計画", "0", "0", "0", "4"],
        ["マイルストーン", "1", "0", "0", "8"],
        ["指標", "0", "0", "0", "2"],
        ["指標の目標", "0", "0", "0", "4"],
        ["引き継ぎ", "0", "0", "1", "0"],
    ]
    assert rows(page, "追加・変更・削除になる内容（3件）") == [
        ["△ 変更", "取組 2行", "1-1-001 オンライン申請", "目的 市民の手間を減らします。 から → 待ち時間を減らします。"],
        [
            "＋ 追加",
            "マイルストーン 10行",
            "1-1-001 平成28(2016)年度 広げる",
            "加える内容 取組コード 1-1-001 年度 平成28(2016)年度 順番 3 月 12月 マイルストーン 広げる",
        ],
        [
            "− 削除",
            "引き継ぎ",
            "1-1-001 2014 1-1-009",
            "消える内容 取組コード 1-1-001 前プログラム 2014 前プログラムの取組コード 1-1-009 引き継ぎ方 継続",
        ],
    ]
    assert not Action.objects.filter(purpose="待ち時間を減らします。").exists()


def test_the_preview_can_be_narrowed(staff: Client, program: Program) -> None:
    def change(workbook: Workbook) -> None:
        put("取組", 2, 目的="待ち時間を減らします。")(workbook)
        workbook["引き継ぎ"].delete_rows(2)

    address = chosen(staff, program, change).request["PATH_INFO"]
    page = staff.get(address, {"kind": "gone"}).content.decode()
    assert [row[0] for row in rows(page, "追加・変更・削除になる内容（1件）")] == ["− 削除"]
    assert "この種類の変更はありません。" in staff.get(address, {"kind": "new"}).content.decode()


def test_confirming_imports_and_says_so(staff: Client, program: Program, ict_staff: User) -> None:
    response = confirmed(staff, chosen(staff, program, put("取組", 2, 目的="待ち時間を減らします。")))
    action = Action.objects.get(program=program, code="1-1-001")
    assert (action.purpose, action.history.latest().history_user) == ("待ち時間を減らします。", ict_staff)
    assert response.request["PATH_INFO"] == IMPORT
    assert "『直したもの.xlsx』を取り込みました。取組は変更1件です。" in words(response.content.decode())
    assert ProgramUpload.objects.get().applied_at is not None


def test_a_double_click_imports_once(staff: Client, program: Program) -> None:
    preview = chosen(staff, program, put("取組", 2, 目的="待ち時間を減らします。"))
    confirmed(staff, preview)
    response = confirmed(staff, preview)
    assert "このファイルはすでに取り込んであります。内容は変わっていません。" in words(response.content.decode())
    assert Action.objects.get(program=program, code="1-1-001").version == 2


def test_a_change_in_between_shows_the_new_preview_and_keeps_the_reason(staff: Client, program: Program) -> None:
    preview = chosen(staff, program, put("取組", 2, 目的="待ち時間を減らします。"))
    Milestone.objects.filter(month=9).update(month=10)
    response = confirmed(staff, preview)
    page = response.content.decode()
    assert "確かめていただいた後に、プログラムの内容が変わりました。まだ何も取り込んでいません。" in words(page)
    assert [row[0] for row in rows(page, "追加・変更・削除になる内容（5件）")] == ["△ 変更"] * 5
    assert ">\n年度の見直し</textarea>" in page
    assert not Action.objects.filter(purpose="待ち時間を減らします。").exists()
    confirmed(staff, response)
    assert Action.objects.filter(purpose="待ち時間を減らします。").count() == 1


def test_of_two_people_the_second_sees_the_work_of_the_first(
    staff: Client, program: Program, client_of: Callable[[Any], Client], ict_staff: User
) -> None:
    other = client_of(ict_staff)
    first = chosen(staff, program, put("取組", 2, 目的="ひとり目"))
    second = chosen(other, program, put("取組", 2, 目的="ふたり目"))
    confirmed(staff, first)
    page = confirmed(other, second).content.decode()
    assert rows(page, "追加・変更・削除になる内容（1件）")[0][3] == "目的 ひとり目 から → ふたり目"
    assert Action.objects.get(program=program, code="1-1-001").purpose == "ひとり目"


def test_a_reason_is_asked_for_when_the_public_reads_it(staff: Client, program: Program) -> None:
    response = confirmed(staff, chosen(staff, program, put("取組", 2, 目的="別の目的")), reason="")
    message = "公開しているプログラムの変更には理由が必要です。「変更の理由」を入力してください。"
    assert message in words(response.content.decode())
    assert not Action.objects.filter(purpose="別の目的").exists()


def test_every_error_is_listed(staff: Client, program: Program) -> None:
    def change(workbook: Workbook) -> None:
        put("年度別計画", 3, **{"予算額（千円）": "12,30o"})(workbook)
        workbook.remove(workbook["引き継ぎ"])

    page = chosen(staff, program, change).content.decode()
    assert rows(page, "直すところ（2件）") == [
        [
            "年度別計画",
            "3",
            "D列 予算額（千円）",
            "『12,30o』",
            "金額として読めません。 千円単位の数字で入力してください（例：1,234または1,234千円）。",
        ],
        [
            "引き継ぎ",
            "―",
            "―",
            "―",
            "このシートがありません。 シート名を変えたときは元に戻してください。"
            "書くことがないときも、見出しだけのシートを残してください。",
        ],
    ]
    assert "この内容で取り込む" not in page


def test_a_file_with_errors_cannot_be_forced(staff: Client, program: Program) -> None:
    preview = chosen(staff, program, put("取組", 2, 主な基本方向="9-9-9"))
    response = staff.post(preview.request["PATH_INFO"], {"fingerprint": "0" * 64, "reason": "無理に"}, follow=True)
    assert "直すところが1件あります" in words(response.content.decode())
    assert Action.objects.get(program=program, code="1-1-001").version == 1


def test_more_errors_than_fit_are_on_further_pages(staff: Client, program: Program) -> None:
    def change(workbook: Workbook) -> None:
        for number in range(150):
            workbook["ほかの基本方向"].append([f"7-{number}", "1-1-2"])

    preview = chosen(staff, program, change)
    assert len(rows(preview.content.decode(), "直すところ（150件のうち1件目から100件目）")) == 100
    second = staff.get(preview.request["PATH_INFO"], {"page": 2}).content.decode()
    assert len(rows(second, "直すところ（150件のうち101件目から150件目）")) == 50


def test_the_unchanged_file_says_so(staff: Client, program: Program) -> None:
    page = chosen(staff, program, lambda workbook: None).content.decode()
    assert "ファイルの内容は、今のプログラムと同じです。取り込む必要はありません。" in words(page)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n", "『写真.xlsx』は読み込めません。中身が画像（PNG）のファイルです。"),
        (b"", "ファイルが空です。"),
    ],
)
def test_what_is_no_workbook_is_not_kept(staff: Client, program: Program, content: bytes, message: str) -> None:
    page = uploaded(staff, content, "写真.xlsx").content.decode()
    assert message in words(page)
    assert ProgramUpload.objects.count() == 0


def test_choosing_nothing_is_told(staff: Client, program: Program) -> None:
    assert "Excelファイル：ファイルを選んでください。" in words(staff.post(IMPORT, {}).content.decode())


def test_who_comes_back_to_a_removed_file_is_told_and_chooses_anew(staff: Client, program: Program) -> None:
    """Its page, its button, and the button while the file is removed: nothing is imported."""
    preview = chosen(staff, program, put("取組", 2, 目的="待ち時間を減らします。"))
    with removed_once_read(ProgramUpload):
        answers = [confirmed(staff, preview)]
    answers += [staff.get(preview.request["PATH_INFO"], follow=True), confirmed(staff, preview)]
    gone = "選んでから7日を過ぎたため、このファイルは削除しました。もう一度選んでください。"
    assert [messages_of(each) for each in answers] == [[gone]] * 3
    assert [each.redirect_chain for each in answers] == [[(IMPORT, 302)]] * 3
    assert Action.objects.get(program=program, code="1-1-001").version == 1
    assert ProgramUpload.objects.count() == 0


def test_a_file_belongs_to_its_programme(staff: Client, program: Program) -> None:
    number = chosen(staff, program, lambda workbook: None).request["PATH_INFO"].split("/")[-2]
    assert staff.get(f"/desk/programs/2014/import/{number}/").status_code == 404


def test_a_kept_file_that_may_not_be_read_any_more_is_told(staff: Client, program: Program) -> None:
    address = chosen(staff, program, lambda workbook: None).request["PATH_INFO"]
    ProgramUpload.objects.update(content=b"PK is no workbook")
    response = staff.get(address, follow=True)
    assert response.redirect_chain == [(IMPORT, 302)]
    assert "『直したもの.xlsx』は、もう読み込めません。" in words(response.content.decode())


@pytest.mark.parametrize(("kind", "name"), [("template", "様式"), ("export", "取組")])
def test_the_files_can_be_downloaded(staff: Client, program: Program, kind: str, name: str) -> None:
    program.is_sample = True
    program.save()
    response = staff.get(f"/desk/programs/2016/{kind}.xlsx")
    workbook = load_workbook(io.BytesIO(response.content))
    about = dict(workbook["情報"].iter_rows(values_only=True))
    assert response.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert response.headers["Content-Disposition"].endswith(
        f"{'%E6%A7%98%E5%BC%8F' if name == '様式' else '%E5%8F%96%E7%B5%84'}_"
        "%E8%A6%8B%E6%9C%AC%E3%83%87%E3%83%BC%E3%82%BF.xlsx"
    )
    assert (about["プログラムのアドレス"], about["データの種類"]) == ("2016", "見本データ")


def test_who_took_the_programme_away_is_on_record(staff: Client, program: Program, ict_staff: User) -> None:
    staff.get("/desk/programs/2016/export.xlsx")
    entry = AuditEntry.objects.get(kind=AuditKind.EXPORTED)
    assert (entry.person, entry.about, json.loads(entry.details)) == (
        ict_staff,
        "プログラム2016_取組.xlsx",
        {"件数": 2},
    )


def test_the_list_leads_to_everything(staff: Client, program: Program) -> None:
    page = staff.get("/desk/programs/").content.decode()
    assert [row[0] for row in rows(page, "プログラムの一覧")] == ["試験プログラム", "前のプログラム"]
    assert [re.findall(r'href="(/desk/programs/2016/[^"]*)"', page)] == [
        ["/desk/programs/2016/import/", "/desk/programs/2016/export.xlsx", "/desk/programs/2016/template.xlsx"]
    ]


def test_the_pages_are_valid(staff: Client, program: Program) -> None:
    program.is_sample = True
    program.save()

    def change(workbook: Workbook) -> None:
        put("取組", 2, 目的="待ち時間を減らします。")(workbook)
        workbook["マイルストーン"].append(["1-1-001", 2016, None, 12, "広げる"])
        workbook["引き継ぎ"].delete_rows(2)

    pages = {
        "changes": chosen(staff, program, change),
        "errors": chosen(staff, program, put("取組", 2, 主な基本方向="9-9-9")),
        "nothing": chosen(staff, program, lambda workbook: None),
        "upload": staff.get(IMPORT),
        "refused": uploaded(staff, b"x"),
        "list": staff.get("/desk/programs/"),
    }
    pages["reason"] = confirmed(staff, pages["changes"], reason="")
    assert validate({name: page.content.decode() for name, page in pages.items()}) == []
