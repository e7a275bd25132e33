"""What draws the widgets of forms: Django's templates, and before them our own in `templates/widgets`."""

from pathlib import Path
from typing import Any

import django.forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.utils.functional import cached_property


class FormRenderer(DjangoTemplates):
    """As Django's own, with one more place to look for templates."""

    @cached_property
    def engine(self) -> Any:
        folders = [settings.BASE_DIR / "templates" / "widgets", Path(django.forms.__file__).parent / "templates"]
        return self.backend({"APP_DIRS": True, "DIRS": folders, "NAME": "widgets", "OPTIONS": {}})
