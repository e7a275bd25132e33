"""Publishing a round now, or at a day and time."""

import datetime
from typing import Any

from django import forms

from progress.forms.days import DayField, TimeOfDayField, moment


class PublishForm(forms.Form):
    """Nothing published can be taken back: somebody says that they have looked."""

    confirmed = forms.BooleanField(
        label="公開ページと同じ見え方で、内容を確かめました",
        error_messages={"required": "公表すると取り消せません。内容を確かめてから、この欄に印を付けてください。"},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, use_required_attribute=False)


class ScheduleForm(forms.Form):
    """A day and a time in Japan."""

    day = DayField(label="公表する日")
    time = TimeOfDayField(label="公表する時刻", help_text="日本時間です（例：10:00）。")

    def __init__(self, data: Any = None, *, publish_at: datetime.datetime | None = None) -> None:
        initial = {"day": publish_at.date(), "time": publish_at.time()} if publish_at else {}
        super().__init__(data, initial=initial, use_required_attribute=False)
        self.fields["day"].error_messages["required"] = "公表する日を入力してください（例：2017年8月31日）。"
        self.fields["time"].error_messages["required"] = "公表する時刻を入力してください（例：10:00）。"

    @property
    def publish_at(self) -> datetime.datetime:
        return moment(self.cleaned_data["day"], self.cleaned_data["time"])
