from common import *
INSTALLED_APPS = BASE + ["allauth", "allauth.account", "allauth.socialaccount", "allauth.mfa", "allauth.usersessions"]
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
DATABASES = database("allauth")
