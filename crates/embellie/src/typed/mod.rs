//! Typed paths: conditions, orderings and selections that the compiler checks.
//!
//! Everything here builds the same untyped tree that text does, and nothing else.

// What an expression gives is said by its type.
#![allow(clippy::type_complexity)]

mod aggregate;
mod arithmetic;
mod array;
mod case;
mod cells;
mod column;
mod common;
mod composite;
mod expression;
pub mod function;
mod key;
mod lookups;
mod new;
mod order;
mod outer;
mod prefetch;
mod q;
mod range;
mod rel;
mod related;
mod rhs;
mod scalar;
mod select;
mod set;
mod subquery;
mod trail;
mod transform;
mod value;
mod window;

pub use aggregate::{
    Aggregated, AnyValue, ArrayAgg, Avg, BitAnd, BitOr, BitXor, BoolAnd, BoolOr, Corr, Count, Counted, CovarPop,
    CovarSample, JsonArrayAgg, Max, Mean, Min, RegrAvgX, RegrAvgY, RegrCount, RegrIntercept, RegrR2, RegrSlope,
    RegrSxx, RegrSxy, RegrSyy, Star, StdDev, StdDevSample, StringAgg, Sum, Summed, Variance, VarianceSample,
};
pub use arithmetic::{Combine, Integer, operator};
pub use array::{Array, ArrayType};
pub use case::{Case, Cases};
pub use cells::{Cells, Join, Places};
pub use column::{Column, Containing, Ending, Text, Texts};
pub use common::Common;
pub use composite::{CompositeKey, KeyTuple, RhsKey, RhsKeys};
pub use expression::{Expression, F, IntoF, Named, Plain};
pub use key::KeyColumn;
pub use new::{IntoField, New};
#[doc(hidden)]
pub use new::{check_new, left, required};
pub use order::{IntoOrdering, Order};
pub use outer::{ArraySubquery, Exists, Further, Level, Next, Outer, OuterRef, Subquery};
pub use prefetch::{Beside, Handle, IntoPrefetch, Leads, Levels, Prefetch, Route, prefetch_related_objects};
pub use q::Q;
pub use range::{RangePart, RangeType};
pub use rel::Rel;
pub use rhs::{Like, Rhs, RhsList, RhsRange};
pub use scalar::{Cell, Holds, Scalar, Selected, Term};
pub use select::{Annotate, Annotations, Made, One, Row, Rows, Select, With};
pub use set::{Assign, Set};
pub use subquery::ValuesOf;
pub use trail::{
    Back, Forward, KeyOf, NotNull, Nullability, Nullable, PrimaryKey, Root, SingleBack, ToField, Trail, UniqueField,
    Via,
};
pub use transform::{Contained, JsonType, Numbered, Overlapping, Searchable, Sliced};
pub use value::{Constant, Value};
pub use window::{
    CumeDist, DenseRank, FirstValue, Lag, LastValue, Lead, NthValue, Ntile, PercentRank, Rank, RowNumber, Shifted,
    WindowFunction, Windowed,
};

use crate::model::Model;

/// A model whose fields are known to the compiler: implemented by `#[model]`, never by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "give the struct the attribute `#[model]`"
)]
pub trait Paths: Model {
    /// The fields of the model at the end of a trail.
    type Fields<P: Trail>: 'static;

    /// The names that a query may use: fields by their place, then relations, attnames and `pk`.
    const NAMES: &'static [&'static str];

    /// The names of the ways back of the model's relations, by the relation's place among [`NAMES`](Paths::NAMES).
    const BACK_NAMES: &'static [&'static str];

    /// The decimal places of the fields that have some, by their place; empty when none has.
    const DECIMAL_PLACES: &'static [Option<u16>] = &[];

    /// The fields of the model at the end of a trail.
    fn fields<P: Trail>() -> &'static Self::Fields<P>;
}
