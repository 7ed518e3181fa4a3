//! Tables as each database gets them, and as a real SQLite makes them.

mod models;
mod snapshots;
mod sqlite;
