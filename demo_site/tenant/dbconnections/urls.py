"""Addresses under /dbconnections/."""

from django.urls import path

from demo_site.tenant.dbconnections import change_password, signup

urlpatterns = [
    path("change_password", change_password.change_password),
    path("signup", signup.signup),
]
