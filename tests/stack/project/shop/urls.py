from django.http import HttpResponse, JsonResponse
from django.urls import path


def front(request):
    request.session["seen"] = True
    return HttpResponse("<!doctype html><title>shop</title><link rel=stylesheet href=/static/site.css><h1>shop</h1>")


urlpatterns = [
    path("", front),
    path("health/", lambda request: JsonResponse({"status": "ok"})),
]
