//! The types of a database: those that every server has, and those that have to be asked for.

use std::collections::HashMap;

use postgres_protocol::Oid;
use postgres_types::{Kind, Type};

use crate::link::{Malformed, Place, places};

/// How deep types are made of others; deeper ones are not looked into.
const DEEPEST: usize = 32;

/// The types that a connection has asked for.
#[derive(Default)]
pub(crate) struct Types(HashMap<Oid, Type>);

/// A type as the catalog has it.
#[derive(Debug, Default)]
struct Entry {
    name: String,
    schema: String,
    /// What sort of type it is: `e` for an enum, `p` for one that no column has.
    sort: u8,
    element: Oid,
    base: Oid,
    table: Oid,
    ends: Oid,
}

/// What the catalog has said of types.
#[derive(Default)]
pub(crate) struct Entries(HashMap<Oid, Entry>);

impl Types {
    pub(crate) fn get(&self, oid: Oid) -> Option<Type> {
        Type::from_oid(oid).or_else(|| self.0.get(&oid).cloned())
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Those that are not known.
    pub(crate) fn unknown(&self, oids: impl IntoIterator<Item = Oid>) -> Vec<Oid> {
        let mut unknown: Vec<Oid> = oids.into_iter().filter(|&oid| self.get(oid).is_none()).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    /// Learns types. One that the catalog does not have is known as that.
    pub(crate) fn learn(&mut self, oids: &[Oid], entries: &Entries) {
        for &oid in oids {
            let ty = self.made_of(oid, entries, 0);
            self.0.insert(oid, ty);
        }
    }

    fn made_of(&self, oid: Oid, entries: &Entries, depth: usize) -> Type {
        if let Some(known) = self.get(oid) {
            return known;
        }
        let Some(entry) = entries.0.get(&oid) else {
            return Type::new(oid.to_string(), oid, Kind::Simple, String::new());
        };
        let of = |oid| self.made_of(oid, entries, depth + 1);
        let kind = match entry {
            _ if depth > DEEPEST => Kind::Simple,
            // What is in an enum or a composite type is of no interest here.
            Entry { sort: b'e', .. } => Kind::Enum(Vec::new()),
            Entry { sort: b'p', .. } => Kind::Pseudo,
            Entry { base: 1.., .. } => Kind::Domain(of(entry.base)),
            Entry { element: 1.., .. } => Kind::Array(of(entry.element)),
            Entry { table: 1.., .. } => Kind::Composite(Vec::new()),
            Entry { ends: 1.., .. } => Kind::Range(of(entry.ends)),
            _ => Kind::Simple,
        };
        Type::new(entry.name.clone(), oid, kind, entry.schema.clone())
    }
}

/// Asks for types and all that they are made of.
pub(crate) fn question(oids: &[Oid]) -> String {
    let list = oids.iter().map(Oid::to_string).collect::<Vec<_>>().join(", ");
    format!(
        "WITH RECURSIVE wanted (oid) AS (
            SELECT t.oid FROM pg_catalog.pg_type AS t WHERE t.oid IN ({list})
            UNION
            SELECT o.oid FROM wanted AS w
            JOIN pg_catalog.pg_type AS t ON t.oid = w.oid
            LEFT JOIN pg_catalog.pg_range AS r ON r.rngtypid = t.oid
            CROSS JOIN LATERAL (VALUES (t.typelem), (t.typbasetype), (r.rngsubtype)) AS o (oid)
            WHERE o.oid <> 0
        )
        SELECT t.oid, t.typname, n.nspname, t.typtype, t.typelem, t.typbasetype, t.typrelid, r.rngsubtype
        FROM wanted
        JOIN pg_catalog.pg_type AS t USING (oid)
        JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
        LEFT JOIN pg_catalog.pg_range AS r ON r.rngtypid = t.oid"
    )
}

impl Entries {
    /// Takes a row of the answer, which is text.
    pub(crate) fn row(&mut self, body: &[u8]) -> Result<(), Malformed> {
        let mut found: Vec<Place> = Vec::new();
        places(body, 8, &mut found)?;
        let text = |index: usize| {
            let bytes = found.get(index).and_then(|place| place.of(body)).unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        // A null is the zero that the catalog has elsewhere.
        let oid = |index: usize| text(index).parse().unwrap_or(0);
        let entry = Entry {
            name: text(1),
            schema: text(2),
            sort: text(3).bytes().next().unwrap_or_default(),
            element: oid(4),
            base: oid(5),
            table: oid(6),
            ends: oid(7),
        };
        self.0.insert(oid(0), entry);
        Ok(())
    }
}
