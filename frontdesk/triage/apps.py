from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "frontdesk.triage"
    default_auto_field = "django.db.models.BigAutoField"
