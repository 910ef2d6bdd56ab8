from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "frontdesk.clinic"
    default_auto_field = "django.db.models.BigAutoField"
