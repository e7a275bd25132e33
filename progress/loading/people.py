"""Who acts in the story of the sample: the people of each 課, as the programme's loader made them."""

import zlib

from accounts.enums import Role
from accounts.models import Department, Membership, User
from plan.loading.errors import FixtureError

# Sample people have numbers like D0102-L; the personas of the demo (D0001) do what their visitors want.
_MARK = "-"


class People:
    """Finds the person for each step, the same one for the same 調書."""

    def __init__(self) -> None:
        rows = (
            Membership.objects.filter(user__is_demo=True, user__staff_number__contains=_MARK, valid_to__isnull=True)
            .select_related("user")
            .order_by("user__staff_number")
        )
        self._by_place: dict[tuple[str, int | None], list[User]] = {}
        for row in rows:
            self._by_place.setdefault((row.role, row.department_id), []).append(row.user)
            if row.role == Role.ICT_STAFF:
                self._by_place.setdefault((row.role, None), []).append(row.user)

    def liaison(self, department: Department, code: str) -> User:
        return self._pick(Role.LIAISON, department, code)

    def manager(self, department: Department, code: str) -> User:
        return self._pick(Role.MANAGER, department, code)

    def staff(self, code: str) -> User:
        return self._pick(Role.ICT_STAFF, None, code)

    def _pick(self, role: Role, department: Department | None, code: str) -> User:
        found = self._by_place.get((role, department.pk if department else None), [])
        if not found:
            raise FixtureError("departments.toml", f"「{department or 'ICT推進課'}」に{role.label}がいません。")
        return found[zlib.crc32(code.encode()) % len(found)]
