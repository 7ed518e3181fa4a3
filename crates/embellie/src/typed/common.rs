//! What several values have in common.

use rust_decimal::Decimal;

/// The type that holds values of this type and of `R`: that of a `Case`, a `Coalesce`, a `Greatest`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` and `{R}` have no type in common",
    label = "expected a value like `{Self}`",
    note = "`Cast` changes what a value is; a constant of a type of your own is written `Value(…)`"
)]
pub trait Common<R> {
    /// The type.
    type Output;
}

#[diagnostic::do_not_recommend]
impl<T> Common<T> for T {
    type Output = T;
}

macro_rules! common {
    ($($a:ty: $($b:ty => $output:ty),+;)+) => {$($(
        #[diagnostic::do_not_recommend]
        impl Common<$b> for $a {
            type Output = $output;
        }
    )+)+};
}
common! {
    i16: i32 => i32, i64 => i64, u16 => i32, u32 => i64, u64 => i64, f64 => f64, Decimal => Decimal;
    i32: i16 => i32, i64 => i64, u16 => i32, u32 => i64, u64 => i64, f64 => f64, Decimal => Decimal;
    i64: i16 => i64, i32 => i64, u16 => i64, u32 => i64, u64 => i64, f64 => f64, Decimal => Decimal;
    u16: i16 => i32, i32 => i32, i64 => i64, u32 => u32, u64 => u64, f64 => f64, Decimal => Decimal;
    u32: i16 => i64, i32 => i64, i64 => i64, u16 => u32, u64 => u64, f64 => f64, Decimal => Decimal;
    u64: i16 => i64, i32 => i64, i64 => i64, u16 => u64, u32 => u64, f64 => f64, Decimal => Decimal;
    f64: i16 => f64, i32 => f64, i64 => f64, u16 => f64, u32 => f64, u64 => f64, Decimal => f64;
    Decimal: i16 => Decimal, i32 => Decimal, i64 => Decimal, u16 => Decimal, u32 => Decimal, u64 => Decimal, f64 => f64;
}
