from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "frontdesk.gateway"
    default_auto_field = "django.db.models.BigAutoField"
