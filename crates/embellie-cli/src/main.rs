//! The `embellie` command.

mod args;
mod conformance;
mod database;
mod demo;
mod failure;
mod import;
mod inspect;
mod output;
mod profile;
mod query;
mod session;
mod shell;
mod terminal;
mod warm;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        // Who closed the other end, say `head`, has seen enough.
        Err(Failure::OutputClosed) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::complain(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), Failure> {
    if let Command::Shell(shell) = &args.command {
        return shell::run(shell);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("the runtime cannot be started: {error}")))?;
    match args.command {
        Command::Demo(demo) => runtime.block_on(demo::run(demo)),
        Command::Import(asked) => import::run(&asked),
        Command::Profile(profile) => runtime.block_on(profile::run(profile)),
        Command::Conformance(asked) => runtime.block_on(conformance::run(asked.models_py)),
        Command::Inspect(inspect) => runtime.block_on(inspect::run(inspect)),
        Command::Query(query) => runtime.block_on(query::run(query)),
        Command::Shell(shell) => shell::run(&shell),
        Command::Warm(warm) => runtime.block_on(warm::run(warm)),
    }
}
