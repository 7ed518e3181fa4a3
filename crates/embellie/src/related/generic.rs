//! Sets of objects that point at rows of any model: what Django's managers of generic relations do.

use std::sync::Arc;

use embellie_core::field::prepare;
use embellie_core::lookup::Lookup;
use embellie_core::meta::{ContentType, Relation};
use embellie_core::query::Assignment;
use embellie_core::{Error, Expr, Path, Q, Query, Result, Value};
use embellie_sql as sql;

use super::set::Related;
use crate::database::Session;
use crate::model::Instance;
use crate::query_set::Selection;
use crate::record::{Record, RecordModel, any_value};
use crate::write::{self, Save};

/// Places of fields, and what they hold in objects that point at an owner.
type Pointer = [(usize, Value); 2];

impl<T: Instance + Clone, S: Selection<T, Output = T>> Related<T, S> {
    /// Makes the objects with these keys point here.
    pub(super) async fn point_generically(
        &self,
        relation: &Relation,
        keys: Vec<Value>,
        session: Session<'_>,
    ) -> Result<()> {
        let database = session.database();
        let holder = database.registry().get(relation.holder);
        let assignments = self.pointer(relation, session).await?.map(|(field, value)| Assignment {
            field: holder.fields[field].name.clone().into(),
            value: Expr::Value(value),
        });
        let of_keys = Q::lookup(Path::new(["pk"]), Lookup::In, Value::List(keys));
        let query = Query::new(holder.label().to_owned()).filter(of_keys);
        if let Some(statement) = sql::update(&query, &assignments, database.registry(), database.target())? {
            session.write(&statement).await?;
        }
        Ok(())
    }

    /// Creates an object that points here.
    pub(super) async fn create_pointing(&self, mut object: T, relation: &Relation, session: Session<'_>) -> Result<T> {
        let registry = session.database().registry();
        if registry.model(&self.model)?.id() != relation.holder {
            return Err(Error::NotSupported(format!(
                "'{}' is held by {}, whose columns {} has besides its own: create the object, then add it.",
                relation.meta.name,
                registry.get(relation.holder).label(),
                self.model
            )));
        }
        for (field, value) in self.pointer(relation, session).await? {
            object.set_column(field, value.as_column())?;
            object.state_mut().given(field);
        }
        write::save(&mut object, Save::new().force_insert(), session).await?;
        Ok(object)
    }

    /// Deletes the objects with these keys that point here, or all that do.
    pub(super) async fn delete_pointing(
        &self,
        relation: &Relation,
        keys: Option<Vec<Value>>,
        session: Session<'_>,
    ) -> Result<()> {
        let registry = session.database().registry();
        let mut query = Query::new(self.model.clone()).filter(registry.pointing_at(relation, vec![self.owner.clone()]));
        if let Some(keys) = keys {
            query = query.filter(Q::lookup(Path::new(["pk"]), Lookup::In, Value::List(keys)));
        }
        write::delete_query(&query, session).await?;
        Ok(())
    }

    /// What objects hold that point here.
    async fn pointer(&self, relation: &Relation, session: Session<'_>) -> Result<Pointer> {
        let registry = session.database().registry();
        let (Some(content_type), Some(&(_, there))) = (&relation.content_type, relation.pairs.first()) else {
            return Err(self.without_column());
        };
        let kind = registry.storage_kind(relation.holder, there);
        let name = &registry.get(relation.holder).fields[there].name;
        let owner = prepare(kind, name, self.owner.clone())?;
        Ok([(content_type.field, self.content_type(relation, content_type, session).await?), (there, owner)])
    }

    /// What stands for the owner's model; a row is made for it where there is none, as by Django's
    /// `ContentType.objects.get_for_model`.
    async fn content_type(
        &self,
        relation: &Relation,
        content_type: &ContentType,
        session: Session<'_>,
    ) -> Result<Value> {
        let database = session.database();
        let registry = database.registry();
        let holder = registry.get(relation.holder);
        let query = registry.content_type_key(holder, content_type);
        if let Some(compiled) = sql::select(&query, registry, database.target())? {
            let known = session.gather(&compiled.statement, |row| any_value(row, 0)).await?;
            if let Some(known) = known.into_iter().next() {
                return Ok(known);
            }
        }
        let model = Arc::new(RecordModel::new(Arc::clone(registry), content_type.types));
        let mut row = Record::new(model);
        row.set("app_label", content_type.app_label.clone())?;
        row.set("model", content_type.model.clone())?;
        write::save(&mut row, Save::new().force_insert(), session).await?;
        match holder.target(content_type.field) {
            Some((_, key)) => row.value(key),
            None => Ok(row.key().clone()),
        }
    }
}
