"""Papers: ordering, making in turn, releasing to the committee; 帳票 under a name."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import Department, User
from accounts.permissions import Permission
from plan.models import Plan
from progress import permissions
from progress.enums import PaperKind, PaperState
from progress.errors import NotNow, NotYours
from progress.models import Evaluation, Paper, PaperForm, PaperRequest, Round

ATTEMPTS = 2
"""A paper whose making ended without a word is tried that often."""


@dataclass(frozen=True)
class Order:
    """A paper as it is asked for; `key` names its content and its selection."""

    key: str
    kind: PaperKind
    title: str
    plan: Plan
    selection: Mapping[str, Any]
    content_version: str
    round: Round | None = None
    evaluation: Evaluation | None = None
    department: Department | None = None
    recipient: str = ""
    shows_undecided: bool = False


@transaction.atomic
def order_paper(*, order: Order, by: User | None) -> tuple[Paper, bool]:
    """Put a paper into the queue, unless the same one was made or waits already. Returns it, and whether it is new.

    `by` is None where the portal makes it by itself, for the public. Effects, in order: (1) a row is added; or one
    waits again, as ordered now, that failed (for the public: long enough ago), whose file is gone, or whose content
    changed while it waited, so that its file shows another one than its key names; made of another content, it is
    not the committee's any more; (2) the request is kept, unless nothing is made for it and the person asked for the
    same, for the same recipient, since the paper was ordered last; (3) the audit trail has what was kept. Raises
    NotYours.
    """
    if by is not None and not permissions.may_order_paper(by, order.kind, order.evaluation or order.department):
        raise NotYours("この資料は、作成できません。ICT推進課に依頼してください。")
    asked = {"content_version": order.content_version, "shows_undecided": order.shows_undecided}
    of_what: dict[str, Any] = {
        "kind": order.kind,
        "title": order.title[:300],
        "plan": order.plan,
        "round": order.round,
        "evaluation": order.evaluation,
        "department": order.department,
        "selection": dict(order.selection),
        # Called when the row is written, not before it was waited for: of two that race, the later one is later.
        "ordered_at": timezone.now,
    }
    rows = Paper.objects.select_for_update()
    paper, is_new = rows.get_or_create(key=order.key, defaults={**of_what, **asked})
    if not is_new:
        if not _waits_again(paper, order, by):
            _keep_request(paper, order, by)
            return paper, False
        if paper.content_version != order.content_version:
            paper.released_at = None  # another content than was released
        for name, value in asked.items():
            setattr(paper, name, value)
        paper.state, paper.attempts, paper.ordered_at = PaperState.WAITING, 0, timezone.now()
        paper.save()
    _keep_request(paper, order, by, made_anew_at=paper.ordered_at)
    return paper, True


def _keep_request(paper: Paper, order: Order, by: User | None, made_anew_at: datetime.datetime | None = None) -> None:
    """On record too. One for which nothing is made is kept once, however often it is repeated.

    What was asked for before the paper was ordered last is of an earlier making: asked for again, it is no repetition.
    """
    asked = {"paper": paper, "by": by, "content_version": paper.content_version, "recipient": order.recipient}
    if made_anew_at is None and PaperRequest.objects.filter(**asked, at__gte=paper.ordered_at).exists():
        return
    PaperRequest.objects.create(**asked, at=made_anew_at or timezone.now())
    if by is not None:
        noun = "作成" if made_anew_at else "依頼"
        details = {"内容の版": paper.content_version} | ({"提供先": order.recipient} if order.recipient else {})
        audit.record(AuditKind.CHANGED, by=by, about=f"資料の{noun}：{paper.title}", details=details)


def _waits_again(paper: Paper, order: Order, by: User | None) -> bool:
    if paper.state == PaperState.FAILED:
        return by is not None or not paper.is_resting
    return paper.is_made and (not paper.has_file or paper.content_version != order.content_version)


@transaction.atomic
def claim_next() -> Paper | None:
    """The paper whose turn it is, marked as being made; None where none waits. For the one process that makes papers.

    What is still marked from a process that ended waits again, and fails after `ATTEMPTS`.
    """
    left = Paper.objects.filter(state=PaperState.MAKING)
    left.filter(attempts__gte=ATTEMPTS).update(
        state=PaperState.FAILED, failed_at=timezone.now(), failures=F("failures") + 1
    )
    left.update(state=PaperState.WAITING)
    paper = Paper.objects.select_for_update().filter(state=PaperState.WAITING).order_by("ordered_at", "pk").first()
    if paper is not None:
        paper.state, paper.started_at, paper.attempts = PaperState.MAKING, timezone.now(), paper.attempts + 1
        paper.save()
    return paper


@transaction.atomic
def finish_paper(*, paper: Paper, pages: int, size: int, version: str, shows_undecided: bool) -> None:
    """The file is there; `version` is the state of the content it was made of, undecided 調書 among it or not.

    Those who asked since it was ordered get that file: their requests are of that version too, whatever stood in them.
    A file with undecided content is not the committee's, even if the one before it was.
    """
    stored = Paper.objects.select_for_update().get(pk=paper.pk)
    stored.state, stored.made_at, stored.pages, stored.size = PaperState.MADE, timezone.now(), pages, size
    stored.content_version, stored.shows_undecided = version, shows_undecided
    stored.failed_at, stored.failures = None, 0
    stored.released_at = None if shows_undecided else stored.released_at
    stored.save()
    stored.requests.filter(at__gte=stored.ordered_at).update(content_version=version)


@transaction.atomic
def fail_paper(*, paper: Paper) -> None:
    stored = Paper.objects.select_for_update().get(pk=paper.pk)
    stored.state, stored.failed_at, stored.failures = PaperState.FAILED, timezone.now(), stored.failures + 1
    stored.save()


@transaction.atomic
def release_paper(*, paper: Paper, by: User) -> Paper:
    """Show the paper to the committee, whose members may read its round. Raises NotYours, NotNow."""
    _demand(by, Permission.RELEASE_TO_COMMITTEE)
    stored = Paper.objects.select_for_update(of=("self",)).select_related("round").get(pk=paper.pk)
    if not stored.is_made:
        raise NotNow("まだ作成が終わっていません。終わってから公開してください。")
    if not stored.has_file:
        raise NotNow("この資料のファイルは、削除済みです。作り直してから公開してください。")
    if stored.shows_undecided:
        raise NotNow("確認が済んでいない調書の内容を載せた資料は、会議に公開できません。載せないものを作ってください。")
    if stored.round is None or stored.round.released_at is None:
        raise NotNow("この評価年度は、まだ会議に公開していません。状況のページで、先に会議に公開してください。")
    stored.released_at = timezone.now()
    stored.save()
    audit.record(AuditKind.CHANGED, by=by, about=f"会議への資料の公開：{stored.title}")
    return stored


@transaction.atomic
def withdraw_paper(*, paper: Paper, by: User) -> Paper:
    """The committee no longer sees it. Raises NotYours."""
    _demand(by, Permission.RELEASE_TO_COMMITTEE)
    stored = Paper.objects.select_for_update().get(pk=paper.pk)
    stored.released_at = None
    stored.save()
    audit.record(AuditKind.CHANGED, by=by, about=f"会議への資料の公開の取りやめ：{stored.title}")
    return stored


@transaction.atomic
def save_form(*, name: str, selection: Mapping[str, Any], by: User) -> PaperForm:
    """Keep a selection under a name; one of that name is replaced. Raises NotYours."""
    _demand(by, Permission.PUBLISH)
    form, _ = PaperForm.objects.update_or_create(
        name=name, defaults={"selection": dict(selection), "changed_at": timezone.now(), "changed_by": by}
    )
    audit.record(AuditKind.CHANGED, by=by, about=f"帳票の保存：{name}")
    return form


@transaction.atomic
def delete_form(*, form: PaperForm, by: User) -> None:
    """The papers made with it stay. Raises NotYours."""
    _demand(by, Permission.PUBLISH)
    form.delete()
    audit.record(AuditKind.CHANGED, by=by, about=f"帳票の削除：{form.name}")


def _demand(by: User, permission: Permission) -> None:
    if not by.may(permission):
        raise NotYours("この操作は、ICT推進課の職員が行います。")
