from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

app_name = "plan"


def _stub(request: HttpRequest) -> HttpResponse:
    return HttpResponse("stub")


urlpatterns: list[URLPattern] = [path("", _stub, name="home")]
