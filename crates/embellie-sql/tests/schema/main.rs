//! Tables as each database gets them, and as a real SQLite makes them.

#[cfg(test)]
mod any_names;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod models;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod sqlite;
