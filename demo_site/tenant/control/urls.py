"""Addresses under /_control/."""

from django.urls import path

from demo_site.tenant.control import pushes, views
from demo_site.tenant.control.views import control

urlpatterns = [
    path("health", control(get=views.health)),
    path("reset", control(post=views.reset)),
    path("seed", control(post=views.seed)),
    path("clock", control(post=views.move_clock)),
    path("rate_limits", control(post=views.set_rate_limits)),
    path("plan", control(post=views.change_plan)),
    path("faults", control(post=views.add_faults, delete=views.clear_faults)),
    path("pushes", control(get=pushes.show, post=pushes.configure, delete=pushes.clear)),
    path("deliver", control(post=pushes.deliver)),
    path("rotate_keys", control(post=views.rotate_keys)),
    path("requests", control(get=views.requests, delete=views.clear_requests)),
    path("executions", control(get=views.executions)),
    path("mails", control(get=views.mails, post=views.take_mail)),
    path("users", control(get=views.users)),
]
