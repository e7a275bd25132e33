"""What is wrong with a file, told by sheet, row, column, value and remedy; and why an import was not done."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CellError:
    """One thing to mend. `row` is None and `column` "" where the whole sheet, row or column is meant.

    `column` is the letter Excel shows, `label` its heading; `value` is what
    was typed, cut to one line; `problem` and `remedy` are Japanese sentences.
    """

    sheet: str
    row: int | None
    column: str
    label: str
    value: str
    problem: str
    remedy: str

    @property
    def place(self) -> str:
        """「シート『取組』5行 C列『開始年度』」."""
        row = f" {self.row}行" if self.row is not None else ""
        column = f" {self.column}列" if self.column else ""
        label = f"『{self.label}』" if self.label else ""
        return f"シート『{self.sheet}』{row}{column}{label}"

    def __str__(self) -> str:
        value = f"『{self.value}』は" if self.value else ""
        return f"{self.place}：{value}{self.problem}{self.remedy}"


class ImportFailed(Exception):
    """Base of the reasons why nothing was imported; `str()` is a Japanese message."""


class HasErrors(ImportFailed):
    """The file cannot be imported before `errors` are mended."""

    def __init__(self, errors: Sequence[CellError]) -> None:
        self.errors = list(errors)
        super().__init__(f"直すところが{len(self.errors)}件あるため、取り込みませんでした。")


class StaleImport(ImportFailed):
    """The programme, or what its rows refer to, is no longer what the preview was made from."""

    def __init__(self) -> None:
        super().__init__(
            "確かめていただいた後に、プログラムの内容が変わりました。まだ何も取り込んでいません。"
            "下の新しい内容を確かめてから、もう一度取り込んでください。"
        )
