"""Settings of every installation; what differs comes from the environment (`config.environment`).

Production needs SECRET_KEY, ALLOWED_HOSTS and DATABASE_URL. `docs/settings.md`
lists every variable.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.environment import Mode

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environment.text("PORTAL_VAR_DIR") or BASE_DIR / "var")

MODE = environment.mode()
DEMO = MODE is Mode.DEMO
DEBUG = False

SECRET_KEY = environment.required("SECRET_KEY")
ALLOWED_HOSTS = environment.required("ALLOWED_HOSTS").replace(" ", "").split(",")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")

# ── Applications ──────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "accounts",
    "plan",
    "programs",
    "progress",
    "config.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "config.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "plan.caching.PublicCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.lookups.AddressMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.ConnectedFromMiddleware",
    "accounts.middleware.SessionRenewalMiddleware",
    "accounts.middleware.ExpiredSessionMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.DeniedMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
FORM_RENDERER = "config.form_renderer.FormRenderer"

# ── Database ──────────────────────────────────────────────────────────────────
SQLITE_OPTIONS: dict[str, Any] = {
    # Without these, concurrent writers fail: see ../docs/decisions/0002-databases.md.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # The cache of 16 MB a connection saves a sixth of a count over 20,000 rows; SQLite's own is 2 MB.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000;"
    ),
}
# What the just-in-time compiler saves on a page it costs many times over; a disk of today has no arm to move. A page of
# a list joins up to eight tables to a few keys: beyond eight, the planner would join the tables whole first.
# Reasons and figures: ../docs/decisions/0002-databases.md.
POSTGRESQL_SETTINGS = "-c jit=off -c random_page_cost=1.1 -c join_collapse_limit=9 -c from_collapse_limit=9"


def _database() -> dict[str, Any]:
    url = environment.required("DATABASE_URL")
    if urlsplit(url).scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://.")
    database: dict[str, Any] = dict(dj_database_url.parse(url))
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = SQLITE_OPTIONS
        # Each thread keeps its connection: opening the file and setting it up costs more than a page.
        database["CONN_MAX_AGE"] = None
    else:
        database["OPTIONS"] = {"options": POSTGRESQL_SETTINGS, **database.get("OPTIONS", {}), "pool": True}
    return database


DATABASES = {"default": _database()}

# ── Caches ────────────────────────────────────────────────────────────────────
# "default" is shared by all worker processes: it counts failed log-ins.
# "pages" holds finished public pages under keys that name the content version,
# so every process may have its own.
CACHE_URL = environment.text("CACHE_URL")
if CACHE_URL:
    CACHES: dict[str, dict[str, Any]] = {
        name: {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": CACHE_URL,
            "KEY_PREFIX": f"portal:{name}",
        }
        for name in ("default", "pages")
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "shared_cache",
            # With Django's 300, a few hundred failed log-ins would push the counters of others out.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        },
        "pages": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "pages",
            "OPTIONS": {"MAX_ENTRIES": 1000},
        },
    }

# ── Language and time ─────────────────────────────────────────────────────────
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語")]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
DATE_FORMAT = "Y年n月j日"

# ── Static files ──────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Tests take static files from where they are written; everything else serves collected ones.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = MODE is Mode.TEST
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if MODE is Mode.TEST
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# ── Papers ────────────────────────────────────────────────────────────────────
# Whoever orders a paper starts a process of low priority that makes it (manage.py make_papers); tests do it themselves.
MAKES_PAPERS = MODE is not Mode.TEST
# Days after which the file of a paper that was made anew goes (manage.py remove_old_papers).
PAPERS_KEPT_DAYS = environment.integer("PAPERS_KEPT_DAYS", default=30)

# ── Security ──────────────────────────────────────────────────────────────────
# The demo of `make run` is served over plain HTTP on loopback; nothing else is.
HTTPS = environment.flag("HTTPS", default=MODE is Mode.PRODUCTION)
if MODE is Mode.PRODUCTION and not HTTPS:
    raise ImproperlyConfigured("HTTPS cannot be switched off when PORTAL_MODE is production.")
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# Load balancers and orchestrators ask for these over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# Fifteen texts of a 調書 with 100,000 characters each, nine bytes a character as a browser sends them (%E3%81%82), come
# back with the words of their fields; beyond it 413.html says what to do.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

# ── Accounts ──────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
# Who has no desk is sent on to わたしのページ.
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "plan:home"

# Seconds without a request after which a session ends; the warning comes earlier (accounts/session.js).
SESSION_COOKIE_AGE = environment.integer("SESSION_MINUTES", default=60) * 60
# Sessions are prolonged by accounts.middleware.SessionRenewalMiddleware, at most once in a quarter of that
# time while somebody only reads, so that not every page read by staff writes to the database.
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_WARNING_SECONDS = environment.integer("SESSION_WARNING_MINUTES", default=5) * 60

# How many proxies in front of us add to X-Forwarded-For; rate limits need the client's own address.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.integer("TRUSTED_PROXY_COUNT", default=0)
LOCKOUT_MINUTES = 10
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapter.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "staff_number"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "【川崎市情報化推進プラン】"
# allauth's own generator copies mail addresses into a table of its own, where an address that an
# administrator has since replaced would go on opening the account.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": f"20/m/ip,5/{LOCKOUT_MINUTES}m/key",
    "reset_password": "20/m/ip,5/h/key",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.ReauthenticateCodeForm",
    "authenticate_webauthn": "accounts.forms.KeyForm",
    "reauthenticate_webauthn": "accounts.forms.ReauthenticateKeyForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.AddWebAuthnForm",
    "edit_webauthn": "accounts.forms.EditWebAuthnForm",
}
# Mail addresses are entered by administrators, never by sign-up: nothing is left to verify.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "川崎市情報化推進プラン"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# Roles whose members must have a second factor before they can do anything.
SECOND_FACTOR_ROLES = environment.words(
    "SECOND_FACTOR_ROLES", default="administrator" if MODE is Mode.PRODUCTION else ""
)
# Single sign-on: OIDC_SERVER_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME (what the button says).
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"APPS": []}}
OIDC_SERVER_URL = environment.text("OIDC_SERVER_URL")
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "city",
            "name": environment.text("OIDC_NAME", default="職員認証基盤"),
            "client_id": environment.required("OIDC_CLIENT_ID"),
            "secret": environment.required("OIDC_CLIENT_SECRET"),
            "settings": {"server_url": OIDC_SERVER_URL, "oauth_pkce_enabled": True},
        }
    )

# ── Mail ──────────────────────────────────────────────────────────────────────
EMAIL_HOST = environment.text("EMAIL_HOST")
EMAIL_PORT = environment.integer("EMAIL_PORT", default=25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=False)
# Seconds that a mail server may take for one answer; only `manage.py send_outbox` and log-in mails ever wait for it.
EMAIL_TIMEOUT = environment.integer("EMAIL_TIMEOUT", default=10)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", default="portal@localhost")
# Where the links in mails lead: mails are written by commands as well, which see no request.
PORTAL_URL = environment.address(
    "PORTAL_URL", default=f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0].lstrip('.')}"
)

# ── Logs ──────────────────────────────────────────────────────────────────────
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.request_log.JsonFormatter"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "loggers": {
        "portal.request": {"handlers": ["stdout"], "level": "INFO", "propagate": False},
        "django": {"handlers": ["stdout"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["stdout"], "level": "WARNING", "propagate": False},
    },
}
