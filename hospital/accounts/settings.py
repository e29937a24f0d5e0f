"""Constants of sign-in (django-allauth), imported by ``hospital.settings``."""

from datetime import timedelta

from hospital import env as _env

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

# Long rather than odd: no rules about kinds of characters (ASVS 6.2).
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "hospital.accounts.passwords.LongEnough",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "hospital.accounts.passwords.Uncommon"},
    {"NAME": "hospital.accounts.passwords.Unlike"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

# Sessions lie in the database, sealed: a pending sign-in carries a phone number and its code.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "hospital.accounts.sessions.SealedSerializer"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
STAFF_SESSION_AGE_S = int(timedelta(hours=12).total_seconds())

ACCOUNT_ADAPTER = "hospital.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"phone", "username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = {"length": 6, "numeric": True, "dashed": False}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Behind a proxy its address is everybody's: the one before it in X-Forwarded-For counts.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _env.flag("BEHIND_PROXY") else 0
# An address is only a signal: a whole waiting room, or a mobile carrier, may share one.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "300/m/ip,3/m/key,10/h/key,20/d/key",
    "login": "300/m/ip",
    "login_failed": "100/m/ip,5/300s/key",
}

# Second factor: required of staff. A hospital that signs its staff in elsewhere may switch it off.
STAFF_SECOND_FACTOR = _env.flag("STAFF_SECOND_FACTOR", default=True)
MFA_ADAPTER = "hospital.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Fenliu"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "hospital.accounts.forms.SecondFactorForm",
    "activate_totp": "hospital.accounts.forms.ActivateForm",
}
ACCOUNT_FORMS = {
    "login": "hospital.accounts.forms.PasswordForm",
    "change_password": "hospital.accounts.forms.NewPasswordForm",
    "request_login_code": "hospital.accounts.forms.PhoneForm",
    "confirm_login_code": "hospital.accounts.forms.CodeForm",
}
