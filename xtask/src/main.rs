//! The commands that embellie is developed with: `cargo xtask <command>`.

mod bench;
mod ci;
mod conformance;
mod memcheck;
mod packages;
mod shell;
mod test;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  test [ARGS…]     every test of the workspace, on every database; ARGS go to `cargo test`
  tidy             the rules of the house that no compiler checks
  bench [CASE…]    how fast embellie is beside the raw drivers, Diesel, sqlx, SeaORM, Toasty and Django; all cases by
                   default; `--with NAME,…` chooses contenders, `--rounds <number>` says how often each is asked, and
                   `--readme` has the README show the figures
  bench ratchet    the instructions of the hottest cases, which may not grow; `--update` commits what it counts
  bench growth     how work and memory grow with rows, models, joins and values; it fails above linear; `--most <size>`
                   bounds the sizes; `growth`, `demo` and `compile` have `--readme`, too
  bench demo       the ten heaviest queries of the demo, beside SQL written by hand for the raw drivers
  bench building   what it costs to build a query, in each of the ways to write it
  bench compile    how long models take to compile, beside Diesel's and SeaORM's; `--runs <number>`, 2 by default
  bench start      how long the shell takes to its first prompt, on 200 tables of SQLite and PostgreSQL
  bench stream     how much memory a million rows take when they are streamed, on every database
  conformance      how far Django query text agrees with Django, case by case; ARGS go to `compare.py`;
                   `--models-py`, first, has models read from `models.py`
  packages [SITE…] models of packages that many use, and queries on their tables, beside Django's answers: it makes an
                   environment of Python in `target/packages`, installs five packages there by pip, has Django make
                   and fill their tables, and compares all counts and joins (791 today); the sites are wagtail, oscar,
                   cms, allauth and machina, all by default
  memcheck [TEST…] the tests of what has `unsafe` code, with valgrind watching their memory
  ci               test, rustfmt, clippy, rustdoc, tidy and the ratchets, as they must be before a change lands
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match (command.as_str(), rest.as_slice()) {
        ("test", rest) => test::run(rest),
        ("bench", rest) => bench::run(rest),
        ("conformance", rest) => conformance::run(rest),
        ("memcheck", rest) => memcheck::run(rest),
        ("packages", rest) => packages::run(rest),
        ("tidy", []) => tidy::run(),
        ("ci", []) => ci::run(),
        ("help" | "--help" | "-h", _) => {
            print!("{HELP}");
            Ok(())
        }
        ("", _) => Err(format!("which command?\n\n{HELP}").into()),
        ("tidy" | "ci", [extra, ..]) => Err(format!("`{command}` takes no arguments, but got `{extra}`").into()),
        (other, _) => Err(format!("there is no command `{other}`\n\n{HELP}").into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
