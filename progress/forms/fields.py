"""Fields that read what people type: any width, thousands separators, units; errors quote what was typed."""

import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from programs.reading import Unreadable, clean_text, read_line, read_number, read_thousand_yen
from progress.queries.words import number

LONGEST_TEXT = 4000
LONGEST_NOTE = 300


class _Counted(forms.Widget):
    """A control of text whose limit stands below it, with the number of characters where there is JavaScript."""

    plain: str
    longest: int

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        widget = context["widget"]
        described = [widget["attrs"].get("aria-describedby", ""), f"count-{name}"]
        widget["attrs"] |= {"data-longest": self.longest, "aria-describedby": " ".join(filter(None, described))}
        return {"widget": widget | {"plain": self.plain, "longest": f"{self.longest:,}"}}


class _CountedTextarea(_Counted, forms.Textarea):
    plain, template_name = "django/forms/widgets/textarea.html", "counted.html"


class _CountedInput(_Counted, forms.TextInput):
    plain, template_name = "django/forms/widgets/text.html", "counted.html"


class _LimitedField(forms.CharField):
    """The limit is told after the fact: a browser that stops in the middle of a pasted text loses the rest."""

    def __init__(self, *, longest: int, widget: _Counted, **options: Any) -> None:
        self.longest = widget.longest = longest
        super().__init__(required=False, strip=False, widget=widget, **options)

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.longest:
            raise ValidationError(
                f"{len(value):,}字あります。{self.longest:,}字以内になるように、"
                f"あと{len(value) - self.longest:,}字減らしてください。"
            )


class ProseField(_LimitedField):
    """A text of several lines, at most `LONGEST_TEXT` characters."""

    def __init__(self, *, label: str, rows: int = 5) -> None:
        super().__init__(label=label, longest=LONGEST_TEXT, widget=_CountedTextarea(attrs={"rows": rows}))

    def to_python(self, value: Any) -> str:
        return clean_text(str(super().to_python(value)))


class NoteField(_LimitedField):
    """A text of one line, at most `LONGEST_NOTE` characters."""

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, longest=LONGEST_NOTE, widget=_CountedInput())

    def to_python(self, value: Any) -> str:
        return read_line(str(super().to_python(value)))


class _ReadField(forms.Field):
    """Something to be read by a function of `programs.reading`; empty is unknown and not nought."""

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return self.read(text)
        except Unreadable as error:
            raise ValidationError(str(error)) from error


class ThousandYenField(_ReadField):
    """An amount in thousand yen: 1234, 1,234, １２３４千円, 1百万円, 1億2千万円."""

    def read(self, text: str) -> int:
        return read_thousand_yen(text)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}" if isinstance(value, int) else value


class NumberField(_ReadField):
    """A number with up to four decimals; the unit may be typed with it and is left aside."""

    def __init__(self, *, label: str, unit: str) -> None:
        super().__init__(label=label)
        self.unit = unit

    def read(self, text: str) -> Decimal:
        unit = unicodedata.normalize("NFKC", self.unit)
        narrow = unicodedata.normalize("NFKC", text)
        return read_number(narrow.removesuffix(unit) if unit and narrow.endswith(unit) else text)

    def prepare_value(self, value: Any) -> Any:
        return number(value) if isinstance(value, Decimal) else value
