from decimal import Decimal

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from ..fields import IsbnField, LinesField, MoneyField
from .base import Described, Stamped

LANGUAGES = [(code, code.upper()) for code in ("de", "en", "fr")]


def default_language():
    return LANGUAGES[0][0]


def unread_by(model):
    # What does more than a query is not understood.
    import random

    return random.choice(model.objects.all())


class InPrint(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(out_of_print=False)


class BookQuerySet(models.QuerySet):
    def long(self, pages=500):
        return self.filter(pages__gte=pages)

    def by(self, name):
        return self.filter(authors__name=name)


class Shelf(models.Manager.from_queryset(BookQuerySet)):
    def get_queryset(self):
        return super().get_queryset().exclude(title="")


class Lucky(models.Manager):
    def get_queryset(self):
        for book in super().get_queryset():
            return unread_by(book)


class Author(Described):
    title = None
    name = models.CharField(pgettext_lazy("person", "name"), max_length=100, db_column="full_name")
    likes = models.ManyToManyField("self", symmetrical=False, related_name="liked_by", blank=True)

    class Meta:
        ordering = [F("name").asc(nulls_last=True)]


class Genre(models.Model):
    name = models.CharField(max_length=40, primary_key=True)
    parent = models.ForeignKey("Genre", models.CASCADE, null=True, db_index=False)


class Book(Described, Stamped):
    class Cover(models.TextChoices):
        HARD = "H", _("Hardcover")
        SOFT = "S", _("Paperback")
        __empty__ = _("Unknown")

    class Age(models.IntegerChoices):
        ANY = 0
        CHILDREN = 6
        YOUNG_ADULTS = 12, "Young adults"

    isbn = IsbnField()
    language = models.CharField(max_length=2, choices=LANGUAGES, default=default_language)
    cover = models.CharField(max_length=1, choices=Cover, default=Cover.SOFT)
    age = models.PositiveSmallIntegerField(choices=Age.choices, default=Age.ANY)
    pages = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    price = MoneyField(default=Decimal("9.90"), help_text="before tax")
    contents = LinesField(null=True)
    signature = models.CharField(max_length=8, validators=[RegexValidator(r"^[A-Z]\d+$")], db_default="X0")
    loud = models.GeneratedField(
        expression=Upper("title"), output_field=models.CharField(max_length=200), db_persist=True
    )
    out_of_print = models.BooleanField(default=False)
    extra = models.JSONField(default=dict, blank=True)
    released = models.DateTimeField(default=timezone.now)
    authors = models.ManyToManyField(Author, through="Written", through_fields=("book", "author"), related_name="books")
    genres = models.ManyToManyField(Genre, related_name="+", db_table="books_by_genre")

    objects = Shelf()
    in_print = InPrint()
    lucky = Lucky()

    class Meta(Stamped.Meta):
        indexes = [
            models.Index(fields=["language", "-pages"], name="%(app_label)s_%(class)s_long"),
            models.Index("cover", name="covers", condition=Q(out_of_print=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(pages__gt=0) & ~Q(language=""), name="%(class)s_has_pages"),
            models.UniqueConstraint(fields=["title", "language"], name="one_translation", condition=Q(pages__gt=10)),
        ]


class Edition(Book):
    number = models.SmallIntegerField()
    follows = models.OneToOneField("self", models.SET_NULL, null=True)

    class Meta:
        unique_together = [("book_ptr", "number")]


class LongBook(Book):
    objects = Shelf()

    class Meta:
        proxy = True
        ordering = ["-pages"]


class Written(models.Model):
    book = models.ForeignKey(Book, on_delete=models.CASCADE)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    revised_by = models.ForeignKey(Author, on_delete=models.SET_NULL, null=True, related_name="revised")
    place = models.PositiveSmallIntegerField(default=1)

    class Meta:
        order_with_respect_to = "book"
        unique_together = ("book", "author")
