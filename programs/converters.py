"""The parts of an address that stand for codes of a programme."""


class ActionCodeConverter:
    """取組コード: letters and figures joined by hyphens, as `Action.code` stores it."""

    regex = "[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
