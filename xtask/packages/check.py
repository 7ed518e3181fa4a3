"""Compares what a site's models and queries are for Django with what they are for embellie.

    check.py SITE FOLDER EMBELLIE

makes the site's database in FOLDER when it is not there, and prints what differs and one line of figures.
"""

import contextlib
import datetime
import decimal
import io
import json
import os
import subprocess
import sys
import sysconfig
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
SITE, FOLDER, EMBELLIE = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
sys.path.insert(0, str(HERE / "site"))
os.environ.update(DJANGO_SETTINGS_MODULE=f"site_{SITE}", PACKAGES_FOLDER=str(FOLDER))

import django  # noqa: E402

django.setup()

from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.models import functions  # noqa: E402

sys.path.insert(0, str(HERE))
from fill import fill  # noqa: E402

DATABASE = FOLDER / f"{SITE}.sqlite3"


def prepare():
    done = FOLDER / f"{SITE}.done"
    if done.exists():
        return
    DATABASE.unlink(missing_ok=True)
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("migrate", verbosity=0, skip_checks=True)
    fill()
    done.touch()


def concrete():
    return [model for model in apps.get_models() if not model._meta.proxy and not model._meta.swapped]


def tables():
    """The tables that there are: those of models that nobody manages may be missing."""
    with connection.cursor() as cursor:
        return {table.name for table in connection.introspection.get_table_list(cursor)}


def names():
    """The models by name: of several, that of the app that is installed first."""
    found = {}
    for model in apps.get_models():
        found.setdefault(model.__name__, model)
    return found


def generated():
    """Counts of all rows, and a join by every relation."""
    known, there = names(), tables()
    for model in concrete():
        name = model.__name__
        if known[name] is not model or model._meta.db_table not in there:
            continue
        yield f"{name}._base_manager.count()"
        for field in model._meta.get_fields():
            if not field.is_relation or field.related_model is None or getattr(field, "hidden", False):
                continue
            # Relations by other means than keys: generic ones, and tags.
            ours = type(getattr(field, "field", field)).__module__
            if ours.startswith(("taggit", "modelcluster.contrib.taggit", "django.contrib.contenttypes")):
                continue
            if not isinstance(field, (models.ForeignKey, models.ManyToManyField, models.ForeignObjectRel)):
                continue
            if field.related_model._meta.db_table not in there:
                continue
            path = field.name
            key = field.related_model._meta.pk.name
            yield f"{name}._base_manager.filter({path}__isnull=False).values_list('pk', '{path}__{key}').order_by('pk', '{path}__{key}')"


def encoded(value):
    match value:
        case decimal.Decimal():
            return {"$decimal": str(value)}
        case datetime.datetime():
            return {"$datetime": value.isoformat()}
        case datetime.date():
            return {"$date": value.isoformat()}
        case uuid.UUID():
            return {"$uuid": str(value)}
        case list() | tuple() | models.QuerySet():
            return [encoded(item) for item in value]
        case dict():
            return {str(key): encoded(item) for key, item in value.items()}
        case _:
            return value


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys() == {"$decimal"}:
        return decimal.Decimal(a["$decimal"]) == decimal.Decimal(b["$decimal"])
    if isinstance(a, float) and isinstance(b, (int, float)):
        return abs(a - b) < 1e-9
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b


def ours(texts):
    packages = sysconfig.get_paths()["purelib"]
    lines = [
        json.dumps({
            "id": number,
            "models": str(HERE / "site"),
            "settings_module": f"site_{SITE}",
            "packages": [packages],
            "database": str(DATABASE),
            "query": text,
        })
        for number, text in enumerate(texts)
    ]
    answered = subprocess.run(
        [EMBELLIE, "conformance", "--models-py"], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in answered.stdout.splitlines()]


def columns():
    """The columns that embellie does not have, by its Rust models."""
    told = subprocess.run(
        [EMBELLIE, "import", str(HERE / "site"), "--settings", f"site_{SITE}", "--packages", sysconfig.get_paths()["purelib"]],
        capture_output=True, text=True, check=True,
    )
    return told.stderr.splitlines()


def main():
    prepare()
    written = [line for line in (HERE / "queries" / f"{SITE}.txt").read_text().splitlines() if line and line[0] != "#"]
    texts = written + list(generated())
    namespace = {**vars(models), **vars(functions), **names(), "datetime": datetime, "Decimal": decimal.Decimal}
    expected = [encoded(eval(text, namespace)) for text in texts]
    answers = ours(texts)
    differing = 0
    for place, (text, wanted, answer) in enumerate(zip(texts, expected, answers, strict=True)):
        if not same(wanted, answer.get("result")) or "result" not in answer:
            differing += 1
            print(f"  {text}\n    Django:   {str(wanted)[:300]}\n    embellie: {str(answer)[:300]}")
    lost = [line for line in columns() if "field class" in line or "cannot be told" in line or "which is no model" in line]
    for line in lost:
        print(f"  {line}")
    count = len(concrete())
    fields = sum(len(model._meta.local_concrete_fields) for model in concrete())
    print(
        f"{SITE}: {count} models with {fields} columns, {len(lost)} not understood; "
        f"{len(texts) - differing} of {len(texts)} queries agree ({len(written)} written by hand)"
    )
    return 1 if differing or lost else 0


sys.exit(main())
