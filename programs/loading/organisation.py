"""The sample organisation: 局 and 課 with their successors, and people of each 課 who cannot log in."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from accounts.enums import Role
from accounts.models import Department, Membership, User
from plan.loading.errors import FixtureError

PLACE = "departments.toml"
OPENED_ON = datetime.date(2016, 4, 1)
ONE_DAY = datetime.timedelta(days=1)
Table = Mapping[str, Any]


class Organisation:
    """The departments of the sample by code; a code has several rows where a 課 was renamed."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Department]] = {}

    def add(self, department: Department) -> None:
        self._rows.setdefault(department.code, []).append(department)

    def on(self, code: str, day: datetime.date, place: str) -> Department:
        """The department that bore the code on the day. Raises FixtureError."""
        for department in self._rows.get(code, ()):
            if department.valid_from <= day and (department.valid_to is None or day <= department.valid_to):
                return department
        raise FixtureError(place, f"「{code}」は{day.isoformat()}にありません。{PLACE} を確かめてください。")

    def periods(
        self, code: str, start: datetime.date, end: datetime.date | None, place: str
    ) -> Iterator[tuple[Department, datetime.date, datetime.date | None]]:
        """Who is in charge from `start` to `end` (both included, None: open): the department, then its successors."""
        department = self.on(code, start, place)
        while department.valid_to is not None and (end is None or department.valid_to < end):
            yield department, start, department.valid_to
            start = department.valid_to + ONE_DAY
            department = self.on(self._heir(department, place), start, place)
        yield department, start, end

    @staticmethod
    def _heir(department: Department, place: str) -> str:
        heirs = list(department.successors.all())
        if len(heirs) != 1:
            raise FixtureError(
                place, f"「{department}」の承継先が1つに決まりません。所管課を期間ごとに書いてください。"
            )
        return heirs[0].code


def ensure_organisation(bureaus: Sequence[Table], divisions: Sequence[Table], reason: str) -> Organisation:
    """Departments and people as written, made where missing; what is there already stays as it is.

    Raises FixtureError.
    """
    organisation = Organisation()
    heads = {}
    for table in bureaus:
        department, _ = _ensure_department(table, None, reason)
        heads[department.code] = department
        organisation.add(department)
    made = []
    for table in divisions:
        if table["bureau"] not in heads:
            raise FixtureError(f"{PLACE}: {table['code']}.bureau", f"「{table['bureau']}」という局がありません。")
        department, is_new = _ensure_department(table, heads[table["bureau"]], reason)
        organisation.add(department)
        made.append((table, department, is_new))
    for table, department, is_new in made:
        if is_new and department.valid_to is not None:
            day, place = department.valid_to + ONE_DAY, f"{PLACE}: {department.code}.successors"
            department.successors.add(*(organisation.on(code, day, place) for code in table.get("successors", ())))
    for table, department, _ in made:
        _ensure_people(table, department, organisation)
    return organisation


def _ensure_department(table: Table, bureau: Department | None, reason: str) -> tuple[Department, bool]:
    valid_from = table.get("valid_from", OPENED_ON)
    found = Department.objects.filter(code=table["code"], valid_from=valid_from).first()
    if found is not None:
        return found, False
    department = Department(
        code=table["code"],
        name=table["name"],
        bureau=bureau,
        valid_from=valid_from,
        valid_to=table.get("valid_to"),
    )
    department._change_reason = reason  # type: ignore[attr-defined]  # simple_history reads it
    department.save()
    return department, True


def _ensure_people(table: Table, department: Department, organisation: Organisation) -> None:
    """Staff numbers are D, the digits of the code, and a letter: nobody types them."""
    digits = department.code.rpartition("-")[2]
    people = [
        *((f"D{digits}-S{number}", name, Role.ICT_STAFF) for number, name in enumerate(table.get("staff", ()), 1)),
        *((f"D{digits}-L", table[key], Role.LIAISON) for key in ("liaison",) if key in table),
        *((f"D{digits}-M", table[key], Role.MANAGER) for key in ("manager",) if key in table),
    ]
    for staff_number, name, role in people:
        if User.objects.filter(staff_number=staff_number).exists():
            continue
        email = f"{staff_number.lower()}@demo.invalid"
        user = User.objects.create_user(staff_number, None, email=email, name=name, is_demo=True)
        place = f"{PLACE}: {department.code}"
        for place_of_work, start, end in organisation.periods(department.code, department.valid_from, None, place):
            Membership.objects.create(user=user, role=role, department=place_of_work, valid_from=start, valid_to=end)
