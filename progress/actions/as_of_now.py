"""A mail looked at again just before it is sent: minutes after it was queued, or hours, when the server was away."""

from progress.actions.notices import is_asked_still
from progress.actions.outbox import Draft
from progress.actions.reminders import chase_as_of_now, reminder_as_of_now
from progress.enums import MailKind
from progress.models import OutboxMail


def as_of_now(mail: OutboxMail) -> OutboxMail | None:
    """The mail as it has to be sent now; None where what it asks for is not to be done any more.

    Reminders and 催促 are worded anew: they name what is still to be done, by the deadline that counts now. The mails
    that tell what happened stay as they are, however late. Writes nothing.
    """
    match mail.kind:
        case MailKind.REMINDER:
            return _worded(mail, reminder_as_of_now(mail))
        case MailKind.CHASE:
            return _once(_worded(mail, chase_as_of_now(mail)))
        case MailKind.SUBMITTED:
            return mail if is_asked_still(mail) else None
        case _:
            return mail


def _once(mail: OutboxMail | None) -> OutboxMail | None:
    """None where the person got the very same since this one was queued: two 課 were asked that became one."""
    if mail is None:
        return None
    same = OutboxMail.objects.filter(to=mail.to_id, kind=mail.kind, body=mail.body, sent_at__gte=mail.queued_at)
    return None if same.exists() else mail


def _worded(mail: OutboxMail, draft: Draft | None) -> OutboxMail | None:
    if draft is None:
        return None
    mail.subject, mail.body = draft.subject, draft.body
    return mail
