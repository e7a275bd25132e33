"""The accounts of the demo: one for each persona, with passwords made once for each installation."""

import datetime
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.enums import Role
from accounts.models import Department, Membership, User

OPENED_ON = datetime.date(2016, 4, 1)
ICT_DIVISION = "見本-0101"
FIRST_DIVISION = "見本-0201"
SECOND_DIVISION = "見本-0301"

# code → name, bureau's code
BUREAUS = {"見本-01": "総務企画局", "見本-02": "市民文化局", "見本-03": "健康福祉局"}
DIVISIONS = {
    ICT_DIVISION: ("ICT推進課", "見本-01"),
    FIRST_DIVISION: ("見本市民課", "見本-02"),
    SECOND_DIVISION: ("見本福祉課", "見本-03"),
}


@dataclass(frozen=True)
class Persona:
    """One account of the demo; `division` is a code, empty for the whole portal."""

    key: str
    staff_number: str
    name: str
    role: Role
    division: str = ""


PERSONAS = [
    Persona("liaison", "D0001", "見本 太郎（担当者）", Role.LIAISON, FIRST_DIVISION),
    Persona("other_liaison", "D0002", "見本 次郎（他課の担当者）", Role.LIAISON, SECOND_DIVISION),
    Persona("manager", "D0003", "見本 花子（課長）", Role.MANAGER, FIRST_DIVISION),
    Persona("ict_staff", "D0004", "見本 三郎（ICT推進課）", Role.ICT_STAFF, ICT_DIVISION),
    Persona("committee_viewer", "D0005", "見本 桜子（委員会）", Role.COMMITTEE_VIEWER),
    Persona("administrator", "D0006", "見本 四郎（システム管理者）", Role.ADMINISTRATOR),
    # Nobody endorses or accepts what they submitted, and each 課 has its own 課長.
    Persona("other_manager", "D0007", "見本 菊代（他課の課長）", Role.MANAGER, SECOND_DIVISION),
    Persona("ict_colleague", "D0008", "見本 五月（ICT推進課の同僚）", Role.ICT_STAFF, ICT_DIVISION),
]


@dataclass(frozen=True)
class Account:
    persona: Persona
    password: str


def ensure_accounts() -> list[Account]:
    """Every persona can log in with the password returned; nothing changes when that is so already.

    Passwords stand in `VAR_DIR/demo-accounts.json`, readable by its owner only,
    for each database. They are renewed where the file and the account disagree.
    """
    path = settings.VAR_DIR / "demo-accounts.json"
    known = _read(path)
    mine: dict[str, dict[str, str]] = known.setdefault(_database_key(), {})
    accounts = []
    changed = False
    with transaction.atomic():
        departments = _ensure_departments()
        for persona in PERSONAS:
            user = User.objects.filter(staff_number=persona.staff_number).first()
            entry = mine.get(persona.key)
            # The stored hash is compared, not the password: hashing all of them takes seconds.
            if user is None or entry is None or entry["hash"] != user.password:
                entry = mine[persona.key] = _renew(persona, user, departments)
                changed = True
            accounts.append(Account(persona, entry["password"]))
        if changed:
            _write(path, known)
    return accounts


def _renew(persona: Persona, user: User | None, departments: dict[str, Department]) -> dict[str, str]:
    password = secrets.token_urlsafe(12)
    if user is None:
        email = f"{persona.staff_number.lower()}@demo.invalid"
        user = User.objects.create_user(persona.staff_number, password, email=email, name=persona.name, is_demo=True)
        department = departments.get(persona.division)
        Membership.objects.create(user=user, role=persona.role, department=department, valid_from=OPENED_ON)
    else:
        user.set_password(password)
        user.save(update_fields=["password"])
    return {"password": password, "hash": user.password}


def _ensure_departments() -> dict[str, Department]:
    """code → 課, made where missing, under their 局."""
    found = {d.code: d for d in Department.objects.filter(code__in=[*BUREAUS, *DIVISIONS])}
    for code, name in BUREAUS.items():
        if code not in found:
            found[code] = Department.objects.create(code=code, name=name, valid_from=OPENED_ON)
    for code, (name, bureau) in DIVISIONS.items():
        if code not in found:
            found[code] = Department.objects.create(code=code, name=name, bureau=found[bureau], valid_from=OPENED_ON)
    return found


def _database_key() -> str:
    values = connection.settings_dict
    return f"{connection.vendor}:{values['HOST']}:{values['PORT']}/{values['NAME']}"


def _read(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(path: Path, known: dict[str, Any]) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(known, file, ensure_ascii=False, indent=1)
    beside.replace(path)
