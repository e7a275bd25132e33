from django.http import HttpRequest, HttpResponse


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse("403", status=403)


def me(request: HttpRequest) -> HttpResponse:
    return HttpResponse("me")
