"""Addresses: everything for people is under /admin/, the rest is for machines."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from connections.owner_settings.views import recipients
from humavisma.health import healthz
from sync.automation import webhooks
from sync.readiness import views as readiness

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", healthz, name="healthz"),
    path("webhooks/huma/<str:code>/", webhooks.huma, name="huma_webhook"),
    path("payroll/<str:token>/", recipients.confirm, name="confirm_recipient"),
    path("test-mail/<str:token>/", readiness.arrived, name="mail_check"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
