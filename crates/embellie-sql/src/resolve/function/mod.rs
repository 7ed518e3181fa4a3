//! Functions: what they take and what they give.

mod array;
mod case;
mod compare;
mod custom;
mod date;
mod json;
mod math;
mod range;
mod search;
mod text;
pub(super) mod zone;

pub(super) use custom::pieces;

use std::ops::RangeInclusive;

use embellie_core::expr::{Expr, Function};
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result, Value};

use super::joins::Places;
use super::{Scope, arithmetic};
use crate::resolved::Scalar;

/// A function of resolved arguments.
struct Call<'r> {
    function: Function,
    arguments: Vec<Scalar<'r>>,
    /// What it is said to give.
    wanted: Option<FieldKind>,
}

impl<'r> Scope<'_, 'r> {
    /// A function of arguments, which gives what is `wanted` where that is said.
    pub(super) fn call(
        &mut self,
        function: Function,
        arguments: &[Expr],
        wanted: Option<FieldKind>,
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Scalar<'r>> {
        let arguments: Result<Vec<Scalar<'r>>> =
            arguments.iter().map(|argument| self.scalar_in(argument, shared, joins)).collect();
        self.call_of(function, arguments?, wanted)
    }

    /// A function of resolved arguments.
    pub(super) fn call_of(
        &self,
        function: Function,
        arguments: Vec<Scalar<'r>>,
        wanted: Option<FieldKind>,
    ) -> Result<Scalar<'r>> {
        use Function as F;
        if arguments.iter().any(|argument| argument.width() > 1) {
            return Err(super::tuple::no_keys(function.name()));
        }
        if function.is_window() {
            return Err(super::window::outside_of_window(function));
        }
        let call = Call { function, arguments, wanted };
        match function {
            F::Coalesce | F::Greatest | F::Least | F::NullIf => compare::call(call),
            F::JsonObject | F::JsonArray | F::KeyText => json::call(call),
            F::Now => {
                call.takes(0..=0)?;
                Ok(call.gives(FieldKind::DateTime))
            }
            F::Uuid4 | F::Uuid7 => self.uuid(call),
            _ if function.is_search() => self.search(call),
            _ if function.is_of_arrays() => array::call(call),
            _ if function.is_of_ranges() => self.of_range(call),
            _ if text::is_about(function) => text::call(call),
            _ => math::call(call),
        }
    }

    fn uuid(&self, call: Call<'r>) -> Result<Scalar<'r>> {
        call.takes(0..=0)?;
        if call.function == Function::Uuid7 {
            self.context.target.require(crate::Capability::Uuid7)?;
        }
        Ok(call.gives(FieldKind::Uuid))
    }
}

impl<'r> Call<'r> {
    /// Refuses another number of arguments, as Django's `Func` and Python do.
    fn takes(&self, counts: RangeInclusive<usize>) -> Result<()> {
        let given = self.arguments.len();
        if counts.contains(&given) {
            return Ok(());
        }
        let (least, most) = (*counts.start(), *counts.end());
        let expected = if least == most { format!("exactly {least}") } else { format!("{least} to {most}") };
        let s = if most == 1 { "" } else { "s" };
        Err(Error::Type(format!("'{}' takes {expected} argument{s} ({given} given)", self.function.name())))
    }

    /// Refuses fewer than two arguments.
    fn takes_several(&self) -> Result<()> {
        match self.arguments.len() {
            0 | 1 => Err(Error::Value(format!("{} must take at least two expressions", self.function.name()))),
            _ => Ok(()),
        }
    }

    /// Adds an argument that was left out.
    fn or_value(&mut self, place: usize, value: impl Into<Value>) {
        if self.arguments.len() == place {
            self.arguments.push(Scalar::Value { value: value.into(), kind: None });
        }
    }

    /// What the first argument is.
    fn first_kind(&self) -> Option<FieldKind> {
        self.arguments.first().and_then(Scalar::kind)
    }

    /// What all arguments have in common, unless it is said what comes of them.
    fn common(&self) -> Result<Option<FieldKind>> {
        match self.wanted {
            Some(kind) => Ok(Some(kind)),
            None => arithmetic::common(self.arguments.iter().filter_map(Scalar::kind)),
        }
    }

    /// The number at a place, where it is a constant, refused when it is less than `least`.
    fn at_least(&self, place: usize, name: &str, least: i64) -> Result<()> {
        match self.arguments.get(place) {
            Some(Scalar::Value { value: Value::Int(v), .. }) if *v < least => {
                let what = if least == 0 { "greater or equal to 0." } else { "greater than 0." };
                Err(Error::Value(format!("'{name}' must be {what}")))
            }
            Some(Scalar::Value { value: Value::Int(_) | Value::Null, .. }) | None => Ok(()),
            Some(Scalar::Value { value, .. }) => {
                Err(Error::Type(format!("{}: '{name}' is an integer, not {value}", self.function.name())))
            }
            Some(_) => Ok(()),
        }
    }

    /// The function, which gives this unless something else is said.
    fn gives(self, kind: FieldKind) -> Scalar<'r> {
        Scalar::Call { function: self.function, arguments: self.arguments, kind: self.wanted.unwrap_or(kind) }
    }
}
