//! The raw drivers: statements prepared once, rows read into structs by hand. As `fill`, it makes the database;
//! as `floor`, it is the least that a client of PostgreSQL takes.

mod fill;
mod floor;
mod postgres;
mod sqlite;

use bench_common::{Arguments, Failure, serve};

/// A post, as both drivers read it.
struct Post {
    id: i64,
    title: String,
    body: String,
    author_id: i64,
    views: i64,
    published: bool,
    subtitle: Option<String>,
}

impl Post {
    fn add_to(&self, sum: u64) -> u64 {
        use bench_common::{mix, text};
        let sum = text(text(mix(sum, self.id), &self.title), &self.body);
        let sum = mix(mix(mix(sum, self.author_id), self.views), self.published.into());
        text(sum, self.subtitle.as_deref().unwrap_or("-"))
    }
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    if arguments.name == "fill" {
        return fill::fill(&arguments);
    }
    if arguments.name == "floor" {
        return match arguments.file() {
            Some(_) => Err("SQLite has no server, and so no floor".into()),
            None => serve(&mut floor::Floor::connect(&arguments.url)?),
        };
    }
    match arguments.file() {
        Some(file) => serve(&mut sqlite::Raw::open(file)?),
        None => serve(&mut postgres::Raw::connect(&arguments.url)?),
    }
}
