"""How 組織改編 is given back to somebody whose session has ended (`accounts.typed_text`)."""

import re

from django import forms
from django.http import HttpRequest

from accounts.models import Department
from accounts.typed_text import FieldReader, Named, words_sent
from progress.forms.reorganisation import MOST_SUCCESSORS, AllocationForm, ReasonForm, StartForm, SuccessorsForm

REORGANISATION = "/admin/accounts/department/reorganise/"
_NOUNS = {"action": ("取組", "取組コード"), "person": ("利用者", "職員番号")}
_TO = re.compile(f"{SuccessorsForm.prefix}-([a-z]+)-([0-9])")
_SHARE = re.compile(f"{AllocationForm.prefix}-(action|person)-(others|[0-9]+|codes-[0-9])")


def _department(label: str) -> forms.Field:
    return forms.ModelChoiceField(Department.objects.all(), label=label)


_OF_SUCCESSOR = {
    "existing": _department("すでにある組織"),
    "code": forms.CharField(label="組織コード"),
    "name": forms.CharField(label="名称"),
    "bureau": _department("所属する局"),
}
_FIELDS = {
    f"{form.prefix}-{name}": field for form in (StartForm, ReasonForm) for name, field in form.base_fields.items()
}


class ReorganisationReader(FieldReader):
    """Reads what was sent from any of the pages; each sends along what was typed on the others.

    What goes where is told as one text, the actions and people called as the page called them.
    """

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(_FIELDS)
        self._words_sent = words_sent(request)
        self._sent = request.POST
        self._successors: dict[str, str] | None = None

    def __call__(self, name: str, text: str) -> Named:
        if (to := _TO.fullmatch(name)) and to[1] in _OF_SUCCESSOR:
            label, words = self.named(_OF_SUCCESSOR[to[1]], text)
            return f"引き継ぐ組織{int(to[2]) + 1}の{label}", words
        if share := _SHARE.fullmatch(name):
            return self._shared(name, share[1], share[2], text)
        return super().__call__(name, text)

    def _shared(self, name: str, what: str, which: str, text: str) -> Named:
        noun, key = _NOUNS[what]
        if which == "others":
            return f"下で選ばない{noun}を引き継ぐ組織", self._successor(text)
        if which.startswith("codes-"):
            return f"『{self._successor(which.removeprefix('codes-'))}』が引き継ぐ{noun}の{key}", text
        called = self._words_sent.get(name) or f"{noun}（番号{which}）"
        return f"{noun}を引き継ぐ組織", f"{called} → {self._successor(text)}"

    def _successor(self, index: str) -> str:
        """As the page of what goes where called it: counted without places that were left empty."""
        if self._successors is None:
            named = filter(None, map(self._name, range(MOST_SUCCESSORS)))
            self._successors = {str(place): name for place, name in enumerate(named)}
        return self._successors.get(index, f"引き継ぐ組織（番号{index}）")

    def _name(self, place: int) -> str:
        existing, code, name = (
            self._sent.get(f"{SuccessorsForm.prefix}-{part}-{place}", "").strip()
            for part in ("existing", "code", "name")
        )
        return self.named(_OF_SUCCESSOR["existing"], existing)[1] if existing else name or code
