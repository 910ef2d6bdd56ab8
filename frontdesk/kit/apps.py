from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "frontdesk.kit"
    default_auto_field = "django.db.models.BigAutoField"
