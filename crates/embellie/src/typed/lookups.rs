//! Lookups of expressions: `Lower(Post::title).eq("x")`, `n.gte(1)`.

use embellie_core::lookup::Lookup;
use embellie_core::query::Operand;
use embellie_core::{Result, Value};

use super::rhs::{Rhs, RhsList, RhsRange};
use super::{Containing, Ending, Expression, Q, Texts};

impl<M, T, N, K> Expression<M, T, N, K> {
    /// Equal to the value; `None` means null.
    pub fn exact<V: Rhs<M, T>>(&self, value: V) -> Q<M> {
        Q::compare(self.expr(), None, value.operand())
    }

    /// Equal to the value; `None` means null.
    pub fn eq<V: Rhs<M, T>>(&self, value: V) -> Q<M> {
        self.exact(value)
    }

    /// Not equal to the value, as `exclude` has it: null is not equal to a value.
    pub fn ne<V: Rhs<M, T>>(&self, value: V) -> Q<M> {
        !self.exact(value)
    }

    /// One of several values, or one of a query set's rows.
    pub fn in_<V: RhsList<M, T>>(&self, values: V) -> Q<M> {
        self.compare(Lookup::In, values.operand())
    }

    /// Null, or not null.
    pub fn isnull(&self, null: bool) -> Q<M> {
        self.compare(Lookup::IsNull, Ok(Value::Bool(null).into()))
    }

    /// Between two values, both included.
    pub fn range<V: RhsRange<M, T>>(&self, bounds: V) -> Q<M> {
        self.compare(Lookup::Range, bounds.operand())
    }
}

// Written out: the compiler shows these lines in its messages.

impl<M, T, N, K> Expression<M, T, N, K> {
    /// Greater than the value.
    pub fn gt<V: Rhs<M, T>>(&self, value: V) -> Q<M> {
        self.compare(Lookup::Gt, value.operand())
    }

    /// Greater than the value or equal to it.
    pub fn gte<V: Rhs<M, T>>(&self, value: V) -> Q<M> {
        self.compare(Lookup::Gte, value.operand())
    }

    /// Less than the value.
    pub fn lt<V: Rhs<M, T>>(&self, value: V) -> Q<M> {
        self.compare(Lookup::Lt, value.operand())
    }

    /// Less than the value or equal to it.
    pub fn lte<V: Rhs<M, T>>(&self, value: V) -> Q<M> {
        self.compare(Lookup::Lte, value.operand())
    }
}

impl<M, T, N, K> Expression<M, T, N, K> {
    /// Equal to the text but for case.
    pub fn iexact<V: Rhs<M, String>>(&self, text: V) -> Q<M>
    where
        T: Texts,
    {
        self.compare(Lookup::IExact, text.operand())
    }

    /// Holds the text; of JSON, the other JSON; of an array, all of the elements; of a range, the value or the range.
    pub fn contains<V: Rhs<M, T::Part>>(&self, text: V) -> Q<M>
    where
        T: Containing,
    {
        self.compare(Lookup::Contains, text.operand())
    }

    /// Holds the text, but for case.
    pub fn icontains<V: Rhs<M, String>>(&self, text: V) -> Q<M>
    where
        T: Texts,
    {
        self.compare(Lookup::IContains, text.operand())
    }

    /// Begins with the text; of a range, with the value.
    pub fn startswith<V: Rhs<M, T::End>>(&self, text: V) -> Q<M>
    where
        T: Ending,
    {
        self.compare(Lookup::StartsWith, text.operand())
    }

    /// Begins with the text, but for case.
    pub fn istartswith<V: Rhs<M, String>>(&self, text: V) -> Q<M>
    where
        T: Texts,
    {
        self.compare(Lookup::IStartsWith, text.operand())
    }

    /// Ends with the text; of a range, with the value.
    pub fn endswith<V: Rhs<M, T::End>>(&self, text: V) -> Q<M>
    where
        T: Ending,
    {
        self.compare(Lookup::EndsWith, text.operand())
    }

    /// Ends with the text, but for case.
    pub fn iendswith<V: Rhs<M, String>>(&self, text: V) -> Q<M>
    where
        T: Texts,
    {
        self.compare(Lookup::IEndsWith, text.operand())
    }

    /// Matches the regular expression.
    pub fn regex<V: Rhs<M, String>>(&self, text: V) -> Q<M>
    where
        T: Texts,
    {
        self.compare(Lookup::Regex, text.operand())
    }

    /// Matches the regular expression, but for case.
    pub fn iregex<V: Rhs<M, String>>(&self, text: V) -> Q<M>
    where
        T: Texts,
    {
        self.compare(Lookup::IRegex, text.operand())
    }

    fn compare(&self, lookup: Lookup, operand: Result<Operand>) -> Q<M> {
        Q::compare(self.expr(), Some(lookup), operand)
    }
}
