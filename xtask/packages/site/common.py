"""What the sites have in common: each has the models of one package, in a database of its own."""

import os
from pathlib import Path

SECRET_KEY = "the databases are made for a comparison, and thrown away"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
ROOT_URLCONF = "urls"
SITE_ID = 1
STATIC_URL = "/static/"
BASE = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
]
CONTEXT = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "sekizai.context_processors.sekizai",
    "cms.context_processors.cms_settings",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": CONTEXT},
    }
]


def database(name):
    folder = Path(os.environ.get("PACKAGES_FOLDER", "."))
    return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / f"{name}.sqlite3")}}
