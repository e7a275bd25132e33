"""Selections are drawn as Django draws them, only quicker."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

LISTS = {
    "plain": [("", "---------"), (1, "一課"), (2, "<二>課")],
    "grouped": [("局", [(1, "一課"), (2, "二課")]), (3, "三課")],
}


class Choosing(forms.Form):
    one = forms.ChoiceField()
    some = forms.MultipleChoiceField(required=False, widget=forms.SelectMultiple(attrs={"class": "long"}))


@pytest.mark.parametrize("choices", LISTS.values(), ids=LISTS)
def test_a_selection_looks_as_djangos(choices: list[tuple[object, object]]) -> None:
    drawn = []
    for renderer in (None, DjangoTemplates()):
        form = Choosing(initial={"one": 2, "some": [1, 2]}, renderer=renderer)
        for name in form.fields:
            form.fields[name].choices = choices  # type: ignore[attr-defined]  # both are choice fields
        drawn.append([[line for line in str(form[name]).splitlines() if line] for name in form.fields])
    ours, djangos = drawn
    assert ours == djangos
    assert any(" selected>" in line for line in ours[0])


def test_the_template_of_selections_is_ours() -> None:
    origin = forms.renderers.get_default_renderer().get_template("django/forms/widgets/select.html").template.origin
    assert "templates/widgets" in str(origin.name)
