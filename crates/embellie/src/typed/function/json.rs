//! JSON that the database makes.

use std::borrow::Cow;

use embellie_core::expr::Function;
use embellie_core::{Expr, Result};

use super::{Operands, call};
use crate::typed::Expression;
use crate::typed::scalar::Term;

/// A JSON array of some values: Django's `JSONArray`.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct Post { title: String, views: i64 }
/// let pairs = Post::objects().values_list(JsonArray((Post::title, Post::views)));
/// ```
pub fn JsonArray<M, V: Operands<M>>(values: V) -> Expression<M, serde_json::Value> {
    call(Function::JsonArray, values.operands())
}

/// Names with values: a tuple of pairs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tuple of names and values in a query over `{M}`",
    label = "expected pairs of a name and a value, as in `((\"title\", Post::title), (\"views\", Post::views))`"
)]
pub trait Members<M> {
    /// Names and values in turns, as data.
    #[doc(hidden)]
    fn members(self) -> Vec<Result<Expr>>;
}

macro_rules! members {
    ($($name:ident $value:ident $index:tt),+) => {
        #[diagnostic::do_not_recommend]
        impl<M, $($name: Into<Cow<'static, str>>, $value: Term<M>),+> Members<M> for ($(($name, $value),)+) {
            fn members(self) -> Vec<Result<Expr>> {
                let mut members = Vec::new();
                $(
                    let (name, value) = self.$index;
                    let name: Cow<'static, str> = name.into();
                    members.extend([Ok(Expr::value(name.into_owned())), value.term()]);
                )+
                members
            }
        }
    };
}
members!(A AV 0);
members!(A AV 0, B BV 1);
members!(A AV 0, B BV 1, C CV 2);
members!(A AV 0, B BV 1, C CV 2, D DV 3);
members!(A AV 0, B BV 1, C CV 2, D DV 3, E EV 4);
members!(A AV 0, B BV 1, C CV 2, D DV 3, E EV 4, F FV 5);
members!(A AV 0, B BV 1, C CV 2, D DV 3, E EV 4, F FV 5, G GV 6);
members!(A AV 0, B BV 1, C CV 2, D DV 3, E EV 4, F FV 5, G GV 6, H HV 7);

/// A JSON object of names and values: Django's `JSONObject`.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct Post { title: String, views: i64 }
/// let posts = Post::objects().values_list(JsonObject((("title", Lower(Post::title)), ("views", Post::views * 2))));
/// ```
pub fn JsonObject<M, V: Members<M>>(members: V) -> Expression<M, serde_json::Value> {
    call(Function::JsonObject, members.members())
}
