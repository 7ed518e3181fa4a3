//! Rows of all models.

use embellie::{Database, Value};
use embellie_suite::{Outcome, object, rows};

use crate::models::{Model, Sort};
use crate::tape::Tape;
use crate::values::value;

/// The rows of one case, by table: fields and values. Keys count from 1 in each table.
#[derive(Debug, Clone)]
pub(crate) struct World(Vec<(&'static str, Vec<Fields>)>);

type Fields = Vec<(&'static str, Value)>;

impl World {
    pub(crate) fn new(tape: &mut Tape<'_>) -> Self {
        let town = |tape: &mut Tape<'_>, _| {
            vec![
                ("name", value(Sort::Text, tape)),
                ("size", nullable(Sort::Int, tape)),
                ("capital", value(Sort::Bool, tape)),
            ]
        };
        let towns = table(tape, 0, 3, town);
        let people_count = 1 + tape.below(4);
        let person = |tape: &mut Tape<'_>, _| {
            vec![
                ("name", value(Sort::Text, tape)),
                ("age", tape.maybe(|tape| tape.between(0, 4)).into()),
                ("born", nullable(Sort::Date, tape)),
                ("boss", key_or_null(tape, people_count)),
                ("home", key_or_null(tape, towns.len())),
            ]
        };
        let people = table(tape, people_count, people_count, person);
        let tags =
            table(tape, 0, 3, |tape, _| vec![("word", value(Sort::Text, tape)), ("rank", value(Sort::Int, tape))]);
        let thing_count = tape.below(7);
        let things = table(tape, thing_count, thing_count, |tape, _| thing(tape, people.len(), thing_count));
        let notes = match things.len() {
            0 => Vec::new(),
            things => table(tape, 0, 7, |tape, _| {
                vec![
                    ("thing", key(tape, things)),
                    ("author", key_or_null(tape, people.len())),
                    ("body", value(Sort::Text, tape)),
                    ("stars", nullable(Sort::Int, tape)),
                    ("weight", nullable(Sort::Float, tape)),
                    ("at", nullable(Sort::Moment, tape)),
                ]
            }),
        };
        let idols = links(tape, ("from_person", people.len()), ("to_person", people.len()));
        let thing_tags = links(tape, ("thing", things.len()), ("tag", tags.len()));
        World(vec![
            ("world.Town", towns),
            ("world.Person", people),
            ("world.Tag", tags),
            ("world.Thing", things),
            ("world.Note", notes),
            ("world.Person_idols", idols),
            ("world.Thing_tags", thing_tags),
        ])
    }

    /// Makes these the only rows of the database.
    pub(crate) async fn store(&self, db: &Database) -> Outcome {
        for (model, _) in self.0.iter().rev() {
            rows(db, model).delete(db).await?;
        }
        for (model, table) in &self.0 {
            let mut records = Vec::with_capacity(table.len());
            for (place, fields) in table.iter().enumerate() {
                let mut record = object(db, model, fields)?;
                record.set("id", Value::Int(place as i64 + 1))?;
                records.push(record);
            }
            rows(db, model).bulk_create(&mut records, db).await?;
        }
        Ok(())
    }
}

fn table(
    tape: &mut Tape<'_>,
    low: usize,
    high: usize,
    mut row: impl FnMut(&mut Tape<'_>, usize) -> Fields,
) -> Vec<Fields> {
    let count = low + tape.below(high - low + 1);
    (0..count).map(|place| row(tape, place)).collect()
}

fn thing(tape: &mut Tape<'_>, people: usize, things: usize) -> Fields {
    let mut fields = vec![
        ("label", value(Sort::Text, tape)),
        ("count", value(Sort::Int, tape)),
        ("live", value(Sort::Bool, tape)),
        ("price", value(Sort::Decimal, tape)),
        ("since", value(Sort::Moment, tape)),
        ("owner", key(tape, people)),
        ("maker", key_or_null(tape, people)),
        ("parent", key_or_null(tape, things)),
    ];
    for (name, sort) in Model::Thing.shape().fields {
        if *name != "id" && fields.iter().all(|(known, _)| known != name) {
            fields.push((name, nullable(*sort, tape)));
        }
    }
    fields
}

fn nullable(sort: Sort, tape: &mut Tape<'_>) -> Value {
    tape.maybe(|tape| value(sort, tape)).unwrap_or_default()
}

fn key(tape: &mut Tape<'_>, count: usize) -> Value {
    (tape.below(count) as i64 + 1).into()
}

fn key_or_null(tape: &mut Tape<'_>, count: usize) -> Value {
    match count {
        0 => Value::Null,
        count => tape.maybe(|tape| key(tape, count)).unwrap_or_default(),
    }
}

/// Some of all pairs, each once.
fn links(tape: &mut Tape<'_>, (from, froms): (&'static str, usize), (to, tos): (&'static str, usize)) -> Vec<Fields> {
    let pairs = (1..=froms as i64).flat_map(|a| (1..=tos as i64).map(move |b| (a, b)));
    pairs.filter(|_| tape.once_in(3)).map(|(a, b)| vec![(from, a.into()), (to, b.into())]).collect()
}

/// The rows that there are, without the fields that are null.
impl std::fmt::Display for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (model, table) in &self.0 {
            for (place, fields) in table.iter().enumerate() {
                write!(f, "\n  {model} {}:", place + 1)?;
                for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                    write!(f, " {name}={}", crate::show::value(value))?;
                }
            }
        }
        Ok(())
    }
}
