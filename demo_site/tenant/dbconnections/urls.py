"""Addresses under /dbconnections/."""

from django.urls import path

from demo_site.tenant.dbconnections import change_password

urlpatterns = [path("change_password", change_password.change_password)]
