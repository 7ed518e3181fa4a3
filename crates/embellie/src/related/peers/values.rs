//! Single values of rows, read after the rows: for all rows of a result at once.

use std::sync::Arc;

use embellie_core::field::FieldKind;
use embellie_core::lookup::Lookup;
use embellie_core::{BoxFuture, Error, Path, Q, Query, Result, Row, Value};
use embellie_sql as sql;

use super::{Found, Key, Object, Wanted, What};
use crate::database::Session;
use crate::model::State;
use crate::query_set::{FetchMode, gather};

/// The value at a path of the object of a model with a key: read for all rows that it came with.
pub(crate) async fn value_of(
    state: &State,
    label: &str,
    key: &Value,
    path: Path,
    typed: bool,
    session: Session<'_>,
) -> Result<Value> {
    let mut fetch = |keys, _: FetchMode| -> BoxFuture<'_, Result<Found>> {
        let query = Query::new(label.to_owned()).filter(Q::lookup(Path::new(["pk"]), Lookup::In, Value::List(keys)));
        let query = query.values([Path::new(["pk"]), path.clone()]);
        Box::pin(read(Query { order_by: Some(Vec::new()), ..query }, session))
    };
    let found = match state.peers() {
        Some(peers) => {
            let wanted = Wanted { what: What::Value(path.clone()), tables: &[], typed };
            peers.find(wanted, key, session, &mut fetch).await?
        }
        None => fetch(vec![key.clone()], FetchMode::Peers).await?.remove(&Key(key.clone())),
    };
    let missing = || Error::DoesNotExist { model: label.to_owned() };
    found.and_then(|found| found.downcast_ref::<Value>().cloned()).ok_or_else(missing)
}

/// Reads values, each behind the key of its row.
async fn read(query: Query, session: Session<'_>) -> Result<Found> {
    let database = session.database();
    let Some(compiled) = sql::select(&query, database.registry(), database.target())? else {
        return Ok(Found::default());
    };
    let kind = |place: usize| compiled.columns.get(place).map_or(FieldKind::Any, |column| column.kind);
    let (key, value) = (kind(0), kind(1));
    let rows = gather(&compiled, &query, session, move |row: &dyn Row| {
        Ok((Key(key.decode(row.column(0)?)?), value.decode(row.column(1)?)?))
    });
    Ok(rows.await?.into_iter().map(|(key, value)| (key, Arc::new(value) as Object)).collect())
}
