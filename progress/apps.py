from django.apps import AppConfig

from accounts.typed_text import name_fields
from progress.field_labels import DESK_FORMS, label_of


class ProgressConfig(AppConfig):
    name = "progress"
    verbose_name = "年度の評価"
    admin_order = 30

    def ready(self) -> None:
        name_fields(DESK_FORMS, label_of)
