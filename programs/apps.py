from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = "情報化推進プログラム"
    admin_order = 20

    def ready(self) -> None:
        """Put actions and their files into the plan's registries."""
        # Models can be imported only now.
        from plan.downloads import register_downloads
        from programs import exports
        from programs.documents import register_sources
        from programs.kinds import register_kinds
        from programs.queries import found_departments, sample_marks, sitemap

        register_kinds()
        register_sources()
        register_downloads(exports.offered)
        sitemap.register()
        found_departments.register()
        sample_marks.register()
