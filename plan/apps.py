from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "plan"
    verbose_name = "推進プラン"
    admin_order = 10

    def ready(self) -> None:
        """Put the plan's own kinds into the registries, as later apps do with theirs."""
        # Models can be imported only now.
        from accounts.department_changes import register_following
        from plan.actions import bump_content_version
        from plan.editing.kinds import register_roots
        from plan.queries.header import register_entries
        from plan.search.documents import register_sources
        from plan.search.site_pages import register_site_pages

        register_roots()
        register_sources()
        register_site_pages()
        register_entries()
        register_following(bump_content_version)
