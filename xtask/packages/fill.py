"""Fills every table of a site with rows that are made up, by Django itself."""

import datetime
import decimal
import itertools
import random
import uuid

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

ROWS = 12
DAY = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.timezone.utc)
WORDS = ["cloud", "rain", "Sun", "wind", "frost", "Hail", "fog", "storm", "dew", "ice"]


def value(field, number, chance):
    """A value for a field of the row of this number."""
    if field.choices and not field.unique:
        flat = [key for key, _ in field.flatchoices if key not in (None, "")]
        if flat:
            return flat[number % len(flat)]
    kind = field.get_internal_type()
    if field.null and not field.unique and chance.random() < 0.25:
        return None
    if kind in ("CharField", "TextField", "SlugField", "FileField", "ImageField", "FilePathField", "EmailField", "URLField"):
        text = f"{WORDS[number % len(WORDS)]}{number}" if field.unique else WORDS[chance.randrange(len(WORDS))]
        if field.name in ("path", "url_path", "key", "session_key", "slug", "token", "object_id"):
            text = f"{number:04d}"
        return text[: field.max_length] if field.max_length else text
    if "Integer" in kind:
        return number + 1 if field.unique else chance.randrange(6)
    if kind == "BooleanField":
        return chance.random() < 0.5
    if kind == "DecimalField":
        return decimal.Decimal(chance.randrange(1, 900)).scaleb(-field.decimal_places)
    if kind == "FloatField":
        return chance.randrange(100) / 4
    if kind == "DateTimeField":
        return DAY + datetime.timedelta(days=chance.randrange(400))
    if kind == "DateField":
        return (DAY + datetime.timedelta(days=chance.randrange(400))).date()
    if kind == "TimeField":
        return datetime.time(number % 24)
    if kind == "DurationField":
        return datetime.timedelta(minutes=number)
    if kind == "UUIDField":
        return uuid.UUID(int=number + 1)
    if kind == "JSONField":
        return {"n": number}
    if kind == "GenericIPAddressField":
        return f"10.0.0.{number + 1}"
    if kind == "BinaryField":
        return bytes([number])
    return None


def row(model, number, chance, using):
    """The columns of a row; None when it needs a row that there is not."""
    columns = {}
    for field in model._meta.local_concrete_fields:
        if getattr(field, "remote_field", None) and field.is_relation:
            target = field.target_field
            keys = using(field.related_model._meta.concrete_model, target.attname)
            if field.unique:
                taken = set(using(model, field.attname))
                keys = [key for key in keys if key not in taken]
            if not keys or (field.null and chance.random() < 0.2):
                if not field.null:
                    return None
                columns[field] = None
            else:
                columns[field] = keys[chance.randrange(len(keys))]
        elif isinstance(field, models.AutoField):
            continue
        elif not field.generated:
            columns[field] = value(field, number, chance)
    return columns


def fill():
    chance = random.Random(5)

    def keys(model, column):
        return list(model._base_manager.order_by(column).values_list(column, flat=True))

    everything = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy]
    # What is pointed at comes first; circles are gone round twice.
    for _, model in itertools.product(range(2), everything):
        for number in range(ROWS):
            columns = row(model, number, chance, keys)
            if columns is None:
                continue
            names = ", ".join(connection.ops.quote_name(field.column) for field in columns)
            marks = ", ".join(["%s"] * len(columns))
            values = [field.get_db_prep_save(given, connection) for field, given in columns.items()]
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    table = connection.ops.quote_name(model._meta.db_table)
                    rest = f"({names}) VALUES ({marks})" if columns else "DEFAULT VALUES"
                    cursor.execute(f"INSERT INTO {table} {rest}", values)
            except IntegrityError:
                continue
