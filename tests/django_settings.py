"""Django without a server, for `python -m django makemigrations records`."""

DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "peelian"}}
INSTALLED_APPS = ["peelian.records"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
SECRET_KEY = "for tests only"  # noqa: S105
