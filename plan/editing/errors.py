"""Why the plan's text was not changed, in words for the person who tried."""

from collections.abc import Sequence

from plan.models import Revision
from plan.models.base import Versioned


class EditError(Exception):
    """Base of all refusals; `str(error)` is a Japanese message."""


class ReasonRequired(EditError):
    def __init__(self) -> None:
        super().__init__("公開している内容の変更には理由が必要です。「変更の理由」を入力してください。")


class StaleEdit(EditError):
    """Somebody else saved the root after the form was read. `revision` is what they did, if on record."""

    def __init__(self, current: Versioned, revision: Revision | None) -> None:
        self.current = current
        self.revision = revision
        super().__init__("この内容は、あなたが開いた後にほかの人が変更しました。")


class Gone(EditError):
    """Somebody else deleted the root after it was read."""

    def __init__(self) -> None:
        super().__init__("この内容は、あなたが開いた後にほかの人が削除しました。")


class InUse(EditError):
    """Something else hangs on the root; `places` says what, one line each."""

    def __init__(self, message: str, places: Sequence[str]) -> None:
        self.places = list(places)
        super().__init__(message)


class TermInUse(InUse):
    """The term is marked or noted in text; `places` are the titles of those texts."""

    def __init__(self, name: str, places: Sequence[str]) -> None:
        super().__init__(
            f"用語「{name}」は{len(places)}か所で使われているため、削除できません。先に本文の用語を書き換えてください。",
            places,
        )


class CannotRestore(EditError):
    """The earlier state no longer fits what stands around it."""
