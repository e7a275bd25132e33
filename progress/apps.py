from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "progress"
    verbose_name = "年度の評価"
    admin_order = 30

    def ready(self) -> None:
        """Name the fields of the desk's forms; put what is published, and what follows, into registries."""
        # Models can be imported only now.
        from accounts.typed_text import name_fields, tell_rows
        from plan.downloads import register_downloads
        from plan.editing.roots import register_follower
        from plan.enums import DocumentKind
        from plan.queries.header import HeaderEntry, register_entry
        from plan.queries.news import register_news
        from plan.search import register_list
        from programs.evaluated import register_evaluated
        from programs.models import Action, Indicator
        from programs.queries.leaving import register_leaving
        from programs.queries.standing import register_standing
        from programs.queries.told import register_told, register_told_years
        from progress import sample_marks
        from progress.actions.kept_sums import follow_actions, follow_indicators
        from progress.documents import register_sources
        from progress.forms.given_back import DESK_FORMS, DeskReader, told_entries
        from progress.models import ScaleEntry
        from progress.queries import news, sitemap
        from progress.queries.paper_downloads import papers_offered
        from progress.queries.published import last_published, published_years, years_with_evaluations
        from progress.queries.standing import published_standing
        from progress.queries.successors import leaving_actions
        from progress.year_files import offered

        name_fields(DESK_FORMS, DeskReader)
        tell_rows(ScaleEntry, told_entries)
        register_sources()
        register_standing(published_standing)
        register_told(last_published)
        register_told_years(published_years)
        register_evaluated(years_with_evaluations)
        register_leaving(leaving_actions)
        register_follower(Action, follow_actions)
        register_follower(Indicator, follow_indicators)
        register_downloads(offered)
        register_downloads(papers_offered)
        register_news(news.latest)
        register_list(DocumentKind.SITE, news.listed_pages)
        sitemap.register()
        sample_marks.register()
        register_entry(HeaderEntry("取組と進捗", 20, lambda plan: "/progress/" if plan else "", also=("/programs/",)))
