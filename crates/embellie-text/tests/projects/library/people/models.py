from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class ReaderQuerySet(models.QuerySet):
    def adults(self):
        return self.filter(born__lte="2000-01-01")

    def named(self, name):
        return self.filter(first_name=name)


class Reader(AbstractUser):
    """A user of our own: no last name, and a birthday."""

    last_name = None
    born = models.DateField(_("date of birth"), null=True, blank=True)
    card = models.CharField(_("card number"), max_length=12, unique=True)
    guarantor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="vouched_for")

    objects = UserManager()
    readers = ReaderQuerySet.as_manager()

    class Meta(AbstractUser.Meta):
        verbose_name = _("reader")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_reader_for_each_address")]
