from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from plan import actions
from plan.forms import REASON_MISSING, STALE
from plan.models import Direction, DirectionItem, Measure, Plan, Revision, Section, Term
from tests.plan.admin_forms import admin_url, filled_in, opened, sent

pytestmark = pytest.mark.django_db

REASON = "表現を改めるため"


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(ict_staff)


@pytest.fixture
def direction() -> Direction:
    """1-1-1; its items are 1, 2, 3 …"""
    return Direction.objects.get(
        measure__policy__plan__slug="2016", measure__policy__number=1, measure__number=1, number=1
    )


def texts(direction: Direction) -> list[str]:
    return list(DirectionItem.objects.filter(direction=direction).values_list("text", flat=True))


def revisions(direction: Direction) -> list[Revision]:
    return list(Revision.objects.filter(object_type="plan.direction", object_id=direction.pk))


def saved_by_another(direction: Direction, by: User) -> None:
    """Somebody else gives the direction another title and item 1 another text."""
    other = Direction.objects.get(pk=direction.pk)
    item = other.items.first()
    assert item is not None
    other.title, item.text = "ほかの人の題名", "ほかの人の項目"
    actions.revise(root=other, by=by, reason="ほかの人の理由", expected_version=other.version, rows=[item])


def test_a_change_is_saved_with_its_reason(staff: Client, direction: Direction, ict_staff: User) -> None:
    old = direction.title
    data = opened(staff, direction) | {"title": "新しい題名", "reason": REASON}

    response = sent(staff, direction, data)

    assert response.status_code == 302
    (revision,) = revisions(direction)
    assert (revision.by, revision.reason) == (ict_staff, REASON)
    assert revision.changes == [{"label": "題名", "before": old, "after": "新しい題名"}]


@pytest.mark.parametrize(
    "change", [{"title": "理由のない題名"}, {"items-0-text": "理由のない項目"}, {"items-0-DELETE": "on"}]
)
def test_a_change_without_a_reason_is_shown_again_as_typed(
    staff: Client, direction: Direction, change: dict[str, str]
) -> None:
    before = (direction.title, texts(direction))

    response = sent(staff, direction, opened(staff, direction) | change)

    assert response.context["adminform"].form.errors == {"reason": [REASON_MISSING]}
    assert filled_in(response) | change == filled_in(response)
    direction.refresh_from_db()
    assert ((direction.title, texts(direction)), revisions(direction)) == (before, [])


def test_saving_without_a_change_says_so(staff: Client, direction: Direction) -> None:
    response = staff.post(admin_url(direction, "change"), opened(staff, direction), follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        f"「{direction}」に変わったところはないので、保存していません。"
    ]
    assert revisions(direction) == []


def test_rows_are_changed_added_and_deleted_as_one_revision(staff: Client, direction: Direction) -> None:
    first, second, *rest = texts(direction)
    count = len(rest) + 2
    data = opened(staff, direction) | {
        "items-0-text": "書き換えた項目",
        "items-1-DELETE": "on",
        f"items-{count}-text": "加えた項目",
        f"items-{count}-position": "",
        "reason": REASON,
    }

    sent(staff, direction, data)

    assert texts(direction) == ["書き換えた項目", *rest, "加えた項目"]
    assert list(direction.items.values_list("position", flat=True)) == list(range(1, count + 1))
    (revision,) = revisions(direction)
    assert [(change["before"], change["after"]) for change in revision.changes] == [
        (first, "書き換えた項目"),
        (second, ""),
        ("", "加えた項目"),
    ]


def test_rows_are_put_in_the_order_of_their_numbers(staff: Client, direction: Direction) -> None:
    first, second, *rest = texts(direction)
    data = opened(staff, direction) | {"items-0-position": "2", "items-1-position": "1", "reason": REASON}

    sent(staff, direction, data)

    assert texts(direction) == [second, first, *rest]
    assert list(direction.items.values_list("position", flat=True)) == list(range(1, len(rest) + 3))
    assert [change["label"] for change in revisions(direction)[0].changes] == ["項目の順番"]


def test_numbers_may_have_gaps_and_large_values(staff: Client, direction: Direction) -> None:
    first, *rest = texts(direction)
    data = opened(staff, direction) | {"items-0-position": "50", "reason": REASON}

    sent(staff, direction, data)

    assert texts(direction) == [*rest, first]
    assert list(direction.items.values_list("position", flat=True)) == list(range(1, len(rest) + 2))


def test_the_second_of_two_people_loses_nothing_and_sees_both(
    staff: Client, direction: Direction, administrator: User
) -> None:
    data = opened(staff, direction) | {"title": "わたしの題名", "items-0-text": "わたしの項目", "reason": REASON}
    saved_by_another(direction, administrator)

    response = sent(staff, direction, data)

    form = response.context["adminform"].form
    assert form.errors == {"__all__": [STALE]}
    typed = filled_in(response)
    assert (typed["title"], typed["items-0-text"], typed["reason"]) == ("わたしの題名", "わたしの項目", REASON)
    conflict = response.context["conflict"]
    assert [(state.by, state.reason) for state in conflict.newer] == [(administrator, "ほかの人の理由")]
    theirs = {
        change.label: "".join(piece.text for piece in change.pieces if piece.kind != "removed")
        for change in conflict.theirs
    }
    mine = {
        change.label: "".join(piece.text for piece in change.pieces if piece.kind != "removed")
        for change in conflict.mine
    }
    assert theirs == {"題名": "ほかの人の題名", "項目1 本文": "ほかの人の項目"}
    assert mine == {"題名": "わたしの題名", "項目1 本文": "わたしの項目"}
    assert "この内容で上書きする" in response.content.decode()
    direction.refresh_from_db()
    assert direction.title == "ほかの人の題名"


def test_after_having_seen_the_other_text_mine_may_overwrite_it(
    staff: Client, direction: Direction, administrator: User
) -> None:
    data = opened(staff, direction) | {"title": "わたしの題名", "items-0-text": "わたしの項目", "reason": REASON}
    saved_by_another(direction, administrator)
    shown = filled_in(sent(staff, direction, data))

    response = sent(staff, direction, shown)

    assert response.status_code == 302
    direction.refresh_from_db()
    assert (direction.title, texts(direction)[0]) == ("わたしの題名", "わたしの項目")
    assert [revision.reason for revision in revisions(direction)] == [REASON, "ほかの人の理由"]


def test_a_row_that_was_deleted_meanwhile_keeps_what_was_typed(
    staff: Client, direction: Direction, administrator: User
) -> None:
    _first, *rest = texts(direction)
    data = opened(staff, direction) | {"items-0-text": "わたしの項目", "reason": REASON}
    actions.revise(
        root=Direction.objects.get(pk=direction.pk),
        by=administrator,
        reason="ほかの人の理由",
        expected_version=direction.version,
        deleted_rows=list(direction.items.all()[:1]),
    )

    shown = filled_in(sent(staff, direction, data))
    response = sent(staff, direction, shown)

    assert response.status_code == 302
    assert texts(direction) == ["わたしの項目", *rest]


def test_a_row_that_was_added_meanwhile_stays_when_overwritten(
    staff: Client, direction: Direction, administrator: User
) -> None:
    before = texts(direction)
    data = opened(staff, direction) | {"title": "わたしの題名", "reason": REASON}
    actions.revise(
        root=Direction.objects.get(pk=direction.pk),
        by=administrator,
        reason="ほかの人の理由",
        expected_version=direction.version,
        rows=[DirectionItem(direction=direction, position=90, text="ほかの人が加えた項目")],
    )

    response = sent(staff, direction, filled_in(sent(staff, direction, data)))

    assert response.status_code == 302
    assert texts(direction) == [*before, "ほかの人が加えた項目"]


def test_what_was_typed_into_a_root_deleted_meanwhile_is_shown(
    staff: Client, direction: Direction, administrator: User
) -> None:
    new = Direction(measure=direction.measure, number=9, title="あとで消す方向")
    items = [DirectionItem(direction=new, position=1, text="項目")]
    actions.create_root(root=new, by=administrator, reason="試験", rows=items)
    data = opened(staff, new) | {"title": "わたしの題名", "items-0-text": "わたしの項目", "reason": REASON}
    url, key = admin_url(new, "change"), new.pk
    actions.delete_root(root=new, by=administrator, reason="ほかの人の理由")

    response = staff.post(url, data)

    html = response.content.decode()
    assert response.status_code == 409
    assert "わたしの題名" in html
    assert "わたしの項目" in html
    assert "ほかの人の理由" in html
    assert f"/admin/plan/direction/{key}/versions/" in html
    assert not Direction.objects.filter(pk=key).exists()


def test_an_error_in_a_field_keeps_everything_typed(staff: Client, direction: Direction) -> None:
    data = opened(staff, direction) | {"title": "", "items-0-text": "わたしの項目", "reason": REASON}

    response = sent(staff, direction, data)

    assert set(response.context["adminform"].form.errors) == {"title"}
    assert filled_in(response)["items-0-text"] == "わたしの項目"


def test_line_ends_of_the_browser_are_no_change(staff: Client) -> None:
    section = Section.objects.filter(plan__slug="2016", body__contains="\n").first()
    assert section is not None
    data = opened(staff, section)

    response = sent(staff, section, data | {"body": section.body.replace("\n", "\r\n")})

    assert response.status_code == 302
    assert not Revision.objects.filter(object_type="plan.section", object_id=section.pk).exists()


def test_a_new_root_is_added_with_its_rows(staff: Client, direction: Direction) -> None:
    page = staff.get(admin_url(Direction, "add"))
    data = filled_in(page) | {
        "measure": direction.measure_id,
        "number": "9",
        "title": "新しい基本方向",
        "items-0-text": "新しい項目",
        "reason": REASON,
    }

    response = staff.post(admin_url(Direction, "add"), data)

    assert response.status_code == 302
    added = Direction.objects.get(measure=direction.measure, number=9)
    assert texts(added) == ["新しい項目"]
    assert [(revision.kind, revision.reason) for revision in revisions(added)] == [("created", REASON)]


def test_adding_to_a_public_plan_needs_a_reason(staff: Client, direction: Direction) -> None:
    data = filled_in(staff.get(admin_url(Direction, "add"))) | {
        "measure": direction.measure_id,
        "number": "9",
        "title": "新しい基本方向",
    }

    response = staff.post(admin_url(Direction, "add"), data)

    assert response.context["adminform"].form.errors == {"reason": [REASON_MISSING]}


def test_a_draft_plan_needs_no_reason(staff: Client) -> None:
    plan = Plan.objects.create(slug="2021", title="次期プラン", goal="目標", start_year=2021, end_year=2025)

    response = sent(staff, plan, opened(staff, plan) | {"goal": "新しい目標"})

    assert response.status_code == 302
    plan.refresh_from_db()
    assert plan.goal == "新しい目標"


def test_a_section_cannot_stand_below_itself(staff: Client) -> None:
    section = Section.objects.get(plan__slug="2016", part="body", path="2/1")

    response = sent(staff, section, opened(staff, section) | {"parent": section.pk, "reason": REASON})

    assert response.context["adminform"].form.errors["parent"] == ["ひとつ上の階層の見出しを選んでください。"]


def test_the_address_of_a_section_is_as_deep_as_its_level(staff: Client) -> None:
    section = Section.objects.get(plan__slug="2016", part="body", path="2")

    response = sent(staff, section, opened(staff, section) | {"path": "2/9", "reason": REASON})

    assert response.context["adminform"].form.errors["path"] == ["この階層のアドレスは「2」の形で入力してください。"]


def test_the_form_of_a_term_says_in_how_many_texts_it_is_used(staff: Client) -> None:
    term = Term.objects.get(plan__slug="2016", number=1)

    response = staff.get(admin_url(term, "change"))

    assert response.context["notice"] == (
        f"この用語は{term.uses.count()}か所の本文で使われています。変更は、そのすべての説明にすぐに反映されます。"
    )


def test_a_measure_leads_to_what_stands_below_it(staff: Client) -> None:
    measure = Measure.objects.get(policy__plan__slug="2016", policy__number=1, number=1)

    links = staff.get(admin_url(measure, "change")).context["related_lists"]

    assert [address for _text, address in links] == [
        *(admin_url(effort, "change") for effort in measure.past_efforts.all()),
        *(admin_url(direction, "change") for direction in measure.directions.all()),
    ]
