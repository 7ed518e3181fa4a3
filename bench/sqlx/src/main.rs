//! sqlx, and SeaORM, which is built on it.

mod plain;
mod sea;

use bench_common::{Arguments, Failure, serve};
use sqlx::ConnectOptions;

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match (arguments.name.as_str(), arguments.file()) {
        ("sqlx", Some(file)) => {
            let options = plain::sqlite_options(file);
            let connection = runtime.block_on(options.connect())?;
            serve(&mut plain::Plain { runtime, connection, options, crowd: None })
        }
        ("sqlx", None) => {
            let options = plain::postgres_options(&arguments.url)?;
            let connection = runtime.block_on(options.connect())?;
            serve(&mut plain::Plain { runtime, connection, options, crowd: None })
        }
        ("seaorm", _) => {
            let connection = runtime.block_on(sea::connect(&arguments, 1))?;
            serve(&mut sea::Sea { runtime, connection, arguments, crowd: None })
        }
        (name, _) => Err(format!("`{name}` is not here").into()),
    }
}
