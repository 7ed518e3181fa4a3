from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "catalogue"
    label = "books"
    default_auto_field = "django.db.models.AutoField"
