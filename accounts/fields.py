"""Fields and sets of forms that every app may use."""

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet

from accounts.controls import one_line

MOST_ROWS = 500


class LineField(forms.CharField):
    """Text of one line: a line end, which a browser never sends here, becomes a space; no control characters."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return one_line(text) if isinstance(text, str) else text


class SoundFormSet(BaseInlineFormSet):
    """Rows of a form, of which it cannot lie: those that were there are known by their keys, and there is a limit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.absolute_max = MOST_ROWS
        super().__init__(*args, **kwargs)

    def initial_form_count(self) -> int:
        if not self.is_bound:
            return super().initial_form_count()
        total, key = self.total_form_count(), self.model._meta.pk.name  # type: ignore[union-attr]  # every model has one
        return next((at for at in range(total) if not self.data.get(f"{self.prefix}-{at}-{key}")), total)
