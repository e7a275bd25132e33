from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "plan"
    verbose_name = "推進プラン"

    def ready(self) -> None:
        """Put the plan's own kinds into the registries, as later apps do with theirs."""
        from plan.editing.kinds import register_roots  # models can be imported only now

        register_roots()
