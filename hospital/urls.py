"""Addresses: pages of each app, API v1, administration, health."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerSplitView as ApiDocs  # its script is no inline one

import booking.urls
import queueing.urls
from hospital.accounts.urls import api_urlpatterns as account_api
from hospital.views import api_schema, demo, health, notices, policy, policy_api, preferences

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

api_v1 = [
    *booking.urls.api_urlpatterns,
    *queueing.urls.api_urlpatterns,
    *account_api,
    path("policy/", policy_api.PolicyDetail.as_view(), name="policy"),
    path("policy/own/", policy_api.OwnPolicies.as_view(), name="policies-own"),
    path("policy/<slug:level>/<slug:code>/", policy_api.OwnPolicy.as_view(), name="policy-own"),
]

handler400 = "hospital.views.errors.bad_request"
handler404 = "hospital.views.errors.not_found"
handler500 = "hospital.views.errors.server_error"

urlpatterns = [
    path("api/v1/", include((api_v1, "api"))),  # first: patterns are tried in turn, and this is the hot one
    path("", include("booking.urls")),
    path("", include("queueing.urls")),
    path("manage/policy/", policy.rules, name="policy"),
    path("manage/policy/<slug:level>/<slug:code>/", policy.own, name="policy-own"),
    path("manage/", include("analytics.urls")),
    path("accounts/", include("hospital.accounts.urls")),
    path("messages/", include((notices.urlpatterns, notices.app_name))),
    path("admin/", admin.site.urls),
    path("api/schema/", api_schema.Schema.as_view(), name="schema"),
    path("api/docs/", ApiDocs.as_view(url_name="schema", metadata_class=None), name="api-docs"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    *preferences.urlpatterns,
    *demo.urlpatterns,
]
