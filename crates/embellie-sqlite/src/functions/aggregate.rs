//! Aggregates: spread and any value. They pass over `NULL`, and work as window functions too.

use rusqlite::functions::{Aggregate, Context, WindowAggregate};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

use super::{PURE, number};

pub(super) fn register(connection: &Connection) -> Result<()> {
    for (name, sample, root) in
        [("VAR_POP", false, false), ("VAR_SAMP", true, false), ("STDDEV_POP", false, true), ("STDDEV_SAMP", true, true)]
    {
        connection.create_window_function(name, 1, PURE, Spread { sample, root })?;
    }
    connection.create_aggregate_function("ANY_VALUE", 1, PURE, AnyValue)
}

/// Variance, or its root.
struct Spread {
    /// Of a sample, not of the whole.
    sample: bool,
    root: bool,
}

/// Sums of the differences from the first value, and of their squares, to twice the precision of `f64`.
#[derive(Default)]
struct Sums {
    count: u64,
    origin: f64,
    first: Double,
    second: Double,
}

impl Spread {
    fn result(&self, sums: &Sums) -> Option<f64> {
        let divisor = sums.count.checked_sub(u64::from(self.sample)).filter(|&divisor| divisor > 0)?;
        let squares = sums.second.minus(sums.first.times(sums.first).over(sums.count as f64));
        let variance = squares.over(divisor as f64).value().max(0.0);
        Some(if self.root { variance.sqrt() } else { variance })
    }
}

impl Sums {
    fn change(&mut self, x: f64, add: bool) {
        if self.count == 0 {
            *self = Sums { origin: x, ..Sums::default() };
        }
        let difference = Double::sum(x, -self.origin);
        let square = difference.times(difference);
        if add {
            self.count += 1;
            self.first = self.first.plus(difference);
            self.second = self.second.plus(square);
        } else {
            self.count = self.count.saturating_sub(1);
            self.first = self.first.minus(difference);
            self.second = self.second.minus(square);
        }
    }
}

impl Aggregate<Sums, Option<f64>> for Spread {
    fn init(&self, _: &mut Context<'_>) -> Result<Sums> {
        Ok(Sums::default())
    }

    fn step(&self, context: &mut Context<'_>, sums: &mut Sums) -> Result<()> {
        if let Some(x) = number(context, 0) {
            sums.change(x, true);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sums: Option<Sums>) -> Result<Option<f64>> {
        Ok(sums.and_then(|sums| self.result(&sums)))
    }
}

impl WindowAggregate<Sums, Option<f64>> for Spread {
    fn value(&self, sums: Option<&mut Sums>) -> Result<Option<f64>> {
        Ok(sums.and_then(|sums| self.result(sums)))
    }

    fn inverse(&self, context: &mut Context<'_>, sums: &mut Sums) -> Result<()> {
        if let Some(x) = number(context, 0) {
            sums.change(x, false);
        }
        Ok(())
    }
}

/// A number as an unevaluated sum of two floats.
#[derive(Debug, Clone, Copy, Default)]
struct Double {
    high: f64,
    low: f64,
}

impl Double {
    /// The exact sum of two floats.
    fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let b_part = high - a;
        Double { high, low: (a - (high - b_part)) + (b - b_part) }
    }

    fn plus(self, other: Self) -> Self {
        let sum = Double::sum(self.high, other.high);
        Double::sum(sum.high, sum.low + self.low + other.low)
    }

    fn minus(self, other: Self) -> Self {
        self.plus(Double { high: -other.high, low: -other.low })
    }

    fn times(self, other: Self) -> Self {
        let high = self.high * other.high;
        let low = self.high.mul_add(other.high, -high) + (self.high * other.low + self.low * other.high);
        Double::sum(high, low)
    }

    fn over(self, divisor: f64) -> Self {
        let high = self.high / divisor;
        let remainder = high.mul_add(-divisor, self.high) + self.low;
        Double::sum(high, remainder / divisor)
    }

    fn value(self) -> f64 {
        self.high + self.low
    }
}

/// The first value that is not `NULL`.
struct AnyValue;

impl Aggregate<Value, Value> for AnyValue {
    fn init(&self, _: &mut Context<'_>) -> Result<Value> {
        Ok(Value::Null)
    }

    fn step(&self, context: &mut Context<'_>, kept: &mut Value) -> Result<()> {
        let value = context.get_raw(0);
        if *kept == Value::Null && value != ValueRef::Null {
            *kept = context.get(0)?;
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, kept: Option<Value>) -> Result<Value> {
        Ok(kept.unwrap_or(Value::Null))
    }
}
