import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
DJANGO_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sites"]
LOCAL_APPS = ["people", "catalogue.apps.CatalogueConfig"]
INSTALLED_APPS = DJANGO_APPS + LOCAL_APPS
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
AUTH_USER_MODEL = "people.Reader"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = os.environ.get("SECRET_KEY", "a library has no secrets")
TIME_ZONE = "Europe/Vienna"
LOAN_DAYS = 14
