"""Fields for days and moments, in every way people write them; errors quote what was typed."""

import datetime
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from programs.reading import Unreadable, read_day, read_year, shown
from progress.business_days import when_closed


class DayField(forms.Field):
    """A day in any way of writing: 2017-05-31, 平成29年5月31日. With `is_open` the city hall must be open on it."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, *, is_open: bool = False, **options: Any) -> None:
        self.is_open = is_open
        super().__init__(**options)

    def to_python(self, value: Any) -> datetime.date | None:
        if value in self.empty_values:
            return None
        try:
            return read_day(value)
        except Unreadable as error:
            raise ValidationError(str(error)) from error

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and self.is_open and (closed := when_closed(value)):
            raise ValidationError(closed)


class YearField(forms.Field):
    """A fiscal year: 2016, H28, 平成28年度."""

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return read_year(text)
        except Unreadable as error:
            raise ValidationError(str(error)) from error


class TimeOfDayField(forms.Field):
    """A time in Japan: 9:00, ９時, 9時30分, 0930."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})

    def to_python(self, value: Any) -> datetime.time | None:
        text = unicodedata.normalize("NFKC", str(value or "")).strip()
        if not text:
            return None
        plain = text.replace("時", ":").replace("分", "").rstrip(":") + (":00" if text.endswith("時") else "")
        for form in ("%H:%M", "%H:%M:%S", "%H%M"):
            try:
                return datetime.datetime.strptime(plain, form).time()  # noqa: DTZ007  # a time of day without a day
            except ValueError:
                continue
        raise ValidationError(
            f"『{shown(value)}』は時刻として読めません。0時から23時59分までを「9:00」のように入力してください。"
        )


def moment(day: datetime.date, time: datetime.time) -> datetime.datetime:
    """That moment in Japan."""
    return timezone.make_aware(datetime.datetime.combine(day, time))
