"""The app's name for Django."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Accounts and jobs."""

    name = "peelian.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
