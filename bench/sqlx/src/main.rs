//! sqlx, and SeaORM, which is built on it.

mod plain;
mod sea;

use bench_common::{Arguments, Failure, serve};

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match (arguments.name.as_str(), arguments.file()) {
        ("sqlx", Some(file)) => {
            let connection = runtime.block_on(plain::open_sqlite(file))?;
            serve(&mut plain::Plain { runtime, connection })
        }
        ("sqlx", None) => {
            let connection = runtime.block_on(plain::open_postgres(&arguments.url))?;
            serve(&mut plain::Plain { runtime, connection })
        }
        ("seaorm", file) => {
            let connection = runtime.block_on(sea::connect(&arguments.url, file))?;
            serve(&mut sea::Sea { runtime, connection })
        }
        (name, _) => Err(format!("`{name}` is not here").into()),
    }
}
