//! Paths that end in a field, and their lookups.

use std::marker::PhantomData;

use embellie_core::field::{ArrayElement, FieldType, Json, RangeElement};
use embellie_core::lookup::Lookup;
use embellie_core::query::Operand;
use embellie_core::{Expr, Path, Range, Result, Value};

use super::range::RangePart;
use super::rhs::{Rhs, RhsList, RhsRange};
use super::trail::{Marker, Nullability, Trail, expr, zero_sized};
use super::{Array, Expression, Order, Paths, Q};

/// A path that ends in a field: `Post::title`, `Post::author.name`.
///
/// `P` is the way from the query's model to the field's, `T` the field's type without `Option`, `N` whether it may be
/// null, `I` its place among the model's names.
pub struct Column<P, T, N, const I: usize>(Marker<(P, T, N)>);

zero_sized!([P, T, N, const I: usize] Column<P, T, N, I>);

impl<P, T, N, const I: usize> Column<P, T, N, I> {
    /// The only value there is.
    #[doc(hidden)]
    pub const NEW: Self = Column(PhantomData);
}

impl<P: Trail, T, N, const I: usize> std::fmt::Debug for Column<P, T, N, I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path())
    }
}

/// A field type on which text lookups work: `icontains`, `startswith`, `regex` and their like.
///
/// `String` and text `Choices` have it; implement it for a field type of your own that is stored as text.
#[diagnostic::on_unimplemented(
    message = "expected text, and this is `{Self}`",
    label = "expected text",
    note = "a field type of your own that is stored as text may implement `embellie::typed::Text`"
)]
pub trait Text: FieldType {}

impl Text for String {}

/// What text lookups work on: [`Text`], and what stands at the end of a path into JSON.
#[diagnostic::on_unimplemented(
    message = "text lookups work on text fields, and this field holds `{Self}`",
    label = "this lookup needs a text field",
    note = "a field type of your own that is stored as text may implement `embellie::typed::Text`"
)]
pub trait Texts {}

#[diagnostic::do_not_recommend]
impl<T: Text> Texts for T {}

#[diagnostic::do_not_recommend]
impl Texts for serde_json::Value {}

/// What may hold something else: text a part, JSON other JSON.
#[diagnostic::on_unimplemented(
    message = "text lookups work on text fields, and this field holds `{Self}`",
    label = "this lookup needs a text field, or JSON",
    note = "a field type of your own that is stored as text may implement `embellie::typed::Text`"
)]
pub trait Containing {
    /// What it may hold.
    type Part;
}

#[diagnostic::do_not_recommend]
impl<T: Text> Containing for T {
    type Part = String;
}

impl Containing for serde_json::Value {
    type Part = serde_json::Value;
}

impl<T> Containing for Json<T> {
    type Part = serde_json::Value;
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> Containing for Vec<T> {
    type Part = Vec<T>;
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> Containing for Array<T> {
    type Part = Vec<T>;
}

#[diagnostic::do_not_recommend]
impl<T: RangeElement> Containing for Range<T> {
    type Part = RangePart<T>;
}

/// What begins and ends with something: text with a part, a range with a value.
#[diagnostic::on_unimplemented(
    message = "text lookups work on text fields, and this field holds `{Self}`",
    label = "this lookup needs a text field",
    note = "a field type of your own that is stored as text may implement `embellie::typed::Text`"
)]
pub trait Ending {
    /// What it begins and ends with.
    type End;
}

#[diagnostic::do_not_recommend]
impl<T: Text> Ending for T {
    type End = String;
}

#[diagnostic::do_not_recommend]
impl Ending for serde_json::Value {
    type End = String;
}

#[diagnostic::do_not_recommend]
impl<T: RangeElement> Ending for Range<T> {
    type End = T;
}

impl<P: Trail, T, N, const I: usize> Column<P, T, N, I> {
    /// The path as data.
    pub fn path(self) -> Path {
        let mut path = Path::default();
        P::walk(&mut path);
        path.then(P::Model::NAMES[I])
    }

    /// The field's value in an expression: Django's `F`.
    pub fn f(self) -> Expression<P::Root, T, <P::Null as Nullability>::Or<N>>
    where
        N: Nullability,
    {
        Expression::new(Ok(self.expr()))
    }

    fn expr(self) -> Expr {
        expr::<P>(self.path())
    }

    /// Orders by the field, the smallest first.
    pub fn asc(self) -> Order<P::Root> {
        Order::new(self.expr().asc())
    }

    /// Orders by the field, the greatest first.
    pub fn desc(self) -> Order<P::Root> {
        Order::new(self.expr().desc())
    }

    /// Equal to the value; `None` means null. What `q!` makes of a path without a lookup.
    pub fn exact<V: Rhs<P::Root, T>>(self, value: V) -> Q<P::Root> {
        Q::compare(Ok(self.expr()), None, value.operand())
    }

    /// Equal to the value; `None` means null.
    pub fn eq<V: Rhs<P::Root, T>>(self, value: V) -> Q<P::Root> {
        self.exact(value)
    }

    /// Not equal to the value, as `exclude` has it: null is not equal to a value.
    pub fn ne<V: Rhs<P::Root, T>>(self, value: V) -> Q<P::Root> {
        !self.exact(value)
    }

    /// One of several values, or one of a query set's rows.
    pub fn in_<V: RhsList<P::Root, T>>(self, values: V) -> Q<P::Root> {
        self.compare(Lookup::In, values.operand())
    }

    /// Null, or not null.
    pub fn isnull(self, null: bool) -> Q<P::Root> {
        self.compare(Lookup::IsNull, Ok(Value::Bool(null).into()))
    }

    /// Between two values, both included.
    pub fn range<V: RhsRange<P::Root, T>>(self, bounds: V) -> Q<P::Root> {
        self.compare(Lookup::Range, bounds.operand())
    }
}

// Written out: the compiler shows these lines in its messages.

impl<P: Trail, T, N, const I: usize> Column<P, T, N, I> {
    /// Greater than the value.
    pub fn gt<V: Rhs<P::Root, T>>(self, value: V) -> Q<P::Root> {
        self.compare(Lookup::Gt, value.operand())
    }

    /// Greater than the value or equal to it.
    pub fn gte<V: Rhs<P::Root, T>>(self, value: V) -> Q<P::Root> {
        self.compare(Lookup::Gte, value.operand())
    }

    /// Less than the value.
    pub fn lt<V: Rhs<P::Root, T>>(self, value: V) -> Q<P::Root> {
        self.compare(Lookup::Lt, value.operand())
    }

    /// Less than the value or equal to it.
    pub fn lte<V: Rhs<P::Root, T>>(self, value: V) -> Q<P::Root> {
        self.compare(Lookup::Lte, value.operand())
    }
}

impl<P: Trail, T, N, const I: usize> Column<P, T, N, I> {
    /// Equal to the text but for case.
    pub fn iexact<V: Rhs<P::Root, String>>(self, text: V) -> Q<P::Root>
    where
        T: Texts,
    {
        self.compare(Lookup::IExact, text.operand())
    }

    /// Holds the text; of JSON, the other JSON; of an array, all of the elements; of a range, the value or the range.
    pub fn contains<V: Rhs<P::Root, T::Part>>(self, text: V) -> Q<P::Root>
    where
        T: Containing,
    {
        self.compare(Lookup::Contains, text.operand())
    }

    /// Holds the text, but for case.
    pub fn icontains<V: Rhs<P::Root, String>>(self, text: V) -> Q<P::Root>
    where
        T: Texts,
    {
        self.compare(Lookup::IContains, text.operand())
    }

    /// Begins with the text; of a range, with the value.
    pub fn startswith<V: Rhs<P::Root, T::End>>(self, text: V) -> Q<P::Root>
    where
        T: Ending,
    {
        self.compare(Lookup::StartsWith, text.operand())
    }

    /// Begins with the text, but for case.
    pub fn istartswith<V: Rhs<P::Root, String>>(self, text: V) -> Q<P::Root>
    where
        T: Texts,
    {
        self.compare(Lookup::IStartsWith, text.operand())
    }

    /// Ends with the text; of a range, with the value.
    pub fn endswith<V: Rhs<P::Root, T::End>>(self, text: V) -> Q<P::Root>
    where
        T: Ending,
    {
        self.compare(Lookup::EndsWith, text.operand())
    }

    /// Ends with the text, but for case.
    pub fn iendswith<V: Rhs<P::Root, String>>(self, text: V) -> Q<P::Root>
    where
        T: Texts,
    {
        self.compare(Lookup::IEndsWith, text.operand())
    }

    /// Matches the regular expression.
    pub fn regex<V: Rhs<P::Root, String>>(self, text: V) -> Q<P::Root>
    where
        T: Texts,
    {
        self.compare(Lookup::Regex, text.operand())
    }

    /// Matches the regular expression, but for case.
    pub fn iregex<V: Rhs<P::Root, String>>(self, text: V) -> Q<P::Root>
    where
        T: Texts,
    {
        self.compare(Lookup::IRegex, text.operand())
    }

    fn compare(self, lookup: Lookup, operand: Result<Operand>) -> Q<P::Root> {
        Q::compare(Ok(self.expr()), Some(lookup), operand)
    }
}
