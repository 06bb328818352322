"""The admin site that everything lives in: `django.contrib.admin.site` is this one."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class HumavismaAdminSite(admin.AdminSite):
    """Django's admin under our name. Signing out is a POST, as everywhere in Django 5."""

    site_header = "humavisma"
    site_title = "humavisma"
    index_title = _("Overview")
    enable_nav_sidebar = False


class HumavismaAdminConfig(AdminConfig):
    """Stands in INSTALLED_APPS in place of django.contrib.admin."""

    default_site = "humavisma.admin.HumavismaAdminSite"
