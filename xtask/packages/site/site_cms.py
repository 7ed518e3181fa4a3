from common import *
INSTALLED_APPS = BASE + ["cms", "menus", "treebeard"]
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_CODE = "en"
CMS_CONFIRM_VERSION4 = True
DATABASES = database("cms")
