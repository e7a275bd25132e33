"""By when a department submits, and what is overdue: asked of one 調書, of many, of the database, it is the same."""

import datetime

import pytest

from accounts.models import User
from progress.actions.rounds import extend, set_exception
from progress.enums import Status
from progress.models import Evaluation
from progress.queries.extensions import deadlines_of, with_deadline
from progress.queries.outstanding import is_overdue, overdue
from tests.factories import DepartmentFactory
from tests.progress.factories import opened

pytestmark = pytest.mark.django_db


def test_both_ways_to_ask_for_deadlines_agree(ict_staff: User) -> None:
    first, second, third = (DepartmentFactory.create() for _ in range(3))
    rounds = [opened(first, second, third, by=ict_staff), opened(first, second, by=ict_staff)]
    extend(round=rounds[0], department=second, deadline=datetime.date(2017, 6, 7), reason="災害対応", by=ict_staff)
    extend(round=rounds[1], department=first, deadline=datetime.date(2017, 6, 14), reason="災害対応", by=ict_staff)
    deadlines = deadlines_of(rounds)
    found = list(with_deadline(Evaluation.objects.select_related("round")))
    assert {each.pk: each.due_on for each in found} == {  # type: ignore[attr-defined]  # with_deadline
        each.pk: deadlines.of(each.round, each.department_id) for each in found
    }
    assert sorted(each.due_on for each in found) == [  # type: ignore[attr-defined]
        *[datetime.date(2017, 5, 31)] * 3,
        datetime.date(2017, 6, 7),
        datetime.date(2017, 6, 14),
    ]


def test_both_ways_to_ask_what_is_overdue_agree(ict_staff: User) -> None:
    """Every state, an exception, and an extension."""
    departments = [DepartmentFactory.create() for _ in range(2)]
    round_ = opened(*departments, actions=4, by=ict_staff)
    evaluations = list(round_.evaluations.order_by("pk"))
    set_exception(evaluation=evaluations[0], by=ict_staff, reason="未確定")
    extend(round=round_, department=departments[1], deadline=datetime.date(2017, 6, 7), reason="災害対応", by=ict_staff)
    today = datetime.date(2017, 6, 1)
    everything = with_deadline(Evaluation.objects.all())
    owed = {each.pk for each in everything if is_overdue(each, today)}
    assert owed == set(everything.filter(overdue(today)).values_list("pk", flat=True))
    of_first = {each.pk for each in evaluations if each.department_id == departments[0].pk}
    assert owed == of_first - {evaluations[0].pk}
    assert not any(is_overdue(Evaluation(status=each), today) for each in Status if each not in _OWED)


_OWED = (Status.DRAFT, Status.RETURNED, Status.SUBMITTED)
