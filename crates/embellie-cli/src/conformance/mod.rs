//! `embellie conformance`: texts of Django queries in, results out, one line of JSON for each. It measures how far
//! embellie agrees with Django.

mod dialect;
mod encode;
mod request;

use std::io::{BufRead, Write};

use serde_json::{Value as Json, json};

use crate::failure::Failure;
use request::{Cache, Request};

/// Answers the requests of the standard input until it ends.
///
/// Models are read from their description in JSON, or from the `models.py` that a request names.
pub(crate) async fn run(models_py: bool) -> Result<(), Failure> {
    let mut cache = Cache::new(models_py);
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Failure::Other(format!("a request cannot be read: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = answer(&line, &mut cache).await;
        if writeln!(output, "{answer}").and_then(|()| output.flush()).is_err() {
            return Err(Failure::OutputClosed);
        }
    }
    Ok(())
}

async fn answer(line: &str, cache: &mut Cache) -> Json {
    let request: Json = match serde_json::from_str(line) {
        Ok(request) => request,
        Err(error) => return json!({"error": format!("ValueError: the request is no JSON: {error}")}),
    };
    let id = request["id"].clone();
    let request = match Request::read(&request) {
        Ok(request) => request,
        Err(why) => return json!({"id": id, "error": format!("ValueError: {why}")}),
    };
    let (value, queries) = request.run(cache).await;
    match value {
        Ok(value) => json!({"id": id, "result": encode::value(&value), "queries": queries}),
        Err(embellie_text::Error::Unknown(why)) => json!({"id": id, "unsupported": why}),
        Err(error) => json!({"id": id, "error": format!("{}: {error}", error.class()), "queries": queries}),
    }
}
