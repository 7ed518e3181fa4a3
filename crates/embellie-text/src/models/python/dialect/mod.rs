//! What Django's database backends differ in that models show.

/// How long the names of tables may be for a backend.
pub(super) fn longest_name(engine: &str) -> Option<usize> {
    match engine {
        engine if engine.contains("postg") => Some(63),
        engine if engine.contains("mysql") => Some(64),
        engine if engine.contains("oracle") => Some(30),
        _ => None,
    }
}

/// The modules of Python's library that are about one database.
pub(super) const LIBRARY: &[&str] = &["sqlite3"];

/// What Django calls the database of a backend: `connection.vendor`.
pub(super) fn vendor(engine: &str) -> Option<&'static str> {
    let known = [
        ("postg", "postgresql"),
        ("sqlite", "sqlite"),
        ("spatialite", "sqlite"),
        ("mysql", "mysql"),
        ("oracle", "oracle"),
    ];
    known.iter().find(|(part, _)| engine.contains(part)).map(|(_, vendor)| *vendor)
}
