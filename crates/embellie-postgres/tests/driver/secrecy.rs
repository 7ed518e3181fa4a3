//! What is logged, by us and by the libraries below.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use embellie_core::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{fresh, read, schema, write};

/// Keeps all that is logged through either of the two ways.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<String>>);

impl Kept {
    fn keep(&self, text: std::fmt::Arguments<'_>) {
        writeln!(self.0.lock().unwrap(), "{text}").unwrap();
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

impl log::Log for Kept {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.keep(format_args!("{} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

impl Subscriber for Kept {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        struct Fields<'a>(&'a Kept, &'a Metadata<'a>);
        impl Visit for Fields<'_> {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                self.0.keep(format_args!("{} {} {field}={value:?}", self.1.level(), self.1.target()));
            }
        }
        event.record(&mut Fields(self, event.metadata()));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn notices_are_logged_and_values_are_not() {
    let kept = Kept::default();
    log::set_boxed_logger(Box::new(kept.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let _guard = tracing::subscriber::set_default(kept.clone());

    let (database, mut link) = fresh().await;
    schema(&mut link, "DROP TABLE IF EXISTS nothing; CREATE TABLE t (v text)").await;
    let private: Vec<Value> = vec!["hunter2".into(), vec![b'h', b'u', b'n', b't', b'2'].into()];
    read(&mut link, "SELECT $1::text, $2::bytea, 'in plain sight'", private).await.unwrap();
    let list = Value::List(vec!["hunter2".into()]);
    write(&mut link, "INSERT INTO t SELECT unnest($1::text[])", vec![list]).await.unwrap();

    let text = kept.text();
    let notice = "DEBUG embellie_postgres::driver message=table \"nothing\" does not exist, skipping";
    assert!(text.contains(notice), "{text}");
    assert!(text.contains("in plain sight"), "the libraries' logs are among them");
    let password = url::Url::parse(&database.url()).unwrap().password().unwrap().to_owned();
    for secret in ["hunter2", "104, 117", &password] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
