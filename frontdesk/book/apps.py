from django.apps import AppConfig


class BookConfig(AppConfig):
    name = "frontdesk.book"
    default_auto_field = "django.db.models.BigAutoField"
