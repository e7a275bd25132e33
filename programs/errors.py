"""Why something of a programme was not done, in words for the person who tried."""

from collections.abc import Sequence


class CannotSucceed(Exception):
    """The next programme cannot be made; `problems` says why, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("次のプログラムを作成できません。" + "".join(self.problems))
