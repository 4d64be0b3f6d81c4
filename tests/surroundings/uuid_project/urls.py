"""One page with the canary, and ours."""

from django.contrib import admin
from django.http import HttpResponse
from django.urls import include, path


def page(request):
    return HttpResponse("canary-8812")


urlpatterns = [
    path("page/", page),
    path("account/", include("auth0_password.urls")),
    path("admin/", admin.site.urls),
    path("", include("social_django.urls", namespace="social")),
]
