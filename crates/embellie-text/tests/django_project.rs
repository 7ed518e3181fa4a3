//! Models of a Django project, read from its modules.
//!
//! `projects/library` uses what projects use: settings over several modules, a user of its own, abstract, proxy and
//! multi-table models, fields of its own classes, packages that are not there. `projects/library.txt` is what Django says
//! of its models.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use embellie_core::Value;
use embellie_core::meta::{ConstraintMeta, Default, FieldMeta, Model, Validator};
use embellie_text::Models;
use embellie_text::models::{Project, Report, Settings};

fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects/library")
}

fn read() -> (Models, Report) {
    Models::from_python(library()).unwrap()
}

fn field<'a>(models: &'a Models, label: &str, name: &str) -> &'a FieldMeta {
    models.registry().model(label).unwrap().fields.iter().find(|field| field.name == name).unwrap()
}

fn listed(models: &Models) -> String {
    let mut text = String::new();
    for model in models.registry().models() {
        let key: Vec<&str> = model.key_fields().iter().map(|place| model.fields[*place].name.as_str()).collect();
        let ordering: Vec<String> = model.ordering.iter().map(ToString::to_string).collect();
        writeln!(text, "{} {} pk={} ordering={ordering:?}", model.label(), model.table, key.join(",")).unwrap();
        for (place, field) in model.fields.iter().enumerate() {
            write!(text, "    {} {} {}", field.name, field.column, field.kind.django_name()).unwrap();
            for (holds, word) in [(field.null, "null"), (field.unique, "unique"), (field.index, "index")] {
                if holds {
                    write!(text, " {word}").unwrap();
                }
            }
            if let Some(length) = field.max_length {
                write!(text, " {length}").unwrap();
            }
            if let Some((target, at)) = model.target(place) {
                let target: &Model = models.registry().get(target);
                write!(text, " -> {}.{}", target.label(), target.fields[at].name).unwrap();
            }
            text.push('\n');
        }
        for relation in model.many_to_many() {
            let (to, between) = (models.registry().get(relation.target), models.registry().get(relation.through));
            writeln!(text, "    m2m {} {} {} {}", relation.meta.name, to.label(), between.label(), between.table)
                .unwrap();
        }
    }
    text
}

#[test]
fn tables_are_those_of_django() {
    let expected = std::fs::read_to_string(library().with_extension("txt")).unwrap();
    let (models, _) = read();
    let given = listed(&models);
    for (line, (given, expected)) in given.lines().zip(expected.lines()).enumerate() {
        assert_eq!(given, expected, "line {}", line + 1);
    }
    assert_eq!(given, expected);
}

#[test]
fn what_is_not_understood_is_reported_with_its_place() {
    let (_, report) = read();
    let told: Vec<String> = report
        .findings()
        .iter()
        .map(|finding| {
            let file = finding.file.strip_prefix(library()).unwrap_or(&finding.file).display();
            format!("{file}:{} {}: {}", finding.line, finding.object, finding.message)
        })
        .collect();
    let expected = [
        "catalogue/models/works.py:45 Lucky: the rows that this manager gives are chosen by Python code that is not understood: queries by it are errors",
        "lending/models.py:41 lending.Loan.barcode: the field class 'unknown_package.fields.BarcodeField' is not known and cannot be read: its column is there, and holds anything",
        "lending/models.py:47 lending.Fine.collector: the relation leads to accounting.Collector, which is no model that is known: its column is there, and holds anything",
        "lending/models.py:50 lending.Fine.tags: the relation leads to labels.Tag, which is no model that is known: it is left out",
    ];
    assert_eq!(told, expected);
}

#[test]
fn options_of_fields_are_read() {
    let (models, _) = read();
    let default = |label: &str, name: &str| match &field(&models, label, name).default {
        Some(Default::Value(value)) => Some(value.to_string()),
        Some(Default::Function(made)) => Some(format!("made: {}", made().type_name())),
        None => None,
    };
    // A function that always gives the same, a member of choices, a class, a function that is known, and one that is not.
    assert_eq!(default("books.Book", "language").as_deref(), Some("'de'"));
    assert_eq!(default("books.Book", "cover").as_deref(), Some("'S'"));
    assert_eq!(default("books.Book", "age").as_deref(), Some("0"));
    assert_eq!(default("books.Book", "price").as_deref(), Some("Decimal('9.90')"));
    assert!(default("books.Book", "extra").unwrap().starts_with("made: "));
    assert!(default("books.Book", "released").unwrap().starts_with("made: "));
    assert_eq!(default("lending.Loan", "due"), None);
    assert_eq!(default("books.Note", "text"), None);

    let labels = |name: &str| {
        let choices = &field(&models, "books.Book", name).choices;
        choices.iter().map(|choice| format!("{}={}", choice.value, choice.label)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(labels("language"), "'de'=DE 'en'=EN 'fr'=FR");
    assert_eq!(labels("cover"), "'H'=Hardcover 'S'=Paperback");
    assert_eq!(labels("age"), "0=Any 6=Children 12=Young adults");

    let price = field(&models, "books.Book", "price");
    assert_eq!(format!("{:?}", price.kind), "Decimal { max_digits: 10, decimal_places: 2 }");
    assert_eq!(price.help_text, "before tax");
    assert_eq!(field(&models, "books.Author", "name").verbose_name.as_deref(), Some("name"));
    assert_eq!(field(&models, "books.Book", "pages").validators, [Validator::MinValue(Value::Int(1))]);
    let signature = field(&models, "books.Book", "signature");
    assert_eq!(signature.validators, [Validator::Regex(r"^[A-Z]\d+$".to_owned())]);
    assert_eq!(signature.db_default.as_ref().map(ToString::to_string).as_deref(), Some("'X0'"));
    let loud = field(&models, "books.Book", "loud").generated.clone().unwrap();
    assert!(loud.stored);
    assert_eq!(loud.expression.to_string(), "Upper(F('title'))");

    let made = field(&models, "books.Note", "created_by").relation.clone().unwrap();
    assert_eq!(made.related_name.as_deref(), Some("books_note_made"));
    assert!(models.registry().model("people.Reader").unwrap().member("books_note_made").is_some());
}

#[test]
fn indexes_and_constraints_are_read() {
    let (models, _) = read();
    let book = models.registry().model("books.Book").unwrap();
    let names: Vec<_> = book.indexes.iter().map(|index| index.name.clone().unwrap()).collect();
    assert_eq!(names, ["books_book_long", "covers"]);
    let terms: Vec<bool> = book.indexes[0].terms.iter().map(|term| term.descending).collect();
    assert_eq!(terms, [false, true]);
    assert_eq!(book.indexes[1].condition.as_ref().unwrap().to_string(), "Q(out_of_print=False)");
    let [ConstraintMeta::Check { name, condition }, ConstraintMeta::Unique { terms, .. }] = &book.constraints[..]
    else {
        panic!("{:?}", book.constraints);
    };
    assert_eq!(name, "book_has_pages");
    assert_eq!(condition.to_string(), "Q(pages__gt=0) & ~Q(language='')");
    assert_eq!(terms.len(), 2);
    let reader = models.registry().model("people.Reader").unwrap();
    assert_eq!(reader.constraints.len(), 1);
    assert_eq!(reader.verbose_name.as_deref(), Some("reader"));
    // What an abstract model says is inherited, unless it is said anew.
    let written = models.registry().model("books.Written").unwrap();
    assert_eq!(written.unique_together, [["book", "author"]]);
    assert_eq!(models.registry().model("books.Note").unwrap().get_latest_by, ["created"]);
    assert!(!models.registry().model("lending.Fine").unwrap().managed);
}

#[test]
fn settings_are_those_of_the_project_unless_others_are_given() {
    let (models, _) = read();
    assert_eq!(
        *models.settings(),
        Settings { use_tz: true, time_zone: Some("Europe/Vienna".to_owned()), site_id: None }
    );
    let plain = Project::new(library()).settings(Settings::default());
    let (models, _) = Models::from_python(plain).unwrap();
    assert_eq!(field(&models, "books.Book", "created").kind.django_name(), "DateTimeField");
    assert!(!models.settings().use_tz);
}

#[test]
fn one_app_or_one_file_is_enough() {
    let (models, report) = Models::from_python(library().join("people")).unwrap();
    assert!(report.is_empty(), "{report}");
    // Without settings, keys are what Django makes them, and the user is Django's.
    assert_eq!(field(&models, "people.Reader", "id").kind.django_name(), "AutoField");
    assert!(models.registry().model("auth.User").is_ok());

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("models.py");
    std::fs::write(&file, "from django.db import models\nclass A(models.Model):\n    n = models.IntegerField()\n")
        .unwrap();
    let (models, _) = Models::from_python(file.clone()).unwrap();
    let app = folder.path().file_name().unwrap().to_str().unwrap().replace('.', "");
    let names: Vec<&str> = models.registry().models().iter().map(Model::label).collect();
    assert!(names.contains(&format!("{app}.A").as_str()), "{names:?}");
    assert!(Models::from_python(folder.path().join("nothing.py")).unwrap_err().to_string().contains("nothing.py"));
}

#[test]
fn odd_modules_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("odd");
    std::fs::create_dir(&app).unwrap();
    let deep = format!("x = {}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let broken = [
        "def f(:",
        deep.as_str(),
        "def f(n):\n    return f(n + 1)\nx = f(1)\n",
        "x = []\nwhile True:\n    x.append(1)\n",
        "x = 'a' * 10 ** 12\n",
        "x = [[a + b for a in range(300)] for b in range(300)]\n",
        "class A(A): pass\n",
        "from . import models\nfrom .models import *\nfrom .models import nothing\n",
        "import os\nos.remove('odd')\nopen('/etc/passwd').read()\n",
    ];
    for text in broken {
        std::fs::write(app.join("models.py"), text).unwrap();
        let read = Models::from_python(app.clone());
        assert!(read.is_ok(), "{}: {:?}", text.get(..40).unwrap_or(text), read.err());
    }
    let circle = "from django.db import models\nclass A(models.Model):\n    b = models.ForeignKey('B', models.CASCADE, primary_key=True)\nclass B(models.Model):\n    a = models.ForeignKey(A, models.CASCADE, primary_key=True)\n";
    std::fs::write(app.join("models.py"), circle).unwrap();
    assert!(Models::from_python(app).is_ok());
}
