"""The parts of an address that stand for numbers of the plan."""


class NumberConverter:
    """A number as the plan writes it: no leading zero, so every page has one address only."""

    regex = "[1-9][0-9]{0,3}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int | str) -> str:
        return str(value)


class CodeConverter:
    """Numbers joined by hyphens; the view gets them as a tuple, `reverse()` takes a tuple or a string."""

    regex = ""

    def to_python(self, value: str) -> tuple[int, ...]:
        return tuple(int(part) for part in value.split("-"))

    def to_url(self, value: tuple[int, ...] | str) -> str:
        return value if isinstance(value, str) else "-".join(str(part) for part in value)


class MeasureCodeConverter(CodeConverter):
    """施策 1-2 → (1, 2)."""

    regex = "-".join([NumberConverter.regex] * 2)


class DirectionCodeConverter(CodeConverter):
    """基本方向 1-2-3 → (1, 2, 3)."""

    regex = "-".join([NumberConverter.regex] * 3)


class FigureNumberConverter:
    """図2-13 → "2-13", as `Figure.number` stores it."""

    regex = "[0-9]{1,4}-[0-9]{1,4}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
