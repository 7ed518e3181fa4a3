//! Statements that are kept for queries of one shape, so that each is compiled once or twice.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use embellie_core::{Registry, Result};
use embellie_sql::plan::{Asked, Plan, Shape};
use embellie_sql::{Compiled, Target};
use foldhash::fast::RandomState;

/// How many shapes are known at a time. A program has as many as it has places that ask; texts of people may have any
/// number.
const MOST: usize = 2_048;

/// The plans of a database.
#[derive(Default)]
pub(super) struct Plans(RwLock<HashMap<Vec<u8>, Known, RandomState>>);

/// What is known of a shape.
#[derive(Clone)]
enum Known {
    /// A query of it was asked. Plans are made for what is asked again.
    Once,
    /// There is no plan for it.
    Unplanned,
    Plan(Arc<Plan>),
}

impl Plans {
    /// The statement of a query; `None` when nothing needs to be sent.
    pub(super) fn compile(&self, asked: &Asked<'_>, registry: &Registry, target: &Target) -> Result<Option<Compiled>> {
        let Some(shape) = Shape::of(asked) else { return asked.compile(registry, target) };
        let known = match self.0.read().unwrap_or_else(PoisonError::into_inner).get(shape.key()) {
            Some(Known::Plan(plan)) => return Ok(Some(plan.bind(&shape))),
            known => known.cloned(),
        };
        let compiled = asked.compile(registry, target)?;
        let learnt = match (known, &compiled) {
            (None, Some(_)) => Known::Once,
            (Some(Known::Once), Some(compiled)) => match Plan::find(asked, compiled, registry, target) {
                Some(plan) => Known::Plan(Arc::new(plan)),
                None => Known::Unplanned,
            },
            // That there is nothing to send may be said of the values; a plan may come of others.
            _ => return Ok(compiled),
        };
        self.learn(shape.into_key(), learnt);
        Ok(compiled)
    }

    fn learn(&self, key: Vec<u8>, learnt: Known) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(&key) {
            known.retain(|_, known| matches!(known, Known::Plan(_)));
            if known.len() >= MOST / 2 {
                known.clear();
            }
        }
        known.insert(key, learnt);
    }
}

#[cfg(test)]
mod tests {
    use embellie_core::field::FieldKind;
    use embellie_core::meta::{FieldMeta, ModelMeta};
    use embellie_core::{Q, Query, ServerInfo};
    use embellie_sql::plan::Purpose;

    use super::*;

    #[test]
    fn the_third_query_of_a_shape_has_a_plan_and_no_more_shapes_are_kept_than_said() -> Result<()> {
        let word = FieldMeta::new("word", FieldKind::Char).max_length(50);
        let registry = Registry::build([ModelMeta::new("blog", "Tag").field(word)])?;
        let target = Target::for_server(&ServerInfo { dialect: "postgres", version: (16, 0, 0) })?;
        let plans = Plans::default();
        let ask = |query: &Query| plans.compile(&Asked::of(Purpose::Select, query), &registry, &target);
        let known = || plans.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        for (word, planned) in [("a", false), ("b", true), ("c", true)] {
            let query = Query::new("blog.Tag").filter(Q::new("word", word));
            assert_eq!(ask(&query)?, Asked::of(Purpose::Select, &query).compile(&registry, &target)?);
            assert_eq!(known().values().any(|known| matches!(known, Known::Plan(_))), planned);
        }
        for place in 0..MOST * 2 {
            ask(&Query::new("blog.Tag").alias(format!("a{place}"), 1))?;
        }
        assert!(known().len() <= MOST);
        assert!(known().values().any(|known| matches!(known, Known::Plan(_))), "plans outlive what is asked once");
        Ok(())
    }
}
