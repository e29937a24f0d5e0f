"""Addresses of sign-in: those of allauth that this hospital uses, under allauth's names."""

from allauth.account import views as account_views
from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from django.urls import path

from hospital.accounts import api, inbox_api, views

phone = views.PhoneView.as_view()

urlpatterns = [
    path("login/", phone, name="account_request_login_code"),
    path("login/", phone, name="account_login"),
    path("login/code/", views.confirm_code, name="account_confirm_login_code"),
    path("staff/", views.StaffView.as_view(), name="account_staff_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("again/", account_views.reauthenticate, name="account_reauthenticate"),
    path("password/", account_views.password_change, name="account_change_password"),
    path("second-factor/", factor_views.index, name="mfa_index"),
    path("second-factor/code/", factor_views.authenticate, name="mfa_authenticate"),
    path("second-factor/again/", factor_views.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/set-up/", totp_views.activate_totp, name="mfa_activate_totp"),
    path("second-factor/switch-off/", totp_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("recovery-codes/", recovery_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", recovery_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("recovery-codes/file/", recovery_views.download_recovery_codes, name="mfa_download_recovery_codes"),
]

api_urlpatterns = [
    path("tokens/", api.TokenList.as_view(), name="token-list"),
    path("tokens/revoke/", api.TokenRevoke.as_view(), name="token-revoke"),
    path("messages/", inbox_api.MessageList.as_view(), name="messages"),
    path("messages/settings/", inbox_api.MessageSettings.as_view(), name="messages-settings"),
    path("messages/read/", inbox_api.MessagesRead.as_view(), name="messages-read"),
]
