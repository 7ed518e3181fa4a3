//! One way through the pieces of a statement.

use super::pieces::{Piece, is_keyword};
use super::{Compared, Comparison, Ordered, Outline, TableColumn};

/// The part of a query that a piece belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clause {
    Tables,
    Condition,
    Order,
    Other,
}

/// A pair of parentheses, or the whole.
#[derive(Debug, Clone, Copy)]
struct Scope {
    clause: Clause,
    /// Whether this is a query, rather than arguments or a part of a condition.
    query: bool,
    /// Whether a function is called, so that columns are not compared themselves.
    call: bool,
}

pub(super) fn walk(pieces: &[Piece<'_>]) -> Outline {
    let mut walk = Walk { pieces, outline: Outline::default(), aliases: Vec::new(), ctes: Vec::new() };
    walk.outline.operation = match pieces.first() {
        Some(Piece::Word(word)) => word.to_ascii_uppercase(),
        _ => String::new(),
    };
    walk.names();
    walk.clauses();
    Outline { aliases: walk.aliases, ..walk.outline }
}

struct Walk<'p, 't> {
    pieces: &'p [Piece<'t>],
    outline: Outline,
    /// What tables are called.
    aliases: Vec<(String, String)>,
    /// Queries that have the names of tables.
    ctes: Vec<String>,
}

impl Walk<'_, '_> {
    fn word(&self, at: usize, word: &str) -> bool {
        self.pieces.get(at).is_some_and(|piece| piece.is_word(word))
    }

    fn symbol(&self, at: usize, symbol: &str) -> bool {
        self.pieces.get(at).is_some_and(|piece| piece.is_symbol(symbol))
    }

    fn name(&self, at: usize) -> Option<String> {
        match self.pieces.get(at)? {
            Piece::Name(name) => Some(name.clone()),
            Piece::Word(word) if !is_keyword(word) => Some((*word).to_owned()),
            _ => None,
        }
    }

    /// Finds the tables, and what they are called.
    fn names(&mut self) {
        let mut queries = vec![true];
        for at in 0..self.pieces.len() {
            if self.symbol(at, "(") {
                let query = self.word(at + 1, "SELECT") || self.word(at + 1, "WITH");
                if query
                    && at > 1
                    && (self.word(at - 1, "AS") || self.word(at - 1, "MATERIALIZED"))
                    && let Some(name) = (0..at).rev().find_map(|before| match &self.pieces[before] {
                        Piece::Name(name) => Some(name.clone()),
                        _ => None,
                    })
                {
                    self.ctes.push(name);
                }
                queries.push(query);
            } else if self.symbol(at, ")") && queries.len() > 1 {
                queries.pop();
            } else if queries.last() == Some(&true) {
                let distinct_from = at > 0 && self.word(at, "FROM") && self.word(at - 1, "DISTINCT");
                let before_table = (self.word(at, "FROM") && !distinct_from)
                    || self.word(at, "JOIN")
                    || self.word(at, "INTO")
                    || (self.word(at, "UPDATE") && at == 0);
                if before_table {
                    self.table(at + 1);
                }
            }
        }
        let ctes = std::mem::take(&mut self.ctes);
        self.outline.tables.retain(|table| !ctes.contains(table));
    }

    fn table(&mut self, at: usize) {
        let at = if self.word(at, "ONLY") { at + 1 } else { at };
        let Some(mut table) = self.name(at) else { return };
        let mut next = at + 1;
        if self.symbol(next, ".")
            && let Some(name) = self.name(next + 1)
        {
            table = name;
            next += 2;
        }
        if self.word(next, "AS") {
            next += 1;
        }
        if let Some(Piece::Name(alias)) = self.pieces.get(next) {
            self.aliases.push((alias.clone(), table.clone()));
            next += 1;
        }
        if !self.outline.tables.contains(&table) {
            self.outline.tables.push(table);
        }
        if self.symbol(next, ",") && matches!(self.pieces.get(next + 1), Some(Piece::Name(_))) {
            self.table(next + 1);
        }
    }

    /// Finds the columns that conditions and orderings are about.
    fn clauses(&mut self) {
        let mut scopes = vec![Scope { clause: Clause::Other, query: true, call: false }];
        let mut at = 0;
        while at < self.pieces.len() {
            let Some(scope) = scopes.last_mut() else { return };
            match &self.pieces[at] {
                Piece::Symbol("(") => {
                    let query = self.word(at + 1, "SELECT") || self.word(at + 1, "WITH");
                    let called = matches!(at.checked_sub(1).and_then(|before| self.pieces.get(before)),
                        Some(Piece::Word(word)) if !is_keyword(word));
                    let inner = Scope {
                        clause: if query { Clause::Other } else { scope.clause },
                        query,
                        call: !query && (scope.call || called),
                    };
                    scopes.push(inner);
                }
                Piece::Symbol(")") => {
                    if scopes.len() > 1 {
                        scopes.pop();
                    }
                }
                Piece::Word(word) => {
                    if scope.query || scope.clause == Clause::Condition {
                        scope.clause = clause_of(word, self.word(at + 1, "BY"), *scope);
                    }
                }
                _ => {
                    let scope = *scope;
                    if let Some((column, end)) = self.column(at) {
                        self.said(column, scope, at, end);
                        at = end;
                        continue;
                    }
                }
            }
            at += 1;
        }
    }

    /// The column at a place, and where it ends.
    fn column(&self, at: usize) -> Option<(TableColumn, usize)> {
        let Some(Piece::Name(first)) = self.pieces.get(at) else { return None };
        let (alias, name, end) = match (self.symbol(at + 1, "."), self.pieces.get(at + 2)) {
            (true, Some(Piece::Name(second))) => (Some(first), second, at + 3),
            _ => (None, first, at + 1),
        };
        let table = match (alias, self.outline.tables.as_slice()) {
            (Some(alias), _) => {
                self.aliases.iter().find(|(known, _)| known == alias).map_or(alias, |(_, table)| table).clone()
            }
            (None, [only]) => only.clone(),
            (None, _) => String::new(),
        };
        Some((TableColumn { table, name: name.clone() }, end))
    }

    fn said(&mut self, column: TableColumn, scope: Scope, at: usize, end: usize) {
        match scope.clause {
            Clause::Order if !scope.call && scope.query => {
                let descending = self.word(end, "DESC");
                self.outline.ordered.push(Ordered { column, descending });
            }
            Clause::Condition if scope.call => {
                self.outline.compared.push(Compared { column, how: Comparison::Computed });
            }
            Clause::Condition => {
                if let Some(how) = self.comparison(at, end) {
                    self.outline.compared.push(Compared { column, how });
                }
            }
            _ => {}
        }
    }

    /// Whether a column is a condition itself, so that it holds where the column is true.
    fn is_condition(&self, at: usize, end: usize) -> bool {
        const BEFORE: [&str; 5] = ["WHERE", "AND", "OR", "NOT", "ON"];
        const AFTER: [&str; 9] = ["AND", "OR", "ORDER", "GROUP", "LIMIT", "UNION", "RETURNING", "INNER", "LEFT"];
        let is_one_of = |at: usize, words: &[&str]| words.iter().any(|word| self.word(at, word));
        let begins = at.checked_sub(1).is_some_and(|before| is_one_of(before, &BEFORE) || self.symbol(before, "("));
        begins && (self.pieces.get(end).is_none() || self.symbol(end, ")") || is_one_of(end, &AFTER))
    }

    /// What a column that ends at a place is compared with.
    fn comparison(&self, at: usize, end: usize) -> Option<Comparison> {
        let other = |at: usize| self.column(at).map(|(column, _)| Comparison::Column(column));
        if self.is_condition(at, end) {
            return Some(Comparison::Equal);
        }
        match self.pieces.get(end)? {
            Piece::Symbol("=") => match self.pieces.get(end + 1)? {
                Piece::Name(_) => other(end + 1),
                _ => Some(Comparison::Equal),
            },
            Piece::Symbol("<" | ">" | "<=" | ">=") => Some(Comparison::Range),
            Piece::Symbol("::" | "<>" | "!=" | "+" | "-" | "*" | "/" | "%" | "||") => Some(Comparison::Computed),
            Piece::Word(word) => match word.to_ascii_uppercase().as_str() {
                "IN" => Some(Comparison::Equal),
                "BETWEEN" => Some(Comparison::Range),
                "LIKE" | "ILIKE" | "GLOB" | "REGEXP" => Some(Comparison::Pattern),
                "IS" => Some(Comparison::Null),
                // The column is a condition itself, or the other side of one.
                _ => None,
            },
            _ => {
                let value = at >= 2 && self.symbol(at - 1, "=") && self.pieces[at - 2] == Piece::Value;
                value.then_some(Comparison::Equal)
            }
        }
    }
}

fn clause_of(word: &str, before_by: bool, scope: Scope) -> Clause {
    match word.to_ascii_uppercase().as_str() {
        "FROM" | "JOIN" | "INTO" | "UPDATE" => Clause::Tables,
        "WHERE" | "ON" | "HAVING" => Clause::Condition,
        "ORDER" if before_by => Clause::Order,
        "SELECT" | "SET" | "GROUP" | "LIMIT" | "OFFSET" | "RETURNING" | "UNION" | "EXCEPT" | "INTERSECT" | "VALUES" => {
            Clause::Other
        }
        _ => scope.clause,
    }
}
