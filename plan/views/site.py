"""Pages about the site itself: what it is, its accessibility, its map, and the gallery of components."""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from plan.caching import public_page
from plan.queries import sitemap as site_map
from plan.queries.plans import published_plans
from plan.views import gallery_samples
from plan.views.page import Page


@require_safe
@public_page
def about(request: HttpRequest) -> HttpResponse:
    page = Page(
        title="このサイトについて",
        plan=None,
        contents=[
            ("purpose", "このサイトの目的", 2),
            ("sources", "載せている資料", 2),
            ("reuse", "引用と利用", 2),
            ("privacy", "Cookieとアクセスの記録", 2),
            ("environment", "閲覧できる環境", 2),
        ],
    )
    plans = published_plans().annotate(mending_count=Count("mendings"))
    return render(request, "public/about.html", page.context(request, plans=list(plans)))


@require_safe
@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    page = Page(
        title="ウェブアクセシビリティ方針",
        plan=None,
        contents=[
            ("scope", "対象とする範囲", 2),
            ("goal", "目標", 2),
            ("means", "取り組んでいること", 2),
            ("results", "試験の状況", 2),
            ("limits", "分かっている課題", 2),
            ("contact", "お困りのとき", 2),
        ],
    )
    return render(request, "public/accessibility.html", page.context(request))


@require_safe
@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    page = Page(title="サイトマップ", plan=None)
    return render(request, "public/sitemap.html", page.context(request, nodes=site_map.site_tree()))


@require_safe
@public_page
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """All addresses, or the list of the files that hold them where one is not enough."""
    addresses = site_map.addresses()
    if addresses.parts == 1:
        return _address_list(request, addresses.part(1))
    files = [reverse("plan:sitemap_part_xml", args=[number]) for number in range(1, addresses.parts + 1)]
    locations = [request.build_absolute_uri(path) for path in files]
    return render(request, "public/sitemap_index.xml", {"locations": locations}, content_type="application/xml")


@require_safe
@public_page
def sitemap_part_xml(request: HttpRequest, part: int) -> HttpResponse:
    addresses = site_map.addresses()
    if part > addresses.parts:
        raise Http404("サイトマップにこの番号のファイルはありません。")
    return _address_list(request, addresses.part(part))


def _address_list(request: HttpRequest, addresses: Sequence[site_map.Address]) -> HttpResponse:
    changed = site_map.changed_on_by_path([each.url for each in addresses])
    site = request.build_absolute_uri("/").removesuffix("/")
    entries = [(f"{site}{each.url}", changed.get(each.url, each.changed_at)) for each in addresses]
    return render(request, "public/sitemap.xml", {"entries": entries}, content_type="application/xml")


@require_safe
@public_page
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        "Disallow: /desk/",
        "Disallow: /search/?",
        "",
        f"Sitemap: {request.build_absolute_uri(reverse('plan:sitemap_xml'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for people who build pages; unknown to the public."""
    if not (settings.DEMO or request.user.is_staff):
        raise Http404
    page = Page(title="部品の一覧", plan=None)
    return render(request, "public/gallery.html", page.context(request, **gallery_samples.samples(page_number=2)))
