from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "frontdesk.insight"
    default_auto_field = "django.db.models.BigAutoField"
