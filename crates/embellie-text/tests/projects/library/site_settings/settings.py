from .base import *  # noqa

INSTALLED_APPS += ["lending"]
if DEBUG_TOOLBAR := False:
    INSTALLED_APPS.append("debug_toolbar")
