//! Sets of related objects that are read for all owners of one result together.

use std::any::TypeId;
use std::sync::Arc;

use embellie_core::meta::Member;
use embellie_core::{BoxFuture, Error, Result};

use super::held::Held;
use super::peers::{Found, Peers, Wanted, What};
use super::prefetch::{Load, TypedSet, asked_of_fields, asked_of_owners};
use super::set::Related;
use crate::database::Session;
use crate::model::Instance;
use crate::query_set::{FetchMode, QuerySet, Selection};
use crate::record::Record;

impl<T: Instance + Clone, S: Selection<T, Output = T>> Related<T, S> {
    /// Reads the related objects.
    pub(super) async fn read(&self, session: Session<'_>) -> Result<Vec<T>> {
        match self.peers_to_ask()? {
            Some(peers) => Ok(self.share(peers, session, |objects| objects.to_vec()).await?.unwrap_or_default()),
            None => {
                let set = self.objects();
                set.read(set.checked()?, session).await
            }
        }
    }

    /// Reads the one related object.
    pub(super) async fn read_one(&self, session: Session<'_>) -> Result<T> {
        match self.peers_to_ask()? {
            Some(peers) => {
                let object = self.share(peers, session, |objects| self.only_one(objects)).await?;
                object.unwrap_or_else(|| self.only_one(&[]))
            }
            None => self.objects().one_of(session).await,
        }
    }

    /// The one object that there is.
    pub(super) fn only_one(&self, objects: &[T]) -> Result<T> {
        match objects {
            [object] => Ok(object.clone()),
            [] => Err(Error::DoesNotExist { model: self.model.clone().into_owned() }),
            several => {
                Err(Error::MultipleObjectsReturned { model: self.model.clone().into_owned(), found: several.len() })
            }
        }
    }

    /// The peers of the owner, unless it reads alone.
    fn peers_to_ask(&self) -> Result<Option<&Arc<Peers>>> {
        if self.owner.is_null() {
            return Err(self.without_row());
        }
        let shared = |peers: &&Arc<Peers>| match peers.mode() {
            FetchMode::Peers => !self.alone,
            FetchMode::One => false,
            FetchMode::Raise => true,
        };
        Ok(self.peers.as_ref().filter(shared))
    }

    /// What `take` makes of the owner's objects, which are read for all its peers. `None` when it has none.
    async fn share<R>(
        &self,
        peers: &Arc<Peers>,
        session: Session<'_>,
        take: impl FnOnce(&[T]) -> R,
    ) -> Result<Option<R>> {
        let registry = session.database().registry();
        let target = registry.model(&self.model)?;
        let mut tables = vec![target.table.as_str()];
        if let Some(link) = self.link(target, registry) {
            tables.push(&registry.get(link.through).table);
        }
        let typed = TypeId::of::<T>() != TypeId::of::<Record>();
        let wanted = Wanted { what: What::Set(self.set_name()), tables: &tables, typed };
        // The columns that hold the owner's key together, where they are several.
        let columns = match target.member(&self.back) {
            Some(Member::Relation(index)) => Some(&target.relations()[index]).filter(|r| !r.meta.is_generic()),
            _ => None,
        };
        let columns = columns.map(|relation| relation.pairs.iter().map(|&(there, _)| there).collect::<Vec<usize>>());
        let target = target.id();
        let mut fetch = |keys, mode| -> BoxFuture<'_, Result<Found>> {
            let set = QuerySet::<T, S>::new(self.model.clone(), self.selection.clone());
            let asked = match &columns {
                Some(columns) => asked_of_fields(target, columns.clone(), keys, false, mode),
                None => asked_of_owners(target, self.back.clone().into_owned(), keys, mode),
            };
            Box::pin(async move { Ok(TypedSet { set, given: false }.load(asked, session).await?.into_found()) })
        };
        let found = peers.find(wanted, &self.owner, session, &mut fetch).await?;
        Ok(found.and_then(|found| found.downcast_ref::<Arc<Held>>().and_then(|held| held.rows().map(take))))
    }
}
