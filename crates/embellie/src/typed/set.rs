//! What an update sets.

use std::marker::PhantomData;

use embellie_core::query::{Assignment, Operand};
use embellie_core::{Error, Expr, Path, Result};

use super::expression::plain;
use super::trail::{KeyOf, Nullability, Root, Via};
use super::{Column, Paths, Rel, Rhs};
use crate::related::ForeignKey;

/// Fields of `M` and what an update sets them to: written with `set!`, or as text.
///
/// ```
/// # struct Post;
/// use embellie::Set;
/// let set = Set::<Post>::text("title", "x").and(Set::text("views", 0));
/// assert_eq!(set.into_assignments().len(), 2);
/// ```
pub struct Set<M> {
    assignments: Vec<Assignment>,
    mistake: Option<Box<Error>>,
    model: PhantomData<fn() -> M>,
}

/// One field and what it becomes: what the parts of `set!` become.
pub struct Assign<M> {
    assignment: Result<Assignment>,
    model: PhantomData<fn() -> M>,
}

impl<M> Set<M> {
    /// Sets a field given by its name; the name is checked when the update runs.
    pub fn text(field: impl Into<String>, value: impl Into<Expr>) -> Self {
        let assignment = Assignment { field: field.into().into(), value: value.into() };
        Set { assignments: vec![assignment], mistake: None, model: PhantomData }
    }

    /// What `set!` writes: `build` is given the beginning of all paths, and the values.
    #[doc(hidden)]
    pub fn of<V, const LEN: usize>(values: V, build: &dyn Fn(Rel<Root<M>, M>, V) -> [Assign<M>; LEN]) -> Self {
        let mut set = Set { assignments: Vec::with_capacity(LEN), mistake: None, model: PhantomData };
        for assign in build(Rel::NEW, values) {
            match assign.assignment {
                Ok(assignment) => set.assignments.push(assignment),
                Err(error) => set.mistake = set.mistake.or(Some(Box::new(error))),
            }
        }
        set
    }

    pub(crate) fn of_assignments(assignments: Vec<Assignment>) -> Self {
        Set { assignments, mistake: None, model: PhantomData }
    }

    /// Sets what the other sets, too.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.assignments.extend(other.assignments);
        Set { mistake: self.mistake.or(other.mistake), ..self }
    }

    /// The assignments as data.
    pub fn into_assignments(self) -> Vec<Assignment> {
        self.assignments
    }

    /// What is wrong with a value, if something is: it cannot be stored, say since it is out of range.
    pub fn mistake(&self) -> Option<&Error> {
        self.mistake.as_deref()
    }
}

impl<M> Clone for Set<M> {
    fn clone(&self) -> Self {
        Set { assignments: self.assignments.clone(), mistake: self.mistake.clone(), model: PhantomData }
    }
}

impl<M> std::fmt::Debug for Set<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.assignments, f)
    }
}

fn assign<M>(path: Path, operand: Result<Operand>) -> Assign<M> {
    let assignment = operand.and_then(plain).map(|value| Assignment { field: path.into_text(), value });
    Assign { assignment, model: PhantomData }
}

impl<M: Paths, T, N, const I: usize> Column<Root<M>, T, N, I> {
    /// Sets the field to a value or an expression.
    pub fn set<V: Rhs<M, T>>(self, value: V) -> Assign<M> {
        assign(self.path(), value.operand())
    }
}

impl<M: Paths, To: Paths, const I: usize, N: Nullability, K: KeyOf<To>> Rel<Via<Root<M>, To, I, N, K>, To> {
    /// Sets the foreign key to an object, a key or an expression.
    pub fn set<V: Rhs<M, ForeignKey<To>>>(self, object: V) -> Assign<M> {
        assign(self.path(), object.operand_to(K::PLACE))
    }
}

impl<M> From<Assign<M>> for Set<M> {
    fn from(assign: Assign<M>) -> Self {
        Set::of(assign, &|_, assign| [assign])
    }
}
