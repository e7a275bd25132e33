"""Why something of the round was not done, in words for the person who tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from progress.completeness import Missing

if TYPE_CHECKING:
    from progress.models import Evaluation, MeasureEvaluation


class ProgressError(Exception):
    """Base of all refusals; `str(error)` is a Japanese message."""


class NotNow(ProgressError):
    """The state does not allow it; the message says when it can be done."""


class NotYours(ProgressError):
    """Somebody else does it; the message says who."""


class ReasonRequired(ProgressError):
    def __init__(self, noun: str) -> None:
        super().__init__(f"{noun}には理由が必要です。理由を入力してください。")


class BareRating(ProgressError):
    """A 施策評価 would be published with a rating and without the reason of it."""

    def __init__(self) -> None:
        super().__init__("評価の理由を入力してください。評価は、理由とともに公開します。")


class Incomplete(ProgressError):
    """Something required is missing from the 調書."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = list(missing)
        super().__init__(f"提出するには、あと{len(self.missing)}か所の入力が必要です。")


class StaleSave(ProgressError):
    """Somebody else (or another tab) saved since the page was read. `current` is what is stored now."""

    def __init__(self, current: "Evaluation | MeasureEvaluation") -> None:
        self.current = current
        super().__init__("この調書は、あなたが開いた後に保存されています。両方の内容を見比べて選んでください。")


@dataclass(frozen=True)
class Obstacle:
    """What keeps a round from being opened, in a sentence, and the address at which it is mended."""

    text: str
    url: str

    def __str__(self) -> str:
        return self.text


class CannotOpen(ProgressError):
    """The round cannot be opened; `problems` are the first of the `total` reasons."""

    def __init__(self, problems: Sequence[Obstacle], *, total: int) -> None:
        self.problems = list(problems)
        super().__init__(f"照会を始められません。{total:,}件を直してから、もう一度操作してください。")


class CannotPublish(ProgressError):
    """The round cannot be published, for one reason or two, each mended in its own way.

    `undecided` names the first of `undecided_total` 調書, `unreasoned` all 施策評価 that are rated without a reason.
    """

    def __init__(self, undecided: Sequence[str], *, undecided_total: int, unreasoned: Sequence[str] = ()) -> None:
        self.undecided, self.undecided_total, self.unreasoned = list(undecided), undecided_total, list(unreasoned)
        words = ["公表できません。"]
        if undecided_total:
            words.append(
                f"確認が済んでいない調書が{undecided_total:,}件あります。"
                "確認を済ませるか、理由を付けて例外にしてください。"
            )
        if unreasoned:
            words.append(
                f"評価の理由がない施策評価が{len(unreasoned):,}件あります。"
                "「施策評価」で理由を書くか、評価の選択を外してください。"
            )
        super().__init__("".join(words))

    @property
    def problems(self) -> list[str]:
        """The lines to show of both, the last of them for those that are not named."""
        more = self.undecided_total - len(self.undecided)
        bare = [f"施策評価 {name}（評価の理由がない）" for name in self.unreasoned]
        return [*bare, *self.undecided, *([f"ほか{more:,}件"] if more else [])]


class NothingToCorrect(ProgressError):
    """What is published says so already; `is_made` — because it was corrected so since the form was read."""

    def __init__(self, *, is_made: bool = False) -> None:
        self.is_made = is_made
        super().__init__(
            "この訂正は済んでいます。公開ページに正誤を示しています。"
            if is_made
            else "公表した内容と変わったところがないので、訂正していません。"
        )


class CannotReorganise(ProgressError):
    """The 組織改編 cannot be done; `problems` says why, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(f"組織改編を行えません。{len(self.problems)}件を直してから、もう一度操作してください。")
