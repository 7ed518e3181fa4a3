//! Expressions over typed paths.

use embellie_core::expr::{Aggregate, AggregateFunction, Bound, FrameUnits, Func, Function, Operator, RawSql, Window};
use embellie_core::{Expr, Path, Q, Query};

use super::kind::Type;
use super::{Shape, Writer};
use crate::word::text;

/// An expression that has a type.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub(super) text: String,
    pub(super) ty: Type,
    pub(super) form: Form,
}

/// What an expression is in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A path to a field.
    Column,
    /// A path to objects.
    Relation,
    /// An expression.
    Expression,
    /// Two expressions with an operator between them.
    Operation,
    /// A variable that holds an expression.
    Variable,
    /// A condition.
    Condition,
    /// A variable that holds a condition.
    ConditionVariable,
    /// A constant.
    Constant,
}

impl Typed {
    fn new(text: impl Into<String>, ty: Type, form: Form) -> Self {
        Typed { text: text.into(), ty, form }
    }

    fn call(function: &str, arguments: &[String], ty: Type) -> Self {
        Typed::new(format!("{function}({})", arguments.join(", ")), ty, Form::Expression)
    }

    /// As what a method is called on.
    pub(super) fn receiver(&self) -> String {
        match self.form {
            Form::Operation => format!("({})", self.text),
            _ => self.text.clone(),
        }
    }

    /// As an argument that may be a constant.
    fn term(&self) -> String {
        match self.form {
            Form::Variable | Form::ConditionVariable => format!("&{}", self.text),
            _ => self.text.clone(),
        }
    }

    /// As what stands beside an operator.
    fn operand(&self) -> String {
        match self.form {
            Form::Operation => format!("({})", self.text),
            _ => self.term(),
        }
    }

    /// As what a condition compares with, where it is none of the constants.
    pub(super) fn compared(&self) -> Option<String> {
        (self.form != Form::Constant && self.form != Form::ConditionVariable).then(|| self.term())
    }
}

impl Writer<'_> {
    /// An expression over typed paths; `None` for what has no type here.
    pub(super) fn expression(&self, expr: &Expr) -> Option<Typed> {
        match expr {
            Expr::Path(path) => self.typed(path).filter(|(_, rest)| rest.is_empty()).map(|(typed, _)| typed),
            Expr::Outer { path, levels } => self.outer_path(path, *levels),
            Expr::Value(value) => {
                let (ty, written) = Type::of_value(value)?;
                Some(Typed::new(written, ty, Form::Constant))
            }
            Expr::Combined { left, operator, right } => self.combined(left, *operator, right),
            Expr::Call { function, arguments } => self.call(*function, arguments),
            Expr::Extract { expr, part, zone } => {
                let of = self.expression(expr)?;
                let fits = if is_of_clock(part.name()) { of.ty.is_timed() } else { of.ty.is_dated() };
                let written = Typed::call(&format!("Extract{part:?}"), &[self.scalar(&of)], Type::I64);
                fits.then(|| zoned(written, zone.as_deref()))
            }
            Expr::Trunc { expr, unit, zone } => {
                let of = self.expression(expr)?;
                let (fits, ty) = match unit.name() {
                    "date" => (of.ty.is_moment(), Type::DATE),
                    "time" => (of.ty.is_moment(), Type::TIME),
                    name if is_of_clock(name) => (of.ty.is_timed(), of.ty),
                    _ => (of.ty.is_dated(), of.ty),
                };
                let written = Typed::call(&format!("Trunc{unit:?}"), &[self.scalar(&of)], ty);
                fits.then(|| zoned(written, zone.as_deref()))
            }
            Expr::Func(func) => self.func(func),
            Expr::Typed { expr, kind } => {
                let (name, of) = (Type::saying(*kind)?, self.expression(expr)?);
                // A condition is of its own type.
                let is_condition = matches!(of.form, Form::Condition | Form::ConditionVariable);
                let of = self.owned(&of).filter(|_| !is_condition)?;
                Some(Typed::new(format!("{of}.typed::<{name}>()"), Type::Named(name), Form::Expression))
            }
            Expr::Cast { expr, kind, max_length: None } => {
                let (name, of) = (Type::saying(*kind)?, self.expression(expr)?);
                let written = format!("Cast::<{name}, _, _>({})", self.scalar(&of));
                (of.form != Form::Relation).then(|| Typed::new(written, Type::Named(name), Form::Expression))
            }
            Expr::Collate { expr, collation } => {
                let of = self.expression(expr).filter(|of| of.ty == Type::TEXT)?;
                Some(Typed::call("Collate", &[self.scalar(&of), text(collation)], Type::TEXT))
            }
            Expr::Case { whens, otherwise } => self.case(whens, otherwise.as_deref()),
            Expr::Condition(q) => Some(Typed::new(self.joined(q, false).ok()?, Type::BOOL, Form::Condition)),
            Expr::Slice { expr, start, length } => {
                let of = self.expression(expr).filter(|of| of.ty == Type::TEXT && of.form != Form::Constant)?;
                let range = match length {
                    Some(length) => format!("{start}..{}", start.checked_add(*length)?),
                    None => format!("{start}.."),
                };
                Some(Typed::new(format!("{}.slice({range})", of.receiver()), Type::TEXT, Form::Expression))
            }
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Window(window) => self.window(window),
            Expr::Subquery(query) => self.within(query, "Subquery", Form::Expression),
            Expr::ArraySubquery(query) => {
                self.within(query, "ArraySubquery", Form::Expression).map(|of| Typed { ty: Type::Other, ..of })
            }
            Expr::Exists(query) => self.within(query, "Exists", Form::Condition),
            Expr::Raw(raw) => self.raw(raw),
            _ => None,
        }
    }

    /// As an argument that is no constant.
    pub(super) fn scalar(&self, typed: &Typed) -> String {
        match (typed.form, typed.ty) {
            (Form::Constant, Type::Named(name)) => {
                format!("Value::<{}, {name}, _>({})", self.model_type(), typed.text)
            }
            _ => typed.term(),
        }
    }

    /// As an expression of its own, not a path, that is given away.
    pub(super) fn owned(&self, typed: &Typed) -> Option<String> {
        match typed.form {
            Form::Column => Some(format!("{}.f()", typed.text)),
            Form::Variable | Form::ConditionVariable => Some(format!("{}.clone()", typed.text)),
            Form::Constant => Some(self.scalar(typed)),
            Form::Relation => None,
            _ => Some(typed.receiver()),
        }
    }

    /// Several, each as an argument that is no constant.
    fn scalars(&self, expressions: &[Expr]) -> Option<Vec<Typed>> {
        expressions.iter().map(|expr| self.expression(expr).filter(|of| of.form != Form::Relation)).collect()
    }

    fn combined(&self, left: &Expr, operator: Operator, right: &Expr) -> Option<Typed> {
        let (left, right) = (self.expression(left)?, self.expression(right)?);
        if [&left, &right].iter().any(|side| matches!(side.form, Form::Relation | Form::Condition)) {
            return None;
        }
        let both_whole = left.ty.is_integer() && right.ty.is_integer();
        let method = match operator {
            Operator::Power => "pow",
            Operator::BitAnd if both_whole => "bitand",
            Operator::BitOr if both_whole => "bitor",
            Operator::BitXor if both_whole => "bitxor",
            Operator::ShiftLeft if both_whole => "shl",
            Operator::ShiftRight if both_whole => "shr",
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo => {
                let ty = left.ty.combined(operator, right.ty)?;
                let first = match left.form {
                    Form::Constant => self.scalar(&left),
                    _ => left.operand(),
                };
                let written = format!("{first} {} {}", operator.symbol(), right.operand());
                return Some(Typed::new(written, ty, Form::Operation));
            }
            _ => return None,
        };
        let ty = if both_whole && method != "pow" { Type::I64 } else { left.ty.combined(operator, right.ty)? };
        Some(Typed::new(format!("{}.{method}({})", self.owned(&left)?, right.term()), ty, Form::Expression))
    }

    /// A function that has a name in Rust.
    fn call(&self, function: Function, arguments: &[Expr]) -> Option<Typed> {
        use Function as F;
        let name = format!("{function:?}");
        let given = self.scalars(arguments)?;
        let types: Vec<Type> = given.iter().map(|of| of.ty).collect();
        // The first is no constant, those after it may be.
        let mut written: Vec<String> = given.iter().map(Typed::term).collect();
        if let (Some(first), Some(of)) = (written.first_mut(), given.first()) {
            *first = self.scalar(of);
        }
        let terms = || given.iter().map(Typed::term).collect::<Vec<_>>();
        let many = |least: usize, most: usize| {
            let fits = (least..=most).contains(&given.len());
            let listed = terms().join(", ");
            fits.then(|| if given.len() == 1 { format!("({listed},)") } else { format!("({listed})") })
        };
        let is_whole = |ty: &Type| ty.is_integer();
        let ty = match (function, types.as_slice()) {
            (F::Lower | F::Upper | F::Trim | F::LTrim | F::RTrim | F::Reverse, [Type::TEXT]) => Type::TEXT,
            (F::Md5 | F::Sha1 | F::Sha224 | F::Sha256 | F::Sha384 | F::Sha512, [Type::TEXT]) => Type::TEXT,
            (F::Length | F::Ord, [Type::TEXT]) => Type::I64,
            (F::Chr, [code]) if is_whole(code) => Type::TEXT,
            (F::Left | F::Right | F::Repeat, [Type::TEXT, number]) if is_whole(number) => Type::TEXT,
            (F::LPad | F::RPad, [Type::TEXT, length, Type::TEXT]) if is_whole(length) => Type::TEXT,
            (F::Substr, [Type::TEXT, from, length]) if is_whole(from) && is_whole(length) => Type::TEXT,
            (F::Replace, [Type::TEXT, Type::TEXT, Type::TEXT]) => Type::TEXT,
            (F::StrIndex, [Type::TEXT, Type::TEXT]) => Type::I64,
            (F::Concat, _) => {
                return Some(Typed::call("Concat", &[many(1, 8)?], Type::TEXT));
            }
            (F::Coalesce | F::Greatest | F::Least, [first, others @ ..]) => {
                let ty = others.iter().try_fold(*first, |common, other| common.common(*other))?;
                return Some(Typed::call(&name, &[many(2, 5)?], ty));
            }
            (F::NullIf, [first, second]) if second.is_like(*first) => *first,
            (F::JsonArray, [_, ..]) => return Some(Typed::call("JsonArray", &[many(1, 8)?], Type::JSON)),
            (F::JsonObject, [_, ..]) => {
                let pairs: Vec<String> = terms().chunks(2).map(|pair| format!("({})", pair.join(", "))).collect();
                let names = given.iter().step_by(2).all(|name| name.form == Form::Constant && name.ty == Type::TEXT);
                if !names || pairs.len() > 8 || given.len() % 2 != 0 {
                    return None;
                }
                let listed = pairs.join(", ");
                let listed = if pairs.len() == 1 { format!("({listed},)") } else { format!("({listed})") };
                return Some(Typed::call("JsonObject", &[listed], Type::JSON));
            }
            (F::Abs | F::Ceil | F::Floor | F::Sign, [number]) if number.is_number() => *number,
            (
                F::ACos
                | F::ASin
                | F::ATan
                | F::Cos
                | F::Cot
                | F::Degrees
                | F::Exp
                | F::Ln
                | F::Radians
                | F::Sin
                | F::Sqrt
                | F::Tan,
                [number],
            ) => number.fraction()?,
            (F::ATan2 | F::Log | F::Mod | F::Power, [a, b]) if b.is_number() => {
                let ty = a.fraction()?;
                return Some(Typed::call(&name, &terms(), ty));
            }
            (F::Round, [number, places]) if number.is_number() && is_whole(places) => *number,
            (F::Pi | F::Random, []) => return Some(self.of_nothing(&name, Type::F64)),
            (F::Now, []) => return Some(self.of_nothing(&name, Type::TIMESTAMP)),
            (F::Uuid4 | F::Uuid7, []) => return Some(self.of_nothing(&name, Type::UUID)),
            _ => return None,
        };
        Some(Typed::call(&name, &written, ty))
    }

    fn of_nothing(&self, function: &str, ty: Type) -> Typed {
        Typed::call(&format!("{function}::<{}>", self.model_type()), &[], ty)
    }

    fn func(&self, func: &Func) -> Option<Typed> {
        let name = Type::saying(func.kind?)?;
        let given = self.scalars(&func.arguments)?;
        if given.is_empty() || given.len() > 8 {
            return None;
        }
        let listed: Vec<String> = given.iter().map(Typed::term).collect();
        let mut written = format!("Func({}, ({},))", text(&func.name), listed.join(", "));
        for (dialect, template) in &func.templates {
            written.push_str(&format!(".template({}, {})", text(dialect), text(template)));
        }
        if let Some(template) = &func.template {
            written.push_str(&format!(".text({})", text(template)));
        }
        if func.aggregate {
            written.push_str(".aggregate()");
        }
        // A constant alone does not say whose rows it is computed of.
        let known = given.iter().any(|of| of.form != Form::Constant);
        known.then(|| Typed::new(format!("{written}.returns::<{name}>()"), Type::Named(name), Form::Expression))
    }

    fn case(&self, whens: &[(Q, Expr)], otherwise: Option<&Expr>) -> Option<Typed> {
        let value = |expr: &Expr| {
            self.expression(expr).filter(|of| !matches!(of.form, Form::Relation)).map(|of| (of.term(), of.ty))
        };
        let ((q, then), others) = whens.split_first()?;
        let (then, mut ty) = value(then)?;
        let mut written = format!("Case({}, {then})", self.joined(q, false).ok()?);
        for (q, then) in others {
            let (then, other) = value(then)?;
            ty = ty.common(other)?;
            written.push_str(&format!(".when({}, {then})", self.joined(q, false).ok()?));
        }
        if let Some(otherwise) = otherwise {
            let (otherwise, other) = value(otherwise)?;
            ty = ty.common(other)?;
            written.push_str(&format!(".otherwise({otherwise})"));
        }
        Some(Typed::new(written, ty, Form::Expression))
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Option<Typed> {
        use AggregateFunction as A;
        let name = match aggregate.function {
            A::StdDev { sample: true } => "StdDevSample".to_owned(),
            A::Variance { sample: true } => "VarianceSample".to_owned(),
            A::CovarPop { sample: true } => "CovarSample".to_owned(),
            A::StdDev { .. } => "StdDev".to_owned(),
            A::Variance { .. } => "Variance".to_owned(),
            A::CovarPop { .. } => "CovarPop".to_owned(),
            other => format!("{other:?}"),
        };
        let given: Option<Vec<Typed>> = match (aggregate.function, aggregate.arguments.as_slice()) {
            (A::Count, [Expr::Star]) => Some(Vec::new()),
            (_, arguments) => arguments.iter().map(|argument| self.expression(argument)).collect(),
        };
        let given = given?;
        let types: Vec<Type> = given.iter().map(|of| of.ty).collect();
        let is_related = given.iter().any(|of| of.form == Form::Relation);
        if is_related && aggregate.function != A::Count {
            return None;
        }
        let ty = match (aggregate.function, types.as_slice()) {
            (A::Count, [] | [_]) => Type::I64,
            (A::Sum, [of]) => of.sum()?,
            (A::Avg | A::StdDev { .. } | A::Variance { .. }, [of]) => of.mean()?,
            (A::Max | A::Min | A::AnyValue, [of]) => *of,
            (A::StringAgg, [Type::TEXT, Type::TEXT]) => Type::TEXT,
            (A::ArrayAgg, [of]) if *of != Type::Other => Type::Other,
            (A::JsonArrayAgg, [of]) if *of != Type::Other => Type::JSON,
            (A::BoolAnd | A::BoolOr, [Type::BOOL]) if given.iter().all(|of| of.form != Form::Condition) => Type::BOOL,
            (A::BitAnd | A::BitOr | A::BitXor, [of]) if of.is_integer() => *of,
            (A::RegrCount, [y, x]) if y.mean().is_some() && x.mean().is_some() => Type::I64,
            (_, [y, x]) if aggregate.function.is_of_pairs() && y.mean().is_some() && x.mean().is_some() => Type::F64,
            _ => return None,
        };
        let mut written: Vec<String> = given.iter().map(|of| self.scalar(of)).collect();
        if let (A::StringAgg, Some(delimiter), Some(of)) = (aggregate.function, written.get_mut(1), given.get(1)) {
            *delimiter = of.term();
        }
        let mut written = match written.is_empty() {
            true => format!("Count::<{}, _>(Star)", self.model_type()),
            false => format!("{name}({})", written.join(", ")),
        };
        if let Some(filter) = &aggregate.filter {
            written.push_str(&format!(".filter({})", self.condition(filter).ok()?));
        }
        if aggregate.distinct {
            written.push_str(".distinct()");
        }
        if let Some(default) = &aggregate.default {
            let default = match default {
                Expr::Value(value) => ty.compared(value)?,
                other => self.expression(other).filter(|of| of.ty.is_like(ty))?.compared()?,
            };
            written.push_str(&format!(".default({default})"));
        }
        if !aggregate.order_by.is_empty() {
            written.push_str(&format!(".order_by({})", self.ordering(&aggregate.order_by).ok()?));
        }
        Some(Typed::new(written, ty, Form::Expression))
    }

    fn window(&self, window: &Window) -> Option<Typed> {
        let (of, ty) = match &window.expr {
            Expr::Aggregate(aggregate) => self.aggregate(aggregate).map(|of| (of.text, of.ty))?,
            Expr::Call { function, arguments } if function.is_window() => self.window_function(*function, arguments)?,
            _ => return None,
        };
        let mut written = format!("{of}.over()");
        if !window.partition_by.is_empty() {
            let parts: Option<Vec<Typed>> = window.partition_by.iter().map(|part| self.expression(part)).collect();
            let parts = parts?;
            let parts: Vec<String> = parts.iter().map(|part| self.scalar(part)).collect();
            (parts.len() <= 12).then_some(())?;
            written.push_str(&format!(".partition_by({})", super::tuple(&parts)));
        }
        if !window.order_by.is_empty() {
            written.push_str(&format!(".order_by({})", self.ordering(&window.order_by).ok()?));
        }
        if let Some(frame) = window.frame {
            let method = match frame.units {
                FrameUnits::Rows => "rows",
                FrameUnits::Range => "value_range",
                FrameUnits::Groups => "groups",
            };
            let (start, end) = (bound(frame.start)?, bound(frame.end)?);
            // Where the beginning is after the end, there is no such range.
            if let (Some(start), Some(end)) = (start, end)
                && start > end
            {
                return None;
            }
            let start = start.map(|start| start.to_string()).unwrap_or_default();
            let end = end.map(|end| format!("={end}")).unwrap_or_default();
            written.push_str(&format!(".{method}({start}..{end})"));
            if let Some(exclusion) = frame.exclusion {
                written.push_str(&format!(".excluding(embellie::expr::Exclusion::{exclusion:?})"));
            }
        }
        Some(Typed::new(written, ty, Form::Expression))
    }

    fn window_function(&self, function: Function, arguments: &[Expr]) -> Option<(String, Type)> {
        use Function as F;
        let given = self.scalars(arguments)?;
        let types: Vec<Type> = given.iter().map(|of| of.ty).collect();
        let (first, others) = match given.split_first() {
            None => (None, Vec::new()),
            Some((first, others)) => (Some(self.scalar(first)), others.iter().map(Typed::term).collect::<Vec<_>>()),
        };
        let name = format!("{function:?}");
        let mut default = None;
        let (written, ty) = match (function, types.as_slice()) {
            (F::RowNumber | F::Rank | F::DenseRank, []) => (Vec::new(), Type::I64),
            (F::PercentRank | F::CumeDist, []) => (Vec::new(), Type::F64),
            (F::Ntile, [parts]) if parts.is_integer() => {
                let parts = given.first()?.term();
                return Some((format!("{name}::<{}, _>({parts})", self.model_type()), Type::I64));
            }
            (F::FirstValue | F::LastValue, [of]) => (Vec::new(), *of),
            (F::NthValue | F::Lag | F::Lead, [of, rows]) if rows.is_integer() => (others, *of),
            (F::Lag | F::Lead, [of, rows, value]) if rows.is_integer() && value.is_like(*of) => {
                default = others.get(1).cloned();
                (others.into_iter().take(1).collect(), *of)
            }
            _ => return None,
        };
        let arguments: Vec<String> = first.into_iter().chain(written).collect();
        let mut text = match arguments.is_empty() {
            true => format!("{name}::<{}>()", self.model_type()),
            false => format!("{name}({})", arguments.join(", ")),
        };
        if let Some(default) = default {
            text.push_str(&format!(".default({default})"));
        }
        Some((text, ty))
    }

    /// A query within: `Exists(&|post: OuterRef<Post, _>| …)`.
    fn within(&self, query: &Query, function: &str, form: Form) -> Option<Typed> {
        let inner = self.inner(query, true).ok()?;
        let ty = match (&inner.shape, form) {
            (_, Form::Condition) => Type::BOOL,
            (Shape::One(ty), _) => *ty,
            _ => return None,
        };
        let row = if inner.names_row { inner.row.as_str() } else { "_" };
        let body = match inner.text.contains('\n') && !inner.text.starts_with('{') {
            true => format!("{{\n    {}\n}}", indented(&inner.text)),
            false => inner.text,
        };
        let written = format!("{function}(&|{row}: OuterRef<{}, _>| {body})", self.model_type());
        Some(Typed::new(written, ty, form))
    }

    /// A path in a query around this one.
    fn outer_path(&self, path: &Path, levels: u32) -> Option<Typed> {
        let (around, row) = self.around(levels)?;
        if around.is_alias(path) {
            return None;
        }
        let found = around.follow(path).filter(|found| found.rest.is_empty())?;
        let (written, form) = around.typed_path_from(path, row)?;
        Some(Typed::new(written, around.type_of_found(&found), form))
    }

    fn raw(&self, raw: &RawSql) -> Option<Typed> {
        let name = Type::saying(raw.kind?)?;
        let written = format!(
            "RawSql::<{name}, {}>({}, {})",
            self.model_type(),
            text(raw.sql.as_str()),
            super::data::parameters(&raw.parameters).ok()?
        );
        Some(Typed::new(written, Type::Named(name), Form::Expression))
    }

    /// What a path leads to, and the names after it that are no transforms known here: a lookup at most, of what is
    /// understood.
    pub(super) fn typed(&self, path: &Path) -> Option<(Typed, Vec<String>)> {
        let (mut typed, mut rest) = match path.names().next().and_then(|first| self.variable(first)) {
            Some(variable) => {
                let form = if variable.is_condition { Form::ConditionVariable } else { Form::Variable };
                let rest = path.names().skip(1).map(str::to_owned).collect();
                (Typed::new(variable.name.clone(), variable.ty, form), rest)
            }
            None if self.is_alias(path) => return None,
            None => {
                let found = self.follow(path)?;
                let names = path.names().take(found.length).map(str::to_owned);
                let (written, form) = self.typed_path(&Path::new(names))?;
                (Typed::new(written, self.type_of_found(&found), form), found.rest)
            }
        };
        while let Some(part) = rest.first() {
            let (fits, ty) = match part.as_str() {
                "year" | "iso_year" | "quarter" | "month" | "week" | "day" | "week_day" | "iso_week_day" => {
                    (typed.ty.is_dated(), Type::I64)
                }
                "hour" | "minute" | "second" => (typed.ty.is_timed(), Type::I64),
                "date" => (typed.ty.is_moment(), Type::DATE),
                "time" => (typed.ty.is_moment(), Type::TIME),
                _ => break,
            };
            if !fits {
                break;
            }
            typed = Typed::new(format!("{}.{part}()", typed.receiver()), ty, Form::Expression);
            rest.remove(0);
        }
        Some((typed, rest))
    }
}

/// Moves the lines of a text after the first to the right.
pub(super) fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}

fn is_of_clock(name: &str) -> bool {
    matches!(name, "hour" | "minute" | "second")
}

fn zoned(typed: Typed, zone: Option<&str>) -> Typed {
    match zone {
        Some(zone) => Typed { text: format!("{}.in_time_zone({})", typed.text, text(zone)), ..typed },
        None => typed,
    }
}

/// A bound as a number of rows; `Some(None)` for no bound.
fn bound(bound: Bound) -> Option<Option<i64>> {
    match bound {
        Bound::Unbounded => Some(None),
        Bound::CurrentRow => Some(Some(0)),
        Bound::Preceding(rows @ 1..) => i64::try_from(rows).ok().map(|rows| Some(-rows)),
        Bound::Following(rows @ 1..) => i64::try_from(rows).ok().map(Some),
        // A bound of no rows at all is another way to say the row itself.
        Bound::Preceding(0) | Bound::Following(0) => None,
    }
}
