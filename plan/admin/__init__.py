"""The plan in the Django admin: where ICT推進課 keeps it."""

from django.contrib import admin

from plan.admin import document, glossary, hierarchy, records, surveys

__all__ = ["document", "glossary", "hierarchy", "records", "surveys"]

admin.site.site_header = "川崎市情報化推進プラン 管理"
admin.site.site_title = "川崎市情報化推進プラン 管理"
admin.site.index_title = "プランの管理"
admin.site.site_url = "/"
