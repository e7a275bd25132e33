"""One database of the bench of the rounds and what is measured in it: `python -m tests.bench.rounds_worker ACTIONS`.

Makes the data, says so, then answers one line of JSON on the standard input
with one on the standard output: `{"page": 3}`, `{"file": 0}` or `{"deed": "open"}`.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import django

YEARS = 10
# A department of so many actions is reorganised; the smaller database gives all it has.
MOVED = 2000
# So many rows stand below what is looked at with its rows.
SEVERAL = 8
# So many are chosen from a list.
CHOSEN = 3
# So many 調書 of the newest published round were accepted after it.
LATE = 10
# Where a transaction begins and ends nothing is asked for.
TRANSACTIONS = {"BEGIN", "BEGIN IMMEDIATE", "COMMIT"}


def prepare(actions: int, years: int) -> None:
    """An empty database, filled with so many actions."""
    from django.core.management import call_command

    options: dict[str, dict[str, Any]] = {
        "migrate": {"interactive": False},
        "createcachetable": {},
        "load_plan": {},
        "make_demo_accounts": {},
        "make_load": {"plans": 1, "actions": actions, "years": years},
    }
    with open("/dev/null", "w") as nowhere:
        for command, given in options.items():
            call_command(command, verbosity=0, stdout=nowhere, **given)


def _add_history() -> None:
    """Of everything in the programmes a first state, as whoever made it in the admin would have left it."""
    from django.apps import apps
    from django.db import connection
    from django.utils import timezone

    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model in apps.get_app_config("programs").get_models():
            if not hasattr(model, "history") or model.history.exists():
                continue
            columns = ", ".join(quoted(str(field.column)) for field in model._meta.concrete_fields)
            kept, made = quoted(model.history.model._meta.db_table), quoted(model._meta.db_table)
            cursor.execute(
                f"INSERT INTO {kept} ({columns}, history_date, history_type)"  # noqa: S608  # names of our own tables
                f" SELECT {columns}, %s, '+' FROM {made} ORDER BY id",
                [timezone.now()],
            )


def add_people_and_papers() -> None:
    """The demo's people come to a department of the load; the open round has extensions and is with the committee.

    Of the published round, some 調書 wait to be made public late. What is in the programmes has a history.
    """
    import datetime

    from accounts.enums import Role
    from accounts.models import Department, Membership, User
    from programs.models import Program
    from progress.actions.opening import ensure_default_scale
    from progress.actions.rounds import release_to_committee
    from progress.enums import Status
    from progress.models import Evaluation, Extension, Round
    from tests.bench.rounds_pages import LIAISON, MANAGER, STAFF

    division = Department.objects.get(code="load-1-0001")
    for number, role in ((LIAISON, Role.LIAISON), (MANAGER, Role.MANAGER)):
        Membership.objects.create(user=User.objects.get(staff_number=number), role=role, department=division)
    staff = User.objects.get(staff_number=STAFF)
    open_round = Round.objects.get(slug="2025")
    deadline = datetime.date(2026, 6, 5)
    for department in Department.objects.filter(bureau=division.bureau).order_by("code")[:SEVERAL]:
        Extension.objects.create(round=open_round, department=department, deadline=deadline, reason="災害対応のため")
    _add_rows_below_an_action()
    release_to_committee(round=open_round, by=staff)
    published = Evaluation.objects.filter(round__slug="2024").order_by("-pk")
    Evaluation.objects.filter(pk__in=published.values("pk")[:LATE]).update(status=Status.ACCEPTED)
    Round.objects.create(
        program=Program.objects.get(slug="load-1"),
        year=2026,
        slug="2026",
        opens_on=datetime.date(2027, 4, 16),
        deadline=datetime.date(2027, 5, 28),
        scale=ensure_default_scale(),
    )
    _add_history()


def _add_rows_below_an_action() -> None:
    """What its form shows row by row: 関係課 and further directions."""
    from accounts.models import Department
    from plan.models import Direction
    from programs.enums import OwnerKind
    from programs.models import Action, ActionDirection, ActionOwner

    action = Action.objects.earliest("pk")
    departments = Department.objects.filter(bureau__isnull=False).exclude(owned_actions__action=action)
    directions = Direction.objects.exclude(pk=action.main_direction_id)
    for at, (department, direction) in enumerate(zip(departments[:SEVERAL], directions[:SEVERAL], strict=False), 2):
        since = action.program.first_day
        ActionOwner.objects.create(
            action=action, position=at, department=department, kind=OwnerKind.RELATED, valid_from=since
        )
        ActionDirection.objects.create(action=action, position=at, direction=direction)


def _analyze() -> None:
    """What PostgreSQL does by itself some minutes after so many rows came in."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


class Pages:
    """Opens pages as their people do; nothing comes from the cache of finished pages."""

    def __init__(self) -> None:
        from django.test import Client

        self._clients: dict[str, Client] = {}
        self._asked = 0

    def measure(self, page: Any) -> dict[str, Any]:
        """Seconds of a request of a new process, and seconds and queries of one that has the plan at hand."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from plan.queries.kept import forget_kept_plans

        client = self.client(page.person)
        forget_kept_plans()
        sent = _sent(page)
        first = self._open(client, self.address(page), sent)
        address = self.address(page)
        with CaptureQueriesContext(connection) as captured:
            seconds = self._open(client, address, sent)
        return {
            "first": first,
            "seconds": seconds,
            "queries": len([each for each in captured if each["sql"] not in TRANSACTIONS]),
        }

    def address(self, page: Any) -> str:
        from django.urls import reverse

        kwargs = {name: _filled(value) for name, value in page.kwargs.items()}
        query = re.sub("{.+?}", lambda name: str(_filled(name[0])), page.query)
        address = f"{reverse(page.name, kwargs=kwargs)}?{query}"
        if not page.person:
            # A page with an unknown question is never kept.
            self._asked += 1
            address += f"&anew={self._asked}"
        return address

    def answer(self, page: Any) -> Any:
        """What the person is shown."""
        return _asked(self.client(page.person), self.address(page), _sent(page))

    def _open(self, client: Any, address: str, sent: Any) -> float:
        started = time.perf_counter()
        response = _asked(client, address, sent)
        size = sum(map(len, response.streaming_content if response.streaming else [response.content]))
        seconds = time.perf_counter() - started
        if response.status_code != 200 or not size:
            raise RuntimeError(f"{response.status_code} from {address}")
        return seconds

    def client(self, person: str) -> Any:
        from django.test import Client

        from accounts.models import User

        if person not in self._clients:
            client = self._clients[person] = Client()
            if person:
                client.force_login(User.objects.get(staff_number=person))
                client.get("/accounts/me/")  # the first request of a session stores when it was renewed
        return self._clients[person]


def _asked(client: Any, address: str, sent: Any) -> Any:
    return client.post(address, sent) if sent else client.get(address)


def _sent(page: Any) -> dict[str, Any]:
    """What is sent from a list; as many keys as there are with few actions, too."""
    return {name: list(_keys(value)[:CHOSEN]) if _is_name(value) else value for name, value in page.post.items()}


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("{")


def _filled(value: Any) -> Any:
    """A key for a name in braces."""
    return _keys(value)[0] if _is_name(value) else value


def _keys(value: str) -> Any:
    """The keys of what a name in braces stands for: 調書 in a state, or the rows of a model."""
    from django.apps import apps

    from progress.models import Evaluation, Extension, NextYearProposal, Round
    from progress.queries.round_corrections import late_ones

    name = value.strip("{}")
    own = Evaluation.objects.filter(department__code="load-1-0001")
    rows: Any
    if name == "extension":
        rows = Extension.objects.all()
    elif name == "proposal":
        rows = NextYearProposal.objects.all()
    elif name == "published":
        rows = own.filter(round__slug="2024", status="published")
    elif name == "late":
        rows = late_ones(Round.objects.get(slug="2024"))
    elif "." in name:
        rows = apps.get_model(name)._default_manager.all()
    else:
        rows = own.filter(round__slug="2025", status=name)
    return rows.order_by("pk").values_list("pk", flat=True)


# ── Deeds ─────────────────────────────────────────────────────────────────────


def _timed(deed: Callable[[], object]) -> dict[str, Any]:
    started = time.perf_counter()
    deed()
    seconds = time.perf_counter() - started
    # Linux counts in KiB.
    return {"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _staff() -> Any:
    from accounts.models import User
    from tests.bench.rounds_pages import STAFF

    return User.objects.get(staff_number=STAFF)


def _open_next() -> dict[str, Any]:
    from progress.actions.opening import open_round
    from progress.models import Round

    return _timed(lambda: open_round(round=Round.objects.get(slug="2026"), by=_staff()))


def _publish() -> dict[str, Any]:
    from django.utils import timezone

    from progress.actions.publication import publish
    from progress.enums import Status
    from progress.models import Evaluation, Round

    people = {
        f"{name}_{end}": value
        for name in ("submitted", "endorsed", "accepted")
        for end, value in (
            ("at", timezone.now()),
            ("by", _staff()),
        )
    }
    Evaluation.objects.filter(round__slug="2025").update(status=Status.ACCEPTED, **people)
    return _timed(lambda: publish(round=Round.objects.get(slug="2025"), by=_staff()))


def _reorganise() -> dict[str, Any]:
    """A department with 2,000 actions and their open 調書 gets another name today."""
    from django.utils import timezone

    from accounts.models import Department
    from programs.models import Action, ActionOwner
    from progress.actions.reorganisation import reorganise
    from progress.models import Evaluation
    from progress.reorganising import Reorganisation, Successor

    division = Department.objects.get(code="load-1-0001")
    actions = list(Action.objects.order_by("pk").values_list("pk", flat=True)[:MOVED])
    ActionOwner.objects.filter(action__in=actions).update(department=division)
    Evaluation.objects.filter(round__slug="2026", action__in=actions).update(department=division)
    successor = Successor(code="load-1-9001", name="見本負荷の新しい課", bureau=division.bureau)
    reorganisation = Reorganisation(predecessors=(division,), successors=(successor,), day=timezone.localdate())
    return _timed(lambda: reorganise(reorganisation=reorganisation, by=_staff()))


DEEDS = {"open": _open_next, "publish": _publish, "reorganise": _reorganise}


def _answer(lines: Iterable[str]) -> None:
    from tests.bench.rounds_pages import FILES, PAGES

    pages = Pages()
    for line in lines:
        asked = json.loads(line)
        if "deed" in asked:
            told = DEEDS[asked["deed"]]()
        elif "file" in asked:
            told = pages.measure(FILES[asked["file"]])
        else:
            told = pages.measure(PAGES[asked["page"]])
        print(json.dumps(told), flush=True)


def main() -> None:
    django.setup()
    started = time.perf_counter()
    prepare(int(sys.argv[1]), YEARS)
    add_people_and_papers()
    _analyze()
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
    _answer(sys.stdin)


if __name__ == "__main__":
    main()
