"""All settings, from the environment. ``docs/operations.md`` lists them; a wrong value names itself and stops."""

import os
import sys
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from hospital import env
from hospital.accounts.settings import *  # noqa: F403 - constants of sign-in, one place

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / ".data"))).resolve()
DEMO = env.flag("DEMO")
DEBUG = env.flag("DEBUG")
CLOCK_MOVABLE = DEMO or env.flag("CLOCK_MOVABLE")
PORT = env.number("PORT", 8000)
PUBLIC_URL = env.text("PUBLIC_URL", f"http://127.0.0.1:{PORT}")

# Keys. A demo and whoever has a database of DATA_DIR (hospital.servers) keep their own there; production sets them.
_MAKE_KEYS = DEMO or DEBUG or env.flag("MAKE_KEYS")
SECRET_KEY = env.secret("SECRET_KEY", DATA_DIR / "keys", make=_MAKE_KEYS)
FIELD_KEY = env.secret("FIELD_KEY", DATA_DIR / "keys", make=_MAKE_KEYS)
INDEX_KEY = env.secret("INDEX_KEY", DATA_DIR / "keys", make=_MAKE_KEYS)
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "hospital",
    "booking",
    "queueing",
    "analytics",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hospital.common.content_policy.ContentPolicyMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hospital.accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hospital.common.views.QueryMiddleware",
    "hospital.common.views.DomainErrorMiddleware",
]

# of API calls that no cookie can influence: hospital.common.scripts
SCRIPT_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hospital.common.content_policy.ContentPolicyMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "hospital.urls"
WSGI_APPLICATION = "hospital.wsgi.application"
ASGI_APPLICATION = "hospital.asgi.application"
AUTH_USER_MODEL = "hospital.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "hospital.common.views.hospital_context",
            ],
        },
    }
]

# Database: a small pool in web processes, none in commands and workers; short waits in web processes.
_IN_WEB = env.flag("WEB_PROCESS")
DATABASES = {
    "default": env.database(
        "DATABASE_URL",
        lock_timeout_s=3 if _IN_WEB else 30,
        statement_timeout_s=5 if _IN_WEB else 900,
        pool={"min_size": 2, "max_size": env.number("DATABASE_POOL", 4), "timeout": 1.5} if _IN_WEB else None,
    )
}
REDIS_URL = env.text("REDIS_URL")

# Admission to booking, in each web process: so many at once, so many more in line; keep both below its threads, and the
# first below DATABASE_POOL, so that pages have a thread and a connection
BOOKINGS_AT_ONCE = env.number("BOOKINGS_AT_ONCE", 3)
BOOKINGS_WAITING = env.number("BOOKINGS_WAITING", 3)

# For how long each process shows a public page again without building it anew; 0 for never
PUBLIC_FRESH_S = env.number("PUBLIC_FRESH_S", 3)
CACHES = {"default": {"BACKEND": "hospital.common.cache.SharedCache", "LOCATION": REDIS_URL}}

# How the page of the night names this worker; blank for the host's name
WORKER_NAME = env.text("WORKER_NAME", "")

# Time and language
USE_TZ = True
TIME_ZONE = env.text("HOSPITAL_TIME_ZONE", "Asia/Shanghai")
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
HOSPITAL_NAME = env.text("HOSPITAL_NAME", "清河医院")
HOSPITAL_NAME_EN = env.text("HOSPITAL_NAME_EN", "Qinghe Hospital")

# Files
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
# numba itself reads the environment.
os.environ["NUMBA_CACHE_DIR"] = env.text("NUMBA_CACHE_DIR", str(DATA_DIR / "numba"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "hospital.common.static_files.Storage"},
}

# Security
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
GATEWAY_URL = env.text("GATEWAY_URL", f"http://127.0.0.1:{PORT + 1}")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "base-uri": [NONE],
        # a form that leads on to a pay page needs its origin here
        "form-action": [SELF, GATEWAY_URL, "https://wx.tenpay.com", "https://*.alipay.com"],
        "frame-ancestors": [NONE],
    }
}

# API
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "hospital.accounts.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "NUM_PROXIES": 1 if env.flag("BEHIND_PROXY") else 0,
    "DEFAULT_PARSER_CLASSES": ["hospital.common.parsers.ShallowJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "hospital.common.openapi.Described",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "hospital.common.api.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fenliu API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # lists of plain values: the labels of a Choices class change with the language, and with them its digest
    "ENUM_NAME_OVERRIDES": {
        "AppointmentState": "booking.api.answers.numbers.APPOINTMENT_STATES",
        "SessionState": "booking.api.answers.catalogue.SESSION_STATES",
        "TicketState": "queueing.api.answers.TICKET_STATES",
        "PauseReason": "queueing.api.answers.PAUSE_REASONS",
        "AlarmState": "queueing.api.answers.ALARM_STATES",
        "WalkInState": "booking.api.answers.numbers.WALK_IN_STATES",
        "DrawRequestState": "booking.api.answers.waiting.DRAW_REQUEST_STATES",
        "WaitlistEntryState": "booking.api.answers.waiting.WAITLIST_STATES",
        "StopChoice": "booking.api.answers.stops.OFFERED",
        "MissedState": "booking.api.no_shows.MISSED_STATES",
        "StopState": "booking.api.answers.stops.STOP_STATES",
        "StopCaseState": "booking.api.answers.stops.CASE_STATES",
        "StopCaseChoice": "booking.api.answers.stops.CHOICES",
        "AbsenceKind": "booking.api.absences.ABSENCE_KINDS",
        "AppealState": "booking.api.appeals.APPEAL_STATES",
        "BanReason": "booking.api.bans.BAN_REASONS",
        "DataRequestKind": "booking.api.data_requests.REQUEST_KINDS",
        "DataRequestState": "booking.api.data_requests.REQUEST_STATES",
        "PaymentState": "booking.api.money.PAYMENT_STATES",
        "DifferenceKind": "booking.api.settlements.DIFFERENCE_KINDS",
        "Unbookable": "booking.api.answers.catalogue.REASONS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "hospital.common.openapi.name_the_codes",
    ],
}

# Live and tasks: Valkey carries hints only, the database is the truth.
CHANNEL_LAYERS: dict[str, Any] = {}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

# Payment
PAYMENT_PROVIDERS: dict[str, dict[str, Any]] = {
    "sandbox": {
        "class": "booking.providers.sandbox.SandboxProvider",
        "url": GATEWAY_URL,
        "merchant": "fenliu-demo",
        "merchant_key": Path(env.text("MERCHANT_KEY", str(DATA_DIR / "gateway" / "merchant-private.pem"))),
        "gateway_key": Path(env.text("GATEWAY_KEY", str(DATA_DIR / "gateway" / "gateway-public.pem"))),
        "timeout_s": 5,
    }
}
if env.text("WECHAT_MCHID", ""):
    PAYMENT_PROVIDERS["wechat"] = {
        "class": "booking.providers.wechat.WeChatProvider",
        "mchid": env.text("WECHAT_MCHID"),
        "appid": env.text("WECHAT_APPID"),
        "private_key": env.text("WECHAT_PRIVATE_KEY"),
        "cert_serial_no": env.text("WECHAT_CERT_SERIAL"),
        "apiv3_key": env.text("WECHAT_API_KEY"),
        "public_key": env.text("WECHAT_PUBLIC_KEY"),
        "public_key_id": env.text("WECHAT_PUBLIC_KEY_ID"),
        "product": env.choice("WECHAT_PRODUCT", ("native", "h5")),
        "url": env.text("WECHAT_URL", "https://api.mch.weixin.qq.com"),
    }
if env.text("ALIPAY_APP_ID", ""):
    PAYMENT_PROVIDERS["alipay"] = {
        "class": "booking.providers.alipay.AlipayProvider",
        "app_id": env.text("ALIPAY_APP_ID"),
        "seller_id": env.text("ALIPAY_SELLER_ID"),
        "private_key": env.text("ALIPAY_PRIVATE_KEY"),
        "public_key": env.text("ALIPAY_PUBLIC_KEY"),
        "product": env.choice("ALIPAY_PRODUCT", ("wap", "page")),
        "url": env.text("ALIPAY_URL", "https://openapi.alipay.com/gateway.do"),
    }
if not DEMO and len(PAYMENT_PROVIDERS) > 1:
    del PAYMENT_PROVIDERS["sandbox"]

# Messages: who sends them. In the demo nobody does, its outbox page shows them.
SMS_URL = env.text("SMS_URL", "")
SMS_TOKEN, SMS_SECRET = env.text("SMS_TOKEN", ""), env.text("SMS_SECRET", "")
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.number("EMAIL_PORT", 465)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_USER", ""), env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL, EMAIL_USE_TLS = env.flag("EMAIL_USE_SSL", default=True), env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "webmaster@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "stream": sys.stderr}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # a line for each wake every 10 s would drown the rest
        **{
            f"celery.{part}": {"level": "WARNING"}
            for part in ("app.trace", "worker.request", "worker.strategy", "beat")
        },
    },
}
