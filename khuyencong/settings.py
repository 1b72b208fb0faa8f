"""All settings of the portal, in one module: the environment decides.

`ENVIRONMENT` is `production` unless said otherwise, so that a forgotten variable fails closed.
`.env.example` names every variable with its meaning.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
if "ENVIRONMENT" not in env.ENVIRON:
    # While `make run` is at work, manage.py called by hand means that portal.
    environ.Env.read_env(Path(env.str("STATE_DIR", str(BASE_DIR / ".state"))) / "running.env")

ENVIRONMENT = env.str("ENVIRONMENT", "production")
if ENVIRONMENT not in ("production", "local", "test"):
    raise ImproperlyConfigured(
        f"ENVIRONMENT is {ENVIRONMENT!r}; it must be production, local or test."
    )
PRODUCTION = ENVIRONMENT == "production"
LOCAL_SECRET = "local-only-secret-never-used-in-production-0123456789"

STATE_DIR = Path(env.str("STATE_DIR", str(BASE_DIR / ".state"))).resolve()
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "" if PRODUCTION else LOCAL_SECRET)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DEMO = env.bool("DEMO", False)

if PRODUCTION:
    if SECRET_KEY == LOCAL_SECRET or len(SECRET_KEY) < 50:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing, short or the local default; set it to at least 50 random characters."
        )
    if DEBUG:
        raise ImproperlyConfigured("DEBUG is on; in production it must be off.")
    if not ALLOWED_HOSTS or any("*" in host for host in ALLOWED_HOSTS):
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must name the portal's host names, without a wildcard."
        )
    if DEMO:
        raise ImproperlyConfigured("DEMO is on; demo accounts must never exist in production.")

INSTALLED_APPS = [
    "khuyencong.core",
    "khuyencong.audit",
    "khuyencong.files",
    "khuyencong.notifications",
    "khuyencong.exports",
    "khuyencong.imports",
    "khuyencong.forms_as_data",
    "khuyencong.documents",
    "collaborators",
    "facilities",
    "programs",
    "reports",
    "reports.difficulties",
    "reports.editions",
    "khuyencong.admin_site.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "csp",
    "axes",
    "django_htmx",
    "import_export",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "khuyencong.core.middleware.ReadableAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "khuyencong.core.middleware.IdleSessionMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "khuyencong.core.middleware.PasswordChangeRequiredMiddleware",
    "khuyencong.core.middleware.RefusalMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "khuyencong.audit.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "khuyencong.urls"
WSGI_APPLICATION = "khuyencong.wsgi.application"

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
                "khuyencong.core.context.portal",
            ],
            "builtins": [
                "khuyencong.core.templatetags.vi",
                "khuyencong.core.templatetags.portal",
                "django.templatetags.static",
            ],
        },
    }
]
FORM_RENDERER = "khuyencong.core.forms.PortalFormRenderer"

DATABASES = {
    "default": {
        **env.db("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/khuyencong"),
        # Persistent connections doubled every write figure we measured (design.md, section 8).
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
# Plans of the hottest lookups are kept by connection (core/prepared.py); not behind a pooler that
# hands another connection to each transaction.
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# Long work with spreadsheets, both ways, has a queue of its own.
CELERY_TASK_ROUTES = {
    "khuyencong.exports.tasks.*": {"queue": "exports"},
    "khuyencong.imports.tasks.*": {"queue": "exports"},
    "khuyencong.notifications.tasks.*": {"queue": "mail"},
}
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", False)
CELERY_TASK_EAGER_PROPAGATES = CELERY_TASK_ALWAYS_EAGER
CELERY_TIMEZONE = "Asia/Ho_Chi_Minh"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A broker that does not answer must not keep a person waiting: they get a sentence instead.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 3, "socket_timeout": 30}
CELERY_BEAT_SCHEDULE = {
    "remove-old-exports": {
        "task": "khuyencong.exports.tasks.remove_old",
        "schedule": crontab(hour=2, minute=15),
    },
    "refresh-search-words": {
        "task": "facilities.tasks.refresh_words",
        "schedule": crontab(hour=2, minute=30),
    },
    "search-duplicates": {
        "task": "facilities.tasks.search_duplicates",
        "schedule": crontab(hour=3, minute=0),
    },
    "add-new-search-words": {
        "task": "facilities.tasks.add_new_words",
        "schedule": crontab(minute="*/10"),
    },
    "remove-old-imports": {
        "task": "khuyencong.imports.tasks.remove_old",
        "schedule": crontab(hour=2, minute=30),
    },
    "expire-reopenings": {
        "task": "reports.tasks.expire_reopenings",
        "schedule": crontab(minute="*/5"),
    },
    "send-reminders": {
        "task": "reports.tasks.send_reminders",
        "schedule": crontab(minute=30, hour="6-18"),
    },
    "send-waiting-mail": {
        "task": "khuyencong.notifications.tasks.send_waiting",
        "schedule": crontab(minute="*/5"),
    },
    "make-digests": {
        "task": "khuyencong.notifications.tasks.make_digests",
        "schedule": crontab(minute="1-59/15"),
    },
}

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "khuyencong.core.auth.PortalBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email")},
    },
    {
        "NAME": "khuyencong.core.auth.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if ENVIRONMENT == "test":
    # A strong hash takes a quarter of a second for every account of every test.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "core:login"
LOGIN_REDIRECT_URL = "core:todo"
LOGOUT_REDIRECT_URL = "core:login"

AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", 5)
AXES_COOLOFF_TIME = env.float("LOGIN_LOCK_HOURS", 0.25)
# A commune's office shares one address: lock the account at that address, never the whole office.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "khuyencong.core.auth.login_name"
AXES_LOCKOUT_TEMPLATE = "core/locked_out.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_ENGINE = "khuyencong.core.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "phien"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 30)
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "khuyencong.core.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", True)
if env.bool("TRUST_PROXY_HEADERS", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# A tile server under the maps, such as https://tiles.example/{z}/{x}/{y}.png; empty: a plain ground,
# and no request leaves for another host.
MAP_TILE_URL = env.str("MAP_TILE_URL", "")
MAP_TILE_ATTRIBUTION = env.str("MAP_TILE_ATTRIBUTION", "")
# "{s}" stands for one of several hosts.
TILE_HOSTS = (
    ["{0.scheme}://{0.netloc}".format(urlsplit(MAP_TILE_URL.replace("{s}", "*")))]
    if MAP_TILE_URL.startswith("http")
    else []
)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *TILE_HOSTS],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["khuyencong.core.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
PRIVATE_FILES_DIR = Path(env.str("PRIVATE_FILES_DIR", str(STATE_DIR / "files")))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_FILES_DIR},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENVIRONMENT == "test" or DEBUG
        else "khuyencong.core.static_storage.PortalStaticStorage"
    },
}
WHITENOISE_USE_FINDERS = ENVIRONMENT == "test" or DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", 10 * 1024 * 1024)

EMAIL_FILE_PATH = str(STATE_DIR / "mail")
vars().update(env.email_url("EMAIL_URL", default="filemail://" + EMAIL_FILE_PATH))
EMAIL_FILE_PATH = str(STATE_DIR / "mail")
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", "Cổng Khuyến công <khong-tra-loi@khuyencong.example>"
)

# Where a mail's links lead: the portal's address as people type it.
PORTAL_URL = env.str(
    "PORTAL_URL", (CSRF_TRUSTED_ORIGINS or [f"http://127.0.0.1:{env.int('PORT', 8000)}"])[0]
)
# From this hour on (local time) the one mail of the day goes out.
DIGEST_HOUR = env.int("DIGEST_HOUR", 7)

IMPORT_EXPORT_SKIP_ADMIN_CONFIRM = False
# History rows are written by triggers (raw SQL included) and protected by triggers.
PGHISTORY_DEFAULT_TRACKERS = (
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
)
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history", related_query_name="history")
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}

# The Centre's own rule for report dates (reports/calendar.py): working days after the cut-off.
REPORT_DUE_WORKING_DAYS = env.int("REPORT_DUE_WORKING_DAYS", 3)
REPORT_LOCK_WORKING_DAYS = env.int("REPORT_LOCK_WORKING_DAYS", 10)

# Who tells a person what they owe (khuyencong.core.todo).
TODO_PROVIDERS = [
    "reports.todo.author_todo_items",
    "reports.todo_review.officer_todo_items",
    "facilities.surveys.todo.survey_items",
    "reports.editions.todo.edition_todo_items",
    "reports.difficulties.todo.matter_todo_items",
    "facilities.record.todo.data_request_items",
    "khuyencong.notifications.todo.mail_todo_items",
]

# The places a person's own rights reach to; services below the network ask through this name.
USER_SCOPE = "collaborators.queries.own_place_ids"
# What is read together with the account of each request, as SQL over its row `u`.
USER_EXTRAS = {"unread_notices": "khuyencong.notifications.queries.UNREAD_SQL"}
# The names of the places that the page head shows beside the person.
USER_PLACES = "collaborators.queries.assigned_place_names"

# What the portal calls itself; a province sets its own.
PORTAL_NAME = env.str("PORTAL_NAME", "Cổng Khuyến công")
PORTAL_ORGANISATION = env.str(
    "PORTAL_ORGANISATION", "Trung tâm Khuyến công và Tư vấn phát triển công nghiệp"
)
PORTAL_CONTACT = env.str("PORTAL_CONTACT", "")

# What stands at the head of the Centre's documents (Nghị định 30/2020/NĐ-CP); a province sets its own.
DOCUMENT_SUPERIOR = env.str("DOCUMENT_SUPERIOR", "Sở Công Thương")
DOCUMENT_PLACE = env.str("DOCUMENT_PLACE", "Thành phố Hồ Chí Minh")
DOCUMENT_SYMBOL = env.str("DOCUMENT_SYMBOL", "TTKC")
