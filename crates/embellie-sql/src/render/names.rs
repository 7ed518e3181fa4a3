//! What tables are called in a statement.

use crate::resolved::{Alias, JoinKind, Select, Source};

/// The names of the tables of a statement: their own where that says which one is meant, or else `T2`, `U0`, ….
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Vec<Option<String>>,
    /// Tables of the outermost query that go by their own name.
    plain: Vec<String>,
    /// How many queries surround the present one.
    pub(super) depth: usize,
    /// How many queries stood in a `FROM` so far.
    queries: usize,
}

impl Names {
    pub(super) fn get(&self, alias: Alias) -> &str {
        self.names.get(alias.0 as usize).and_then(Option::as_deref).unwrap_or_default()
    }

    pub(super) fn set(&mut self, alias: Alias, name: String) {
        let at = alias.0 as usize;
        if self.names.len() <= at {
            self.names.resize(at + 1, None);
        }
        self.names[at] = Some(name);
    }

    /// Names the one table of a statement that has no more.
    pub(super) fn set_table(&mut self, alias: Alias, table: &str) {
        self.plain.push(table.to_owned());
        self.set(alias, table.to_owned());
    }

    /// The names that are taken.
    pub(super) fn taken(&self) -> usize {
        self.plain.len()
    }

    /// Gives names free that were taken later than those.
    pub(super) fn forget(&mut self, taken: usize) {
        self.plain.truncate(taken);
    }

    /// Names the tables of a query.
    pub(super) fn assign(&mut self, select: &Select<'_>) {
        let source = match &select.source {
            Source::Table { alias, table } => Some((*alias, &**table)),
            Source::Query { alias, .. } | Source::Compound { alias, .. } => {
                self.queries += 1;
                let number = if self.queries == 1 { String::new() } else { self.queries.to_string() };
                let name = format!("subquery{number}");
                self.plain.push(name.clone());
                self.set(*alias, name);
                None
            }
            Source::Nothing => None,
        };
        let joins = select.joins.iter().map(|join| (join.alias, &*join.table, join.kind == JoinKind::Cross));
        let tables = source.into_iter().map(|(alias, table)| (alias, table, false)).chain(joins);
        for (number, (alias, table, by_name)) in tables.enumerate() {
            // Text that somebody has written knows a table by its own name.
            if (self.depth == 0 || by_name) && !self.is_taken(table) {
                self.set_table(alias, table);
                continue;
            }
            let number = if self.depth == 0 { number + 1 } else { number };
            let mut name = match self.depth {
                depth @ 0..6 => format!("{}{number}", ["T", "U", "V", "W", "X", "Y"][depth]),
                depth => format!("Z{depth}_{number}"),
            };
            while self.is_taken(&name) || select.joins.iter().any(|join| join.table.eq_ignore_ascii_case(&name)) {
                name.push('_');
            }
            self.set(alias, name);
        }
    }

    fn is_taken(&self, name: &str) -> bool {
        self.plain.iter().any(|taken| taken.eq_ignore_ascii_case(name))
    }
}
