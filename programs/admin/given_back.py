"""How 「次のプログラムを作成する」 is given back to somebody whose session has ended (`accounts.typed_text`)."""

import re

from django import forms
from django.http import HttpRequest

from accounts.typed_text import FieldReader, Named, words_sent
from programs.admin.next_program_forms import NextProgramForm

NEXT_PROGRAM = "/admin/programs/program/[0-9]+/next/"
_CODES = "次の取組コード"
_ROW = re.compile("code-([0-9]+)")


class NextProgramReader(FieldReader):
    """The codes of all actions come as one text; an action is called as the page called it."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__({**NextProgramForm.base_fields, "lines": forms.CharField(label=_CODES)})
        self._words_sent = words_sent(request)

    def __call__(self, name: str, text: str) -> Named:
        row = _ROW.fullmatch(name)
        if row is None:
            return super().__call__(name, text)
        return _CODES, f"{self._words_sent.get(name) or f'取組（番号{row[1]}）'} → {text}"
