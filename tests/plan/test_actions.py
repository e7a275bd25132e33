import datetime

import pytest

from accounts.models import User
from plan import actions
from plan.editing.errors import Gone, InUse, ReasonRequired, StaleEdit, TermInUse
from plan.editing.uses import places_of
from plan.enums import Relation, RevisionKind
from plan.models import (
    ContentVersion,
    Direction,
    DirectionItem,
    Issue,
    Measure,
    PastEffort,
    Plan,
    RelatedPlan,
    Revision,
    SearchDocument,
    Survey,
    Term,
)
from plan.queries.revisions import latest_at

pytestmark = pytest.mark.django_db

REASON = "表現を改めるため"


@pytest.fixture
def measure() -> Measure:
    return Measure.objects.get(policy__plan__slug="2016", policy__number=1, number=1)


@pytest.fixture
def term() -> Term:
    return Term.objects.get(plan__slug="2016", number=1)


def unused_term(plan: Plan) -> Term:
    return Term.objects.create(
        plan=plan, number=99, name="未使用語試験", reading="みしようごしけん", explanation="説明"
    )


def content_version() -> int:
    return ContentVersion.objects.values_list("number", flat=True).get(id=1)


def traces() -> tuple[int, int, int]:
    return Revision.objects.count(), Measure.history.count(), actions.ContentVersion.objects.get(id=1).number


def test_revise_records_what_was_changed_by_whom_and_why(measure: Measure, ict_staff: User) -> None:
    actions.bump_content_version()
    before, version, number = measure.summary, measure.version, content_version()
    measure.summary = "書き換えた要旨です。"

    revision = actions.revise(root=measure, by=ict_staff, reason=REASON, expected_version=version)

    assert revision is not None
    assert (revision.kind, revision.reason, revision.by, revision.plan) == (
        RevisionKind.CHANGED,
        REASON,
        ict_staff,
        measure.policy.plan,
    )
    assert (revision.object_type, revision.object_id) == ("plan.measure", measure.pk)
    assert (revision.title, revision.path) == (str(measure), "/plans/2016/measures/1-1/")
    assert revision.changes == [{"label": "要旨", "before": before, "after": "書き換えた要旨です。"}]
    stored = Measure.objects.get(pk=measure.pk)
    assert (stored.summary, stored.version) == ("書き換えた要旨です。", version + 1)
    record = Measure.history.filter(id=measure.pk).latest()
    assert (record.history_user, record.history_change_reason, record.history_date, record.version) == (
        ict_staff,
        REASON,
        revision.made_at,
        version + 1,
    )
    assert content_version() == number + 1
    document = SearchDocument.objects.get(source_model="plan.measure", source_id=measure.pk)
    assert "書き換えた要旨です。" in document.text


def test_changes_of_rows_are_one_revision_with_the_root(measure: Measure, ict_staff: User) -> None:
    first, second = measure.issues.all()[:2]
    last = measure.issues.last()
    assert last is not None
    old_first, old_second, place = first.text, second.text, last.position
    measure.title = "新しい題名"
    first.text = "書き換えた課題"
    new = Issue(measure=measure, position=place + 1, text="加えた課題")

    revision = actions.revise(
        root=measure,
        by=ict_staff,
        reason=REASON,
        expected_version=measure.version,
        rows=[first, new],
        deleted_rows=[second],
    )

    assert revision is not None
    assert revision.changes[1:] == [
        {"label": "現状と課題1 本文", "before": old_first, "after": "書き換えた課題"},
        {"label": "現状と課題2 本文", "before": old_second, "after": ""},
        {"label": f"現状と課題{place} 本文", "before": "", "after": "加えた課題"},
    ]
    assert Revision.objects.filter(object_type="plan.measure", object_id=measure.pk).count() == 1
    records = Issue.history.filter(history_date=revision.made_at)
    assert {(record.history_type, record.history_user, record.history_change_reason) for record in records} == {
        ("~", ict_staff, REASON),
        ("+", ict_staff, REASON),
        ("-", ict_staff, REASON),
    }


def test_a_new_order_is_one_change(measure: Measure, ict_staff: User) -> None:
    first, second, *_others = measure.issues.all()
    first.position, second.position = 2, 1

    revision = actions.revise(
        root=measure, by=ict_staff, reason=REASON, expected_version=measure.version, rows=[first, second]
    )

    assert revision is not None
    assert [change["label"] for change in revision.changes] == ["現状と課題の順番"]
    assert revision.changes[0]["before"].splitlines()[0] == f"1 {first.text}"
    assert revision.changes[0]["after"].splitlines()[0] == f"1 {second.text}"
    assert list(measure.issues.values_list("pk", flat=True))[:2] == [second.pk, first.pk]


def test_choices_dates_and_links_are_recorded_as_people_read_them(ict_staff: User) -> None:
    survey = Survey.objects.get(plan__slug="2016", number=1)
    survey.started_on = datetime.date(2013, 4, 1)
    survey.section = survey.plan.sections.get(part="body", path="2")

    revision = actions.revise(root=survey, by=ict_staff, reason=REASON, expected_version=survey.version)

    assert revision is not None
    assert {change["label"]: change["after"] for change in revision.changes} == {
        "章・節": survey.section.heading,
        "調査開始日": "2013年4月1日",
    }


def test_saving_without_a_change_leaves_no_trace(measure: Measure, ict_staff: User) -> None:
    actions.bump_content_version()
    before = traces()

    revision = actions.revise(
        root=measure, by=ict_staff, reason=REASON, expected_version=measure.version, rows=list(measure.issues.all())
    )

    assert revision is None
    assert traces() == before
    assert Measure.objects.get(pk=measure.pk).version == measure.version


def test_a_stale_edit_is_refused_and_names_the_newer_revision(
    measure: Measure, ict_staff: User, administrator: User
) -> None:
    mine = Measure.objects.get(pk=measure.pk)
    measure.title = "先に保存した題名"
    newer = actions.revise(root=measure, by=administrator, reason=REASON, expected_version=measure.version)
    mine.title = "後から保存した題名"

    with pytest.raises(StaleEdit) as caught:
        actions.revise(root=mine, by=ict_staff, reason=REASON, expected_version=mine.version)

    assert caught.value.revision == newer
    assert caught.value.current == measure
    assert Measure.objects.get(pk=measure.pk).title == "先に保存した題名"


def test_an_edit_of_what_somebody_deleted_meanwhile_is_refused(measure: Measure, ict_staff: User) -> None:
    term = unused_term(measure.policy.plan)
    actions.delete_root(root=Term.objects.get(pk=term.pk), by=ict_staff, reason=REASON)
    with pytest.raises(Gone):
        actions.revise(root=term, by=ict_staff, reason=REASON, expected_version=term.version)
    with pytest.raises(Gone):
        actions.delete_root(root=term, by=ict_staff, reason=REASON, expected_version=term.version)


def test_published_text_needs_a_reason(measure: Measure, ict_staff: User) -> None:
    actions.bump_content_version()
    before, title = traces(), measure.title
    measure.title = "理由のない変更"

    with pytest.raises(ReasonRequired):
        actions.revise(root=measure, by=ict_staff, reason="  ", expected_version=measure.version)

    assert traces() == before
    assert Measure.objects.get(pk=measure.pk).title == title


def test_a_draft_plan_changes_without_a_reason_and_is_recorded_too(ict_staff: User) -> None:
    plan = Plan.objects.create(slug="2021", title="次期プラン", goal="目標", start_year=2021, end_year=2025)
    plan.goal = "新しい目標"

    revision = actions.revise(root=plan, by=ict_staff, reason="", expected_version=1)

    assert revision is not None
    assert revision.changes == [{"label": "基本目標", "before": "目標", "after": "新しい目標"}]


def test_a_new_root_is_recorded_with_its_rows(measure: Measure, ict_staff: User) -> None:
    direction = Direction(measure=measure, number=9, title="新しい方向")
    item = DirectionItem(direction=direction, position=1, text="新しい項目")

    revision = actions.create_root(root=direction, by=ict_staff, reason=REASON, rows=[item])

    assert (revision.kind, revision.title) == (RevisionKind.CREATED, "施策の基本方向 1-1-9 新しい方向")
    assert revision.changes[-1] == {"label": "項目1 本文", "before": "", "after": "新しい項目"}
    assert list(Direction.objects.get(pk=direction.pk).items.values_list("text", flat=True)) == ["新しい項目"]
    assert SearchDocument.objects.filter(source_model="plan.direction", source_id=direction.pk).count() == 1


def test_the_content_version_begins_by_itself_and_grows() -> None:
    ContentVersion.objects.all().delete()

    assert [actions.bump_content_version(), actions.bump_content_version()] == [1, 2]


def test_a_term_in_use_cannot_be_deleted(term: Term, ict_staff: User) -> None:
    with pytest.raises(TermInUse) as caught:
        actions.delete_root(root=term, by=ict_staff, reason=REASON)

    assert caught.value.places == places_of(term)
    assert caught.value.places != []
    assert str(caught.value).startswith(f"用語「{term.name}」は{len(caught.value.places)}か所で使われている")
    assert Term.objects.filter(pk=term.pk).exists()


def test_a_term_is_in_use_by_its_footnote_mark_alone(measure: Measure, ict_staff: User) -> None:
    term = unused_term(measure.policy.plan)
    Issue.objects.create(measure=measure, position=90, text="これには注があります※99。")

    assert places_of(term) == [str(measure)]
    Issue.objects.filter(position=90).update(text="別の注※991です。")
    assert places_of(term) == []


def test_an_unused_term_is_deleted_with_its_reason(measure: Measure, ict_staff: User) -> None:
    term = unused_term(measure.policy.plan)
    key = term.pk

    revision = actions.delete_root(root=term, by=ict_staff, reason=REASON)

    assert (revision.kind, revision.title, revision.object_id, revision.path) == (
        RevisionKind.DELETED,
        "用語「未使用語試験」",
        key,
        "",
    )
    assert {"label": "解説", "before": "説明", "after": ""} in revision.changes
    assert not Term.objects.filter(pk=key).exists()
    record = Term.history.filter(id=key).latest()
    assert (record.history_type, record.history_user, record.history_change_reason) == ("-", ict_staff, REASON)


def test_what_was_deleted_is_told_on_the_page_that_showed_it(measure: Measure, ict_staff: User) -> None:
    effort = measure.past_efforts.all()[0]
    revision = actions.delete_root(root=effort, by=ict_staff, reason=REASON)
    assert [each.revision for each in latest_at(measure.policy.plan, [measure.get_absolute_url()])] == [revision]


def test_what_has_something_below_it_cannot_be_deleted(measure: Measure, ict_staff: User) -> None:
    with pytest.raises(InUse) as caught:
        actions.delete_root(root=measure, by=ict_staff, reason=REASON)

    below = {f"これまでの本市の取組「{effort}」" for effort in measure.past_efforts.all()}
    below |= {f"施策の基本方向「{direction}」" for direction in measure.directions.all()}
    assert below <= set(caught.value.places)
    assert Measure.objects.filter(pk=measure.pk).exists()


def test_of_very_many_below_it_the_first_are_named(measure: Measure, ict_staff: User) -> None:
    new = Measure.objects.create(policy=measure.policy, number=99, title="新しい施策", summary="要旨")
    for number in range(1, 53):
        Direction.objects.create(measure=new, number=number, title=f"方向{number}")
    with pytest.raises(InUse, match="次の52件が結び付いているため") as caught:
        actions.delete_root(root=new, by=ict_staff, reason=REASON)
    assert (len(caught.value.places), caught.value.places[-1]) == (51, "ほか2件")


def test_a_plan_is_never_deleted(ict_staff: User) -> None:
    plan = Plan.objects.create(slug="2021", title="次期プラン", goal="目標", start_year=2021, end_year=2025)

    with pytest.raises(InUse, match="推進プランは削除できません"):
        actions.delete_root(root=plan, by=ict_staff, reason=REASON)


def test_deleting_a_past_effort_takes_its_words_out_of_the_search_for_the_measure(
    measure: Measure, ict_staff: User
) -> None:
    effort = PastEffort(measure=measure, position=9, title="ほかにない小見出し語")
    actions.create_root(root=effort, by=ict_staff, reason=REASON)
    document = SearchDocument.objects.get(source_model="plan.measure", source_id=measure.pk)
    assert "ほかにない小見出し語" in document.text

    actions.delete_root(root=effort, by=ict_staff, reason=REASON)

    document.refresh_from_db()
    assert "ほかにない小見出し語" not in document.text


def test_two_changes_at_the_same_moment_are_still_two_states(
    measure: Measure, ict_staff: User, time_machine: object
) -> None:
    plan = RelatedPlan(
        plan=measure.policy.plan, relation=Relation.UPPER, name="試験計画", period_text="1年", position=90
    )
    first = actions.create_root(root=plan, by=ict_staff, reason=REASON)
    time_machine.move_to(first.made_at, tick=False)  # type: ignore[attr-defined]
    plan.name = "試験計画2"
    second = actions.revise(root=plan, by=ict_staff, reason=REASON, expected_version=1)

    assert second is not None
    assert second.made_at > first.made_at
