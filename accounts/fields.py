"""Fields of forms that every app may use."""

from typing import Any

from django import forms

from accounts.controls import one_line


class LineField(forms.CharField):
    """Text of one line: a line end, which a browser never sends here, becomes a space; no control characters."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return one_line(text) if isinstance(text, str) else text
