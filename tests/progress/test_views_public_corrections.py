"""正誤 on the public pages, and what was first published; compared with what was corrected."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from plan import search
from plan.actions import bump_content_version
from plan.fiscal import date_label
from plan.models import SearchDocument
from progress.actions.corrections import correct_measure, publish_late
from progress.actions.rounds import release_to_committee
from progress.enums import Status
from progress.models import MeasureEvaluation, Publication, PublishedMeasure, Round
from progress.permissions import visible_to
from progress.queries.corrections import compared
from tests.factories import UserFactory
from tests.plan.reading import links, main_of, part, words
from tests.progress.factories import bring_to, entry
from tests.progress.pages import table_rows
from tests.progress.published import DONE, EXCEPTION, Year, published_year

pytestmark = pytest.mark.django_db

ACTION = "/programs/2016/actions/1-1-001/"
RESULT = "/progress/2016/actions/1-1-001/"


@pytest.fixture
def year() -> Year:
    return published_year()


def test_correction_is_shown_where_it_matters_and_the_first_state_stays(client: Client, year: Year) -> None:
    year.correct("1-1-001", reason="件数の数え間違い", results="訂正した実績です。", settlement=900)
    for address in (ACTION, RESULT, "/progress/2016/corrections/"):
        page = words(main_of(client.get(address)))
        expected = (
            "件数の数え間違い",
            f"誤 {DONE}を120件行いました。",
            "正 訂正した実績です。",
            "誤 1,000千円",
            "正 900千円",
        )
        assert [text in page for text in expected] == [True] * 5, address
    now, first = main_of(client.get(RESULT)), main_of(client.get(f"{RESULT}first/"))
    assert (DONE in words(part(now, "do")), DONE in words(part(first, "do"))) == (False, True)
    assert "公表した当初の内容です" in words(first)
    assert RESULT in links(first)
    assert "この内容は、その後に訂正または追加しました。" in words(first)
    assert f"{RESULT}first/" in links(now)
    assert "訂正・追加あり" in words(main_of(client.get("/progress/2016/actions/")))
    assert [words(item)[-2:] for item in re.findall(r"<li>.*?</li>", part(main_of(client.get("/")), "news"), re.DOTALL)]
    assert f"{RESULT}#correction-2" in links(part(main_of(client.get("/")), "news"))


def test_words_that_a_correction_changed_are_marked_and_terms_explained(client: Client, year: Year) -> None:
    year.correct(
        "1-1-001",
        results="クラウドで公開しました。\n<b>120件</b>です。",
        settlement=1000,
        problems="人手が足りません。",
    )
    year.correct("1-1-001", results="クラウドで公開しました。\n<b>12件</b>です。", settlement=900, problems="")
    for address in (ACTION, RESULT, "/progress/2016/corrections/"):
        page = main_of(client.get(address))
        newest = page[page.index('id="correction-3"') : page.index('id="correction-2"')]
        changes = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>\s*<dd>(.*?)</dd>", newest, re.DOTALL)
        told = {label: (words(wrong), words(right)) for label, wrong, right in changes}
        assert told == {
            "実績": (
                "誤 クラウドで公開しました。 <b>（削除ここから）120（削除ここまで）件</b>です。",
                "正 クラウドで公開しました。 <b>（追加ここから）12（追加ここまで）件</b>です。",
            ),
            "決算額": ("誤 1,000千円", "正 900千円"),
            "課題": ("誤 人手が足りません。", "正 （記載なし）"),
        }, address
        assert (newest.count("<del>"), newest.count("<ins>"), page.count("変更箇所の見方")) == (2, 2, 1), address
        assert re.findall(r'class="term"[^>]*>(.*?)</a>', newest) == ["クラウド"], address
        assert set(re.findall(r'data-term="([0-9]+)"', page)) <= set(re.findall(r'id="note-term-([0-9]+)"', page))


@pytest.mark.parametrize(
    ("wrong", "right", "marks"),
    [
        ("公開しました。", "公開しました。窓口も増やしました。", [[], ["窓口も増やしました。"]]),
        (
            "利用件数、割合ともに目標をわずかに上回りました。",
            "利用件数は目標をわずかに下回り、割合は目標の97%でした。",
            [["ともに", "をわずかに上回りました"], ["は目標をわずかに下回り", "は", "の97%でした"]],
        ),
        ("窓口を増やし、予約を始めました。", "利用者が減り、見直しを続けています。", [[], []]),
        ("", "公開しました。", [[], []]),
        ("3 ほぼ目標どおり", "2 目標を上回って達成", [[], []]),
        ("12千円", "900千円", [[], []]),
    ],
)
def test_short_texts_and_different_ones_are_told_whole(wrong: str, right: str, marks: list[list[str]]) -> None:
    pieces = compared(wrong, right)
    assert [[piece.text for piece in each if piece.kind != "same"] for each in pieces] == marks
    assert tuple("".join(piece.text for piece in each) for each in pieces) == (wrong, right)


def test_what_was_added_is_told_with_its_terms_and_no_marks(client: Client, year: Year) -> None:
    written = MeasureEvaluation.objects.get(round=year.round, measure__policy__number=2, measure__number=1)
    correct_measure(
        evaluation=written,
        values={"reason": "クラウドに移しました。"},
        by=year.staff,
        reason="記入が間に合わなかったため",
        expected_version=written.version,
    )
    page = part(main_of(client.get("/progress/2016/measures/2-1/")), "corrections")
    assert re.findall(r'class="term"[^>]*>(.*?)</a>', page) == ["クラウド"]
    assert ("クラウドに移しました。" in words(page), "<ins>" in page, "変更箇所の見方" in page) == (True, False, False)


def test_corrected_words_are_found_and_the_wrong_ones_are_not(client: Client, year: Year) -> None:
    year.correct("1-1-001", results="訂正した実績です。")
    assert RESULT in links(main_of(client.get("/search/?q=訂正した実績")))
    assert RESULT not in links(main_of(client.get(f"/search/?q={DONE}")))


def test_what_a_correction_says_is_found_and_goes_with_its_programme(client: Client, year: Year) -> None:
    place = f"{RESULT}#correction-2"

    def finding(*queries: str) -> list[bool]:
        return [place in links(main_of(client.get(f"/search/?q={query}"))) for query in queries]

    told = ("数え間違いの松山", DONE, "訂正した実績", "誤：1,000千円")
    assert finding(*told) == [False] * 4
    year.correct("1-1-001", reason="数え間違いの松山", results="訂正した実績です。", settlement=900)
    assert finding(*told) == [True] * 4
    assert finding("数え間違いの松山&measure=1-1", "数え間違いの松山&measure=1-2") == [True, False]
    found = words(main_of(client.get("/search/?q=数え間違いの松山")))
    assert "正誤：1-1-001 公開するデータの拡充の評価（平成28(2016)年度）" in found
    search.rebuild(year.program.plan)
    assert finding(*told) == [True] * 4
    year.program.is_published = False
    year.program.save()
    search.refresh(year.program)
    assert not SearchDocument.objects.filter(text__contains="数え間違いの松山").exists()
    search.rebuild(year.program.plan)
    assert not SearchDocument.objects.filter(text__contains="数え間違いの松山").exists()


def test_correction_of_a_measure_is_found_with_its_reason(client: Client, year: Year) -> None:
    evaluation = MeasureEvaluation.objects.get(round=year.round, measure__policy__number=1, measure__number=1)
    correct_measure(
        evaluation=evaluation,
        values={"reason": "直した理由です。"},
        by=year.staff,
        reason="当てはめの誤りの高松",
        expected_version=evaluation.version,
    )
    found = links(main_of(client.get("/search/?q=当てはめの誤りの高松")))
    assert "/progress/2016/measures/1-1/#correction-2" in found


def test_without_a_correction_the_first_state_says_so(client: Client, year: Year) -> None:
    assert "その後の訂正と追加はありません。" in words(main_of(client.get(f"{RESULT}first/")))


def test_corrected_measure_keeps_its_first_state(client: Client, year: Year) -> None:
    evaluation = MeasureEvaluation.objects.get(round=year.round, measure__policy__number=1, measure__number=1)
    correct_measure(
        evaluation=evaluation,
        values={"rating_id": entry(year.round, "A").pk, "reason": "直した理由です。"},
        by=year.staff,
        reason="基準の当てはめの誤り",
        expected_version=evaluation.version,
    )
    now = words(main_of(client.get("/progress/2016/measures/1-1/")))
    first = words(main_of(client.get("/progress/2016/measures/1-1/first/")))
    assert [text in now for text in ("A 順調に推移", "基準の当てはめの誤り", "誤 B 一定の進捗")] == [True] * 3
    assert ("B 一定の進捗" in first, "直した理由です。" in first) == (True, False)
    assert "/progress/2016/measures/1-1/first/" in links(main_of(client.get("/progress/2016/corrections/")))


def test_first_state_of_a_measure_holds_the_first_rows_of_its_actions(client: Client, year: Year) -> None:
    address = "/progress/2016/measures/1-1/"
    year.correct("1-1-001", settlement=900, grade_id=entry(year.round, "4").pk)
    rows = {page: table_rows(part(main_of(client.get(page)), "actions"))[0] for page in (address, f"{address}first/")}
    assert rows[address][1:5] == ["公開するデータの拡充 訂正・追加あり", "試験公開課", "4 目標を下回った", "900"]
    assert rows[f"{address}first/"][1:5] == ["公開するデータの拡充", "試験公開課", "2 目標を上回って達成", "1,000"]
    first = main_of(client.get(f"{address}first/"))
    assert "この内容は、その後に訂正または追加しました。" in words(first)
    assert {address, "/progress/2016/corrections/", f"{RESULT}first/"} <= set(links(first))
    assert "/progress/2016/corrections/" in links(main_of(client.get(f"{RESULT}first/")))
    untouched = words(main_of(client.get("/progress/2016/measures/1-2/first/")))
    assert "その後の訂正と追加はありません。" in untouched


def test_words_of_a_measure_that_a_correction_overtook_say_of_when_they_are(client: Client, year: Year) -> None:
    page, note = "/progress/2016/measures/1-1/", "その後、取組の調書に訂正または追加がありました。"

    def told(address: str = page) -> str:
        return words(part(main_of(client.get(address)), "evaluation"))

    assert note not in told()
    year.correct("1-1-001", settlement=900)
    published_on = date_label(timezone.localdate(year.round.published_at))
    assert f"この文章は、{published_on}に公表したときのものです。{note}" in told()
    assert (note in told(f"{page}first/"), note in told("/progress/2016/measures/1-2/")) == (False, False)
    evaluation = MeasureEvaluation.objects.get(round=year.round, measure__policy__number=1, measure__number=1)
    values = {"reason": "決算額を900千円に直しました。"}
    correct_measure(
        evaluation=evaluation, values=values, by=year.staff, reason="調書の訂正", expected_version=evaluation.version
    )
    assert ("900千円" in told(), note in told()) == (True, False)


def test_sums_that_a_correction_moved_say_so_on_the_measure_and_the_year(client: Client, year: Year) -> None:
    page, listed = "/progress/2016/measures/1-1/", "/progress/2016/corrections/"

    def told(address: str, anchor: str = "grades") -> str:
        return part(main_of(client.get(address)), anchor)

    assert (listed in links(told(page)), listed in links(told("/progress/2016/", "glance"))) == (False, False)
    correction = year.correct("1-1-001", settlement=900)
    made_on = date_label(timezone.localdate(correction.publication.made_at))
    assert f"1-1-001 公開するデータの拡充（{made_on}の訂正）" in words(told(page))
    assert links(told(page))[-3:] == [f"{RESULT}#correction-2", listed, f"{page}first/"]
    assert 'id="correction-2"' in main_of(client.get(RESULT))
    assert listed in links(told("/progress/2016/", "glance"))
    assert "公表した後の訂正または追加があります。" in words(told("/progress/2016/", "glance"))
    for untouched in (f"{page}first/", "/progress/2016/measures/1-2/"):
        assert listed not in links(told(untouched)), untouched


def test_the_year_keeps_its_first_state_where_a_correction_moved_its_sums(client: Client, year: Year) -> None:
    now, first = "/progress/2016/", "/progress/2016/first/"
    before = main_of(client.get(now))
    assert first not in links(before)
    assert "その後の訂正と追加はありません。" in words(main_of(client.get(first)))
    year.correct("1-1-001", settlement=900, grade_id=entry(year.round, "4").pk)
    pages = {address: main_of(client.get(address)) for address in (now, first)}
    assert first in links(part(pages[now], "glance"))
    assert table_rows(pages[first]) == table_rows(before) != table_rows(pages[now])
    assert [table_rows(pages[address])[0][4] for address in (now, first)] == ["1,900", "2,000"]
    bar = "すべての取組の達成度：{}、未着手 1件、評価が未確定 1件"
    assert (
        bar.format("2 目標を上回って達成 1件") in pages[first],
        bar.format("4 目標を下回った 1件") in pages[now],
    ) == (True, True)
    assert "公表した当初の内容です この内容は、その後に訂正または追加しました。" in words(pages[first])
    leading = set(links(pages[first]))
    assert {now, "/progress/2016/corrections/", "/progress/2016/measures/1-1/first/"} <= leading
    assert "/progress/2016/measures/1-1/" not in leading
    assert "<title>平成28(2016)年度の取組の結果（公表した当初の内容）" in client.get(first).content.decode()


def test_a_page_changed_on_the_day_of_its_own_correction(client: Client, year: Year) -> None:
    """What was published in August, corrected in September and October, each another 調書."""
    august, september, october = (datetime.datetime(2017, month, 4, 1, tzinfo=datetime.UTC) for month in (8, 9, 10))
    Round.objects.filter(pk=year.round.pk).update(published_at=august)
    Publication.objects.filter(round=year.round).update(made_at=august)
    for code, moment in (("1-1-001", september), ("1-1-002", october)):
        correction = year.correct(code, results="訂正した実績です。")
        Publication.objects.filter(pk=correction.publication_id).update(made_at=moment)
    bump_content_version()
    expected = {
        RESULT: september,
        f"{RESULT}first/": august,
        "/progress/2016/actions/1-1-002/": october,
        "/progress/2016/actions/1-2-001/": august,
        "/progress/2016/measures/1-1/": october,
        "/progress/2016/measures/1-1/first/": august,
        "/progress/2016/measures/1-2/": august,
        "/progress/2016/": october,
        "/progress/2016/first/": august,
    }
    pages = {address: main_of(client.get(address)) for address in expected}
    changed = {address: re.findall('最終更新日：<time datetime="(.*?)"', page) for address, page in pages.items()}
    assert changed == {address: [f"{moment:%Y-%m-%d}"] for address, moment in expected.items()}
    sitemap = client.get("/sitemap.xml").content.decode()
    told = dict(re.findall(r"<loc>http://testserver([^<]*)</loc><lastmod>([^<]*)T", sitemap))
    listed = {address for address in expected if not address.endswith("first/")} | {"/progress/2016/corrections/"}
    of_list = {address: f"{expected.get(address, october):%Y-%m-%d}" for address in listed}
    assert {address: told.get(address) for address in listed} == of_list


def test_first_state_of_a_year_holds_no_measure_that_came_later(client: Client, year: Year) -> None:
    correction = year.correct("1-1-001", settlement=900)
    added = PublishedMeasure.objects.filter(publication=correction.publication).get()
    other = PublishedMeasure.objects.get(round=year.round, measure__policy__number=3, measure__number=2)
    PublishedMeasure.objects.filter(pk=other.pk).update(publication=added.publication)
    assert [len(table_rows(main_of(client.get(f"/progress/2016/{page}")))) for page in ("", "first/")] == [7, 6]


def test_a_measure_names_the_newest_corrections_and_leaves_the_rest_to_the_list(client: Client, year: Year) -> None:
    for amount in range(1, 13):
        year.correct("1-1-001", settlement=amount)
    shown = [link for link in links(part(main_of(client.get("/progress/2016/measures/1-1/")), "grades")) if "#" in link]
    assert shown == [f"{RESULT}#correction-{number}" for number in range(13, 3, -1)]


def test_late_publication_of_an_exception_is_added_and_corrects_nothing(client: Client, year: Year) -> None:
    evaluation = year.evaluation("1-2-001")
    liaison = UserFactory.create(role=Role.LIAISON, role__department=evaluation.department)
    manager = UserFactory.create(role=Role.MANAGER, role__department=evaluation.department)
    done = bring_to(
        Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=year.staff, results="遅れた実績です。"
    )
    viewer = UserFactory.create(role=Role.COMMITTEE_VIEWER)
    release_to_committee(round=year.round, by=year.staff)
    assert not visible_to(viewer).filter(pk=done.pk).exists()
    publish_late(evaluation=done, by=year.staff, reason="調査が終わったため")
    assert visible_to(viewer).filter(pk=done.pk).exists()
    page = words(main_of(client.get("/progress/2016/actions/1-2-001/")))
    assert ("遅れた実績です。" in page, "調査が終わったため" in page) == (True, True)
    assert EXCEPTION in words(main_of(client.get("/progress/2016/actions/1-2-001/first/")))
    listed = client.get("/progress/2016/corrections/")
    told = words(main_of(listed))
    assert ("（追加公表）" in told, "遅れた実績です。" in told, "訂正した日時" in told) == (True, True, False)
    assert "correction-sign" not in listed.content.decode()
    assert "追加公表" in words(part(main_of(client.get("/")), "news"))


def test_words_of_a_measure_that_nobody_had_written_are_added(client: Client, year: Year) -> None:
    evaluation = MeasureEvaluation.objects.get(round=year.round, measure__policy__number=2, measure__number=1)
    assert (evaluation.rating, evaluation.reason) == (None, "")
    correct_measure(
        evaluation=evaluation,
        values={"reason": "後から書いた理由"},
        by=year.staff,
        reason="記入が間に合わなかったため",
        expected_version=evaluation.version,
    )
    listed = client.get("/progress/2016/corrections/").content.decode()
    assert ("後から書いた理由" in listed, "（追加公表）" in listed, "correction-sign" in listed) == (True, True, False)
