//! Expressions in Django's notation, values shown as they are: for messages and tours, not for logs.

use std::fmt::{Display, Formatter, Result};

use super::{Aggregate, AggregateFunction, Expr, Func, OrderBy, Window};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Expr::Path(path) => write!(f, "F('{path}')"),
            Expr::Outer { path, levels } => {
                for _ in 0..*levels {
                    f.write_str("OuterRef(")?;
                }
                write!(f, "'{path}'")?;
                (0..*levels).try_for_each(|_| f.write_str(")"))
            }
            Expr::Value(value) => write!(f, "{value}"),
            Expr::Combined { left, operator, right } => {
                operand(f, left)?;
                write!(f, " {} ", operator.symbol())?;
                operand(f, right)
            }
            Expr::Call { function, arguments } => {
                write!(f, "{}(", function.name())?;
                list(f, arguments)?;
                f.write_str(")")
            }
            Expr::Extract { expr, part, zone } => {
                write!(f, "Extract({expr}, '{}'", part.name())?;
                zoned(f, zone.as_deref())
            }
            Expr::Trunc { expr, unit, zone } => {
                write!(f, "Trunc({expr}, '{}'", unit.name())?;
                zoned(f, zone.as_deref())
            }
            Expr::Func(func) => write!(f, "{func}"),
            Expr::Typed { expr, kind } => write!(f, "ExpressionWrapper({expr}, {}())", kind.django_name()),
            Expr::Cast { expr, kind, max_length: None } => write!(f, "Cast({expr}, {}())", kind.django_name()),
            Expr::Cast { expr, kind, max_length: Some(length) } => {
                write!(f, "Cast({expr}, {}(max_length={length}))", kind.django_name())
            }
            Expr::Collate { expr, collation } => write!(f, "Collate({expr}, '{collation}')"),
            Expr::Case { whens, otherwise } => {
                f.write_str("Case(")?;
                for (i, (q, then)) in whens.iter().enumerate() {
                    write!(f, "{}When({q}, then={then})", if i > 0 { ", " } else { "" })?;
                }
                if let Some(otherwise) = otherwise {
                    write!(f, "{}default={otherwise}", if whens.is_empty() { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            Expr::Condition(q) => write!(f, "{q}"),
            Expr::Transform { expr, names } => write!(f, "{expr}.{names}"),
            Expr::Slice { expr, start, length: None } => write!(f, "{expr}[{start}:]"),
            Expr::Slice { expr, start, length: Some(length) } => {
                write!(f, "{expr}[{start}:{}]", start.saturating_add(*length))
            }
            Expr::Aggregate(aggregate) => write!(f, "{aggregate}"),
            Expr::Window(window) => write!(f, "{window}"),
            Expr::Subquery(query) => write!(f, "Subquery(<query of {}>)", query.model),
            Expr::Exists(query) => write!(f, "Exists(<query of {}>)", query.model),
            Expr::ArraySubquery(query) => write!(f, "ArraySubquery(<query of {}>)", query.model),
            Expr::Raw(raw) => write!(f, "RawSQL({:?})", raw.sql),
            Expr::Star => f.write_str("'*'"),
        }
    }
}

fn operand(f: &mut Formatter<'_>, expr: &Expr) -> Result {
    if matches!(expr, Expr::Combined { .. }) { write!(f, "({expr})") } else { write!(f, "{expr}") }
}

fn list<T: Display>(f: &mut Formatter<'_>, items: &[T]) -> Result {
    for (i, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
    }
    Ok(())
}

fn zoned(f: &mut Formatter<'_>, zone: Option<&str>) -> Result {
    match zone {
        Some(zone) => write!(f, ", tzinfo='{zone}')"),
        None => f.write_str(")"),
    }
}

impl Display for Func {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("Func(")?;
        list(f, &self.arguments)?;
        write!(f, "{}function='{}')", if self.arguments.is_empty() { "" } else { ", " }, self.name)
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}(", self.function.name())?;
        list(f, &self.arguments)?;
        if let AggregateFunction::StdDev { sample: true }
        | AggregateFunction::Variance { sample: true }
        | AggregateFunction::CovarPop { sample: true } = self.function
        {
            f.write_str(", sample=True")?;
        }
        if self.distinct {
            f.write_str(", distinct=True")?;
        }
        if let Some(q) = &self.filter {
            write!(f, ", filter={q}")?;
        }
        if let Some(default) = &self.default {
            write!(f, ", default={default}")?;
        }
        ordered(f, &self.order_by)?;
        f.write_str(")")
    }
}

impl Display for Window {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "Window({}", self.expr)?;
        if !self.partition_by.is_empty() {
            f.write_str(", partition_by=[")?;
            list(f, &self.partition_by)?;
            f.write_str("]")?;
        }
        ordered(f, &self.order_by)?;
        if let Some(frame) = &self.frame {
            write!(f, ", frame={frame:?}")?;
        }
        f.write_str(")")
    }
}

fn ordered(f: &mut Formatter<'_>, terms: &[OrderBy]) -> Result {
    if terms.is_empty() {
        return Ok(());
    }
    f.write_str(", order_by=[")?;
    list(f, terms)?;
    f.write_str("]")
}

impl Display for OrderBy {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}.{}(", self.expr, if self.descending { "desc" } else { "asc" })?;
        match self.nulls {
            None => f.write_str(")"),
            Some(super::Nulls::First) => f.write_str("nulls_first=True)"),
            Some(super::Nulls::Last) => f.write_str("nulls_last=True)"),
        }
    }
}
