"""Every setting of AgentScope, all from the environment; docs/reference/settings.md lists the variables."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from agentscope import embedded
from agentscope.env import (
    SettingError,
    data_folder,
    read_choice,
    read_email,
    read_flag,
    read_names,
    read_number,
    read_origins,
    read_text,
    read_url,
    served_port,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = data_folder()
IS_PRODUCTION = (
    read_choice("AGENTSCOPE_ENV", default="development", allowed=("development", "production"))
    == "production"
)
DEBUG = read_flag("DEBUG", default=False)
if DEBUG and IS_PRODUCTION:
    raise SettingError("DEBUG must be 0 when AGENTSCOPE_ENV is production: its pages show settings and data.")
# A command beside the running product links to it, whatever port that was given.
PORT = read_number("PORT", default=served_port(DATA_DIR), low=1, high=65535)
# "Play a live demo run": streams a made-up run into the project of whoever asks for it
DEMO = read_flag("DEMO", default=not IS_PRODUCTION)
LOG_LEVEL = read_choice(
    "LOG_LEVEL", default="INFO", allowed=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
)


def make_secret_key() -> str:
    """Return the key of this data folder; the first start makes it. Production brings its own."""
    if IS_PRODUCTION:
        raise SettingError("SECRET_KEY must be set in production: 50 random characters that stay the same.")
    embedded.make_data_folder(DATA_DIR)
    path = DATA_DIR / "secret_key"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=DATA_DIR, prefix="secret_key.") as fresh:  # mode 600
            fresh.write(secrets.token_urlsafe(50))
            fresh.flush()
            with suppress(FileExistsError):
                os.link(fresh.name, path)  # whole or not at all, and the first one wins
    return path.read_text().strip()


SECRET_KEY = read_text("SECRET_KEY") or make_secret_key()
if IS_PRODUCTION and len(SECRET_KEY) < 50:
    raise SettingError("SECRET_KEY must have at least 50 characters in production.")
# Old keys that still open sessions and API keys while a new one takes over.
SECRET_KEY_FALLBACKS = read_names("SECRET_KEY_FALLBACKS")

# Where people reach the product
PUBLIC_URL = read_url(
    "PUBLIC_URL", schemes=("http", "https"), default="" if IS_PRODUCTION else f"http://127.0.0.1:{PORT}"
).rstrip("/")
if not PUBLIC_URL:
    raise SettingError("PUBLIC_URL must be set in production, for example https://scope.example.com.")
_public = urlsplit(PUBLIC_URL)
TRUST_PROXY = read_flag("TRUST_PROXY", default=False)
# localhost stays allowed for health checks; nobody else can reach it by that name.
ALLOWED_HOSTS = [*(read_names("ALLOWED_HOSTS") or [str(_public.hostname)]), "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = read_origins("CSRF_TRUSTED_ORIGINS") or [f"{_public.scheme}://{_public.netloc}"]

# Applications
INSTALLED_APPS = [
    "agentscope",  # first: it starts the embedded services
    "teams",
    "runs",
    "ingest",
    "alerts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "channels",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "runs.moved.MovedRuns",
]
ROOT_URLCONF = "agentscope.urls"
ASGI_APPLICATION = "agentscope.asgi.application"
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
            ],
        },
    }
]

# PostgreSQL and Redis; unset means embedded
DATABASE_URL = read_url("DATABASE_URL", schemes=("postgresql", "postgres"))
REDIS_URL = read_url("REDIS_URL", schemes=("redis", "rediss", "unix"))
EMBEDDED_SERVICES = [
    embedded.Service(name, DATA_DIR)
    for name, url in (("postgres", DATABASE_URL), ("redis", REDIS_URL))
    if not url
]
DATABASES = {"default": dj_database_url.parse(DATABASE_URL or embedded.postgres_url(DATA_DIR))}
DATABASES["default"].update(
    CONN_MAX_AGE=0,  # the pool keeps connections; persistent ones would be tied to threads that come and go
    CONN_HEALTH_CHECKS=True,  # a connection that died with the server is replaced, not handed out
)
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": read_number("DATABASE_POOL", default=8, low=1, high=100),
    "timeout": 4,  # seconds for a connection: exporters give up after 10, and agents wait for their hooks
    "reconnect_timeout": 3,  # seconds of trying; then the next request tries anew, with no pause that grew
    "max_idle": 120,
    "num_workers": 1,
}
# Pub/sub, not queues in Redis: one PUBLISH per nudge however many sockets listen, nothing stored,
# and a nudge that is lost costs nothing because clients ask for what came after their revision.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "runs.layers.Layer",
        "CONFIG": {"hosts": [REDIS_URL or embedded.redis_url(DATA_DIR)], "prefix": "agentscope"},
    }
}

# Jobs that lie deeper than an app's own tasks.py
PROCRASTINATE_IMPORT_PATHS = ["agentscope.demo.tasks"]

# Accounts
AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
OPEN_SIGNUP = read_flag("OPEN_SIGNUP", default=False)
EMAIL_URL = read_text("EMAIL_URL", "console:")
globals().update(read_email("EMAIL_URL", default="console:"))
DEFAULT_FROM_EMAIL = read_text("DEFAULT_FROM_EMAIL", f"AgentScope <agentscope@{_public.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ACCOUNT_ADAPTER = "teams.adapters.AccountAdapter"
ACCOUNT_FORMS = {"signup": "teams.forms.SignupForm"}
SOCIALACCOUNT_ADAPTER = "teams.adapters.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"signup": "teams.forms.SocialSignupForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
# An invitation proves the address already; with open sign-up only a mail can.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if OPEN_SIGNUP and EMAIL_URL != "console:" else "optional"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
# Rate limits count clients, not the proxy in front of them: its own X-Forwarded-For entry is the last one.
ALLAUTH_TRUSTED_PROXY_COUNT = int(TRUST_PROXY)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "AgentScope"
MFA_ALLOW_UNVERIFIED_EMAIL = EMAIL_URL == "console:"  # without mail nobody could ever verify

# Single sign-on: all three variables, or none
OIDC_CLIENT_ID = read_text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = read_text("OIDC_CLIENT_SECRET")
OIDC_SERVER_URL = read_url("OIDC_SERVER_URL", schemes=("https", "http"))
OIDC_NAME = read_text("OIDC_NAME", "Single sign-on")
SOCIALACCOUNT_PROVIDERS: dict[str, dict] = {}
if any((OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_SERVER_URL)):
    if not all((OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_SERVER_URL)):
        raise SettingError("OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_SERVER_URL must be set together.")
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
    }

_oidc = urlsplit(OIDC_SERVER_URL)
_identity_provider = [f"{_oidc.scheme}://{_oidc.netloc}"] if OIDC_SERVER_URL else []

# Alerts: whether webhooks and the like may reach addresses in private networks
ALERTS_ALLOW_PRIVATE = read_flag("ALERTS_ALLOW_PRIVATE", default=False)

# Static files
STATIC_URL = "/static/"
STATICFILES_DIRS = [folder for folder in [BASE_DIR / "static"] if folder.is_dir()]
STATIC_ROOT = Path(read_text("STATIC_ROOT", str(DATA_DIR / "static")))
# Development serves the files where they lie, production what `collectstatic` compressed and fingerprinted.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IS_PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],  # holds for the sockets too
        "object-src": [NONE],
        "base-uri": [SELF],
        # The login form may end at the identity provider.
        "form-action": [SELF, *_identity_provider],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SECURE_SSL_REDIRECT = read_flag("SSL_REDIRECT", default=IS_PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = read_number(
    "HSTS_SECONDS", default=365 * 24 * 3600 if IS_PRODUCTION else 0, low=0, high=63_072_000
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
# Only behind a proxy that sets the header itself: a client could claim https otherwise.
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Forms: as many fields as an upload has files, each with its path. Ingest has its own caps.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 2000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2100
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Time and language
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
USE_I18N = False

# The read API: closed unless a view says who may
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "runs.api.schema.FromDocstrings",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "EXCEPTION_HANDLER": "runs.api.errors.answer_error",
    "URL_FORMAT_OVERRIDE": None,  # `format` is a parameter of ours
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AgentScope",
    "DESCRIPTION": "Read what a project has recorded.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "runs.api.schema.allow_any",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname:.1s} {name}: {message}", "style": "{"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": LOG_LEVEL, "handlers": [], "propagate": True},
        # One line per request is the proxy's business.
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        # It tells addresses with their tokens; what may be shown of it, deliveries keep.
        "apprise": {"level": "DEBUG", "handlers": ["nowhere"], "propagate": False},
    },
}
