//! embellie, as its users write it.
//!
//! Beside the cases that every contender has (`embellie URL`) the program makes their tables (`fill`), measures how
//! reading grows (`growth-fill`, `growth`), and what building a query costs by itself (`build`).

mod build;
mod cases;
mod fill;
mod growth;
mod models;

use bench_common::{Arguments, Failure, serve};
use embellie::Database;

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    if arguments.name == "build" {
        return build::run();
    }
    let url = match arguments.file() {
        Some(file) => {
            let more = if file.contains('?') { '&' } else { '?' };
            format!("sqlite://{file}{more}synchronous=normal")
        }
        None => arguments.url,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match arguments.name.as_str() {
        "growth-fill" => growth::fill(&runtime, &url),
        "growth" => growth::run(&runtime, &url),
        "fill" => runtime.block_on(fill::fill(&url)),
        _ => {
            let db = runtime.block_on(Database::builder(&url).pool_size(1).connect())?;
            serve(&mut cases::Embellie { runtime, db, url, crowd: None })
        }
    }
}
