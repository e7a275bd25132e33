from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = "情報化推進プログラム"
    admin_order = 20

    def ready(self) -> None:
        from programs.kinds import register_kinds

        register_kinds()
