from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "利用者と組織"

    def ready(self) -> None:
        from accounts import checks  # noqa: F401  # importing registers them
