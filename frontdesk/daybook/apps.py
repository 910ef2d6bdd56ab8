from django.apps import AppConfig


class DaybookConfig(AppConfig):
    name = "frontdesk.daybook"
    default_auto_field = "django.db.models.BigAutoField"
