"""What commands share that do long work in somebody's name: who, how far it is, and stopping it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError

from accounts.models import User
from accounts.permissions import Permission
from accounts.spelling import normalise_login
from progress.actions.opening import Report
from progress.errors import ProgressError
from progress.models import Round

STOPPED = 130
"""What a shell calls a program that was stopped by Ctrl-C."""


def round_of(slug: str) -> Round:
    found = Round.objects.select_related("program").filter(slug=slug).first()
    if found is None:
        raise CommandError(f"評価年度『{slug}』はありません。")
    return found


def person_of(staff_number: str, permission: Permission) -> User:
    """Who answers for it; refused unless the person may do it today."""
    found = User.objects.filter(staff_number=normalise_login(staff_number)).first()
    if found is None:
        raise CommandError(f"職員番号『{staff_number}』の利用者はいません。")
    if not found.may(permission):
        raise CommandError(f"{found}さんには「{permission.label}」役割がありません。")
    return found


def report_to(stream: Any) -> Report:
    """「1,500 / 20,000件」, one line for each batch."""

    def report(done: int, total: int) -> None:
        stream.write(f"{done:,} / {total:,}件")

    return report


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Refusals and Ctrl-C as messages; the transaction has rolled back by then."""
    try:
        yield
    except ProgressError as error:
        problems = "".join(f"\n- {problem}" for problem in getattr(error, "problems", ()))
        raise CommandError(f"{error}{problems}") from error
    except KeyboardInterrupt:
        sys.stderr.write("中断しました。何も変わっていません。\n")
        raise SystemExit(STOPPED) from None
