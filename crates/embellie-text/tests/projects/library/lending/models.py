import datetime

from catalogue.models import Edition
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sites.models import Site
from django.db import models
from unknown_package.fields import BarcodeField

try:
    from another_package import MagicField
except ImportError:

    class MagicField(models.TextField):
        pass


DAYS = getattr(settings, "LOAN_DAYS", 7)


def end():
    return datetime.date.today() + datetime.timedelta(days=DAYS)


class LoanState(models.TextChoices):
    OUT = "out"
    BACK = "back"


class Loan(models.Model):
    pk = models.CompositePrimaryKey("edition", "number")
    edition = models.ForeignKey(Edition, models.RESTRICT, related_name="loans")
    number = models.IntegerField()
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, to_field="card", related_name="loans")
    librarian = models.ForeignKey(get_user_model(), models.SET_NULL, null=True, related_name="+")
    site = models.ForeignKey(Site, models.SET(1), default=1)
    due = models.DateField(default=end)
    days = models.DurationField(default=datetime.timedelta(days=DAYS))
    state = models.CharField(max_length=4, choices=LoanState.choices, default=LoanState.OUT)
    receipt = models.FileField(upload_to="receipts/%Y")
    barcode = BarcodeField(max_length=20)
    spell = MagicField(null=True)


class Fine(models.Model):
    loan_number = models.IntegerField()
    collector = models.ForeignKey("accounting.Collector", models.CASCADE)
    cents = models.IntegerField()
    paid = models.BooleanField(null=True)
    tags = models.ManyToManyField("labels.Tag")
    letter = models.ImageField(max_length=50, null=True)

    class Meta:
        managed = False
        db_table = 'old"fines'
        default_related_name = "fines"
