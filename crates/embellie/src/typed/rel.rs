//! Paths that end in a relation.

use std::marker::PhantomData;
use std::ops::Deref;

use embellie_core::field::FieldType;
use embellie_core::lookup::Lookup;
use embellie_core::{Expr, Path, Value};

use super::rhs::{Rhs, RhsList};
use super::trail::{Back, KeyOf, Marker, Nullable, Root, Trail, expr, zero_sized};
use super::{Expression, Order, Paths, Q};
use crate::related::{ForeignKey, Related};

/// A path that ends in a relation to `M`, or the beginning of all paths of a query over `M`.
///
/// The fields of `M` are reached through it: `Post::author.name`.
pub struct Rel<P, M>(Marker<(P, M)>);

zero_sized!([P, M] Rel<P, M>);

impl<P, M> Rel<P, M> {
    /// The only value there is.
    #[doc(hidden)]
    pub const NEW: Self = Rel(PhantomData);
}

impl<P: Trail<Model = M>, M: Paths> Deref for Rel<P, M> {
    type Target = M::Fields<P>;

    fn deref(&self) -> &M::Fields<P> {
        M::fields::<P>()
    }
}

impl<P: Trail, M> std::fmt::Debug for Rel<P, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path())
    }
}

impl<P: Trail, M> Rel<P, M> {
    /// The path as data.
    pub fn path(self) -> Path {
        let mut path = Path::default();
        P::walk(&mut path);
        path
    }

    /// The key of the related object in an expression: Django's `F`.
    pub fn f(self) -> Expression<P::Root, ForeignKey<M>, P::Null> {
        Expression::new(Ok(self.expr()))
    }

    fn expr(self) -> Expr {
        expr::<P>(self.path())
    }

    /// What `q!` makes of a path with a number in it: a field of JSON further on, and its keys.
    #[doc(hidden)]
    pub fn json_path(self, names: &[&'static str]) -> Expression<P::Root, serde_json::Value, Nullable> {
        let path = names.iter().fold(self.path(), |path, name| path.then(*name));
        Expression::new(Ok(expr::<P>(path)))
    }

    /// Orders as the related model's own ordering says.
    pub fn asc(self) -> Order<P::Root> {
        Order::new(self.expr().asc())
    }

    /// Orders as the related model's own ordering says, turned around.
    pub fn desc(self) -> Order<P::Root> {
        Order::new(self.expr().desc())
    }

    /// Null, or not null: whether there is a related object.
    pub fn isnull(self, null: bool) -> Q<P::Root> {
        Q::compare(Ok(self.expr()), Some(Lookup::IsNull), Ok(Value::Bool(null).into()))
    }
}

impl<P: Trail<Model = M>, M> Rel<P, M> {
    /// The related object is this one, given by itself or by its key; `None` means that there is none.
    pub fn exact<V: Rhs<P::Root, ForeignKey<M>>>(self, object: V) -> Q<P::Root> {
        Q::compare(Ok(self.expr()), None, object.operand_to(P::Key::PLACE))
    }

    /// The related object is this one, given by itself or by its key; `None` means that there is none.
    pub fn eq<V: Rhs<P::Root, ForeignKey<M>>>(self, object: V) -> Q<P::Root> {
        self.exact(object)
    }

    /// The related object is not this one, as `exclude` has it.
    pub fn ne<V: Rhs<P::Root, ForeignKey<M>>>(self, object: V) -> Q<P::Root> {
        !self.exact(object)
    }

    /// The related object is one of these, given by themselves, by their keys or by a query set.
    pub fn in_<V: RhsList<P::Root, ForeignKey<M>>>(self, objects: V) -> Q<P::Root> {
        Q::compare(Ok(self.expr()), Some(Lookup::In), objects.operand_to(P::Key::PLACE))
    }
}

impl<M: Paths, From: Paths, const I: usize> Rel<Back<Root<M>, From, I>, From> {
    /// The objects that this way back leads to from one object: Django's `user.posts`.
    ///
    /// ```no_run
    /// # use embellie::{Database, ForeignKey, Model, Result, model};
    /// # #[model(app = "blog")]
    /// # pub struct User { pub name: String }
    /// # #[model(app = "blog")]
    /// # pub struct Post { #[field(on_delete = Cascade, related_name = "posts")] pub author: ForeignKey<User> }
    /// # async fn posts(ann: User, db: Database) -> Result<()> {
    /// for post in User::posts().of(&ann).all(&db).await? {
    ///     println!("{post:?}");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn of(self, owner: &M) -> Related<From> {
        // A key that cannot be stored is that of an object without a row.
        let key = || owner.key().and_then(|key| key.encode()).unwrap_or_default();
        let key = if owner.state().is_adding() { Value::Null } else { key() };
        Related::new(From::NAMES[I], key).held_by(owner.state())
    }
}
