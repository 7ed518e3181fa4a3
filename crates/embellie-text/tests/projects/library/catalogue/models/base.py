import uuid

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models

__all__ = ["Described", "Note", "Stamped"]

PREFIX = "books"


class Stamped(models.Model):
    created = models.DateTimeField(auto_now_add=True, db_index=True)
    changed = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(
        "people.Reader", on_delete=models.PROTECT, null=True, related_name="%(app_label)s_%(class)s_made"
    )

    class Meta:
        abstract = True
        ordering = ["-created"]
        get_latest_by = "created"


class Described(models.Model):
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, default="")
    notes = GenericRelation("Note")

    class Meta:
        abstract = True


class Note(Stamped):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    about = GenericForeignKey("content_type", "object_id")
    text = models.TextField()

    class Meta(Stamped.Meta):
        db_table = f"{PREFIX}_notes"
        indexes = [models.Index(fields=["content_type", "object_id"], name="note_about")]
