//! Going through expressions and conditions, part by part. Queries within are left alone.

use super::{Among, Condition, Distinct, Scalar, Select, Source};

impl<'r> Scalar<'r> {
    /// The parts of which this expression is made, those of its conditions included.
    pub(crate) fn each_part(&self, visit: &mut dyn FnMut(&Scalar<'r>)) {
        match self {
            Scalar::Column(_)
            | Scalar::Value { .. }
            | Scalar::Raw { .. }
            | Scalar::Inner { .. }
            | Scalar::Named { .. }
            | Scalar::Query(_)
            | Scalar::Array(_)
            | Scalar::Star
            | Scalar::One
            | Scalar::Random => {}
            Scalar::Combined { left, right, .. } => {
                visit(left);
                visit(right);
            }
            Scalar::Call { arguments, .. } | Scalar::Tuple(arguments) => arguments.iter().for_each(visit),
            Scalar::Extract { expr, .. }
            | Scalar::Trunc { expr, .. }
            | Scalar::Cast { expr, .. }
            | Scalar::Collate { expr, .. }
            | Scalar::Typed { expr, .. }
            | Scalar::Widest { expr, .. }
            | Scalar::Json { expr, .. }
            | Scalar::IsNull(expr) => visit(expr),
            Scalar::Case { whens, otherwise, .. } => {
                for (condition, then) in whens {
                    condition.each_scalar(visit);
                    visit(then);
                }
                visit(otherwise);
            }
            Scalar::Condition(condition) => condition.each_scalar(visit),
            Scalar::Aggregate(aggregate) => {
                aggregate.arguments.iter().for_each(&mut *visit);
                if let Some(filter) = &aggregate.filter {
                    filter.each_scalar(visit);
                }
                aggregate.order_by.iter().for_each(|term| visit(&term.expr));
            }
            Scalar::Window(window) => {
                visit(&window.expr);
                window.partition_by.iter().for_each(&mut *visit);
                window.order_by.iter().for_each(|term| visit(&term.expr));
            }
            Scalar::Func(func) => func.arguments.iter().for_each(visit),
        }
    }

    /// The expression with those of its parts replaced, itself included, for which a function gives another. The parts
    /// of what was replaced are not looked at.
    pub(crate) fn replace(self, change: &mut dyn FnMut(&Scalar<'r>) -> Option<Scalar<'r>>) -> Scalar<'r> {
        match change(&self) {
            Some(other) => other,
            None => self.replace_parts(change),
        }
    }

    /// The expression with parts replaced as [`replace`](Scalar::replace) does, but not itself.
    pub(crate) fn replace_parts(self, change: &mut dyn FnMut(&Scalar<'r>) -> Option<Scalar<'r>>) -> Scalar<'r> {
        let mut boxed = |expr: Box<Scalar<'r>>| Box::new(expr.replace(change));
        match self {
            leaf @ (Scalar::Column(_)
            | Scalar::Value { .. }
            | Scalar::Raw { .. }
            | Scalar::Inner { .. }
            | Scalar::Named { .. }
            | Scalar::Query(_)
            | Scalar::Array(_)
            | Scalar::Star
            | Scalar::One
            | Scalar::Random) => leaf,
            Scalar::Combined { left, operator, right, arithmetic, kind } => {
                Scalar::Combined { left: boxed(left), operator, right: boxed(right), arithmetic, kind }
            }
            Scalar::Call { function, arguments, kind } => {
                Scalar::Call { function, arguments: list(arguments, change), kind }
            }
            Scalar::Tuple(parts) => Scalar::Tuple(list(parts, change)),
            Scalar::Extract { expr, part, zone } => Scalar::Extract { expr: boxed(expr), part, zone },
            Scalar::Trunc { expr, unit, zone, kind } => Scalar::Trunc { expr: boxed(expr), unit, zone, kind },
            Scalar::Cast { expr, kind, max_length } => Scalar::Cast { expr: boxed(expr), kind, max_length },
            Scalar::Collate { expr, collation } => Scalar::Collate { expr: boxed(expr), collation },
            Scalar::Typed { expr, kind } => Scalar::Typed { expr: boxed(expr), kind },
            Scalar::Widest { expr, kind } => Scalar::Widest { expr: boxed(expr), kind },
            Scalar::Json { expr, path, text } => Scalar::Json { expr: boxed(expr), path, text },
            Scalar::IsNull(expr) => Scalar::IsNull(boxed(expr)),
            Scalar::Case { whens, otherwise, kind } => Scalar::Case {
                whens: whens
                    .into_iter()
                    .map(|(condition, then)| (condition.replace(change), then.replace(change)))
                    .collect(),
                otherwise: Box::new(otherwise.replace(change)),
                kind,
            },
            Scalar::Condition(condition) => Scalar::Condition(Box::new(condition.replace(change))),
            Scalar::Aggregate(mut aggregate) => {
                aggregate.arguments = list(aggregate.arguments, change);
                aggregate.filter = aggregate.filter.map(|filter| filter.replace(change));
                for term in &mut aggregate.order_by {
                    term.expr = std::mem::replace(&mut term.expr, Scalar::One).replace(change);
                }
                Scalar::Aggregate(aggregate)
            }
            Scalar::Window(mut window) => {
                window.expr = window.expr.replace(change);
                window.partition_by = list(window.partition_by, change);
                for term in &mut window.order_by {
                    term.expr = std::mem::replace(&mut term.expr, Scalar::One).replace(change);
                }
                Scalar::Window(window)
            }
            Scalar::Func(mut func) => {
                func.arguments = list(func.arguments, change);
                Scalar::Func(func)
            }
        }
    }

    /// Whether this expression or a part of it is so.
    pub(crate) fn any(&self, test: &dyn Fn(&Scalar<'r>) -> bool) -> bool {
        if test(self) {
            return true;
        }
        let mut found = false;
        self.each_part(&mut |part| found = found || part.any(test));
        found
    }

    /// Whether one value is made of many rows. An aggregate over a window is not one.
    pub(crate) fn contains_aggregate(&self) -> bool {
        match self {
            Scalar::Aggregate(_) => true,
            Scalar::Func(func) if func.aggregate => true,
            Scalar::Window(window) => {
                let mut found = false;
                window.expr.each_part(&mut |part| found = found || part.contains_aggregate());
                found
                    || window.partition_by.iter().any(Scalar::contains_aggregate)
                    || window.order_by.iter().any(|term| term.expr.contains_aggregate())
            }
            other => {
                let mut found = false;
                other.each_part(&mut |part| found = found || part.contains_aggregate());
                found
            }
        }
    }

    /// Whether a window is part of this expression.
    pub(crate) fn contains_window(&self) -> bool {
        self.any(&|scalar| matches!(scalar, Scalar::Window(_)))
    }
}

impl<'r> Condition<'r> {
    /// The expressions that this condition is about.
    pub(crate) fn each_scalar(&self, visit: &mut dyn FnMut(&Scalar<'r>)) {
        match self {
            Condition::Always | Condition::Never | Condition::Exists(_) => {}
            Condition::Group { children, .. } => children.iter().for_each(|child| child.each_scalar(visit)),
            Condition::Compare { left, right, .. } => {
                visit(left);
                visit(right);
            }
            Condition::Truth { expr, .. } | Condition::Null { expr, .. } => visit(expr),
            Condition::Between { expr, low, high } => {
                visit(expr);
                visit(low);
                visit(high);
            }
            Condition::OneOf { expr, among } => {
                visit(expr);
                if let Among::Exprs(exprs) = among {
                    exprs.iter().for_each(visit);
                }
            }
            Condition::Pattern { expr, operand, .. } | Condition::Regex { expr, operand, .. } => {
                visit(expr);
                visit(operand);
            }
            Condition::Holds { document, part } => {
                visit(document);
                visit(part);
            }
            Condition::HasKeys { document, .. } => visit(document),
        }
    }

    /// The condition with expressions replaced, as [`Scalar::replace`] does.
    pub(crate) fn replace(self, change: &mut dyn FnMut(&Scalar<'r>) -> Option<Scalar<'r>>) -> Condition<'r> {
        match self {
            leaf @ (Condition::Always | Condition::Never) => leaf,
            exists @ Condition::Exists(_) => match change(&Scalar::Condition(Box::new(exists.clone()))) {
                None => exists,
                Some(Scalar::Condition(condition)) => *condition,
                Some(expr) => Condition::Truth { expr, expected: true },
            },
            Condition::Group { connector, negated, children } => Condition::Group {
                connector,
                negated,
                children: children.into_iter().map(|child| child.replace(change)).collect(),
            },
            Condition::Compare { left, comparison, right } => {
                Condition::Compare { left: left.replace(change), comparison, right: right.replace(change) }
            }
            Condition::Truth { expr, expected } => Condition::Truth { expr: expr.replace(change), expected },
            Condition::Null { expr, expected } => Condition::Null { expr: expr.replace(change), expected },
            Condition::Between { expr, low, high } => {
                Condition::Between { expr: expr.replace(change), low: low.replace(change), high: high.replace(change) }
            }
            Condition::OneOf { expr, among } => Condition::OneOf {
                expr: expr.replace(change),
                among: match among {
                    Among::Exprs(exprs) => Among::Exprs(list(exprs, change)),
                    Among::Query(query) => match change(&Scalar::Query(query.clone())) {
                        None => Among::Query(query),
                        Some(Scalar::Query(query)) => Among::Query(query),
                        Some(expr) => Among::Exprs(vec![expr]),
                    },
                    other => other,
                },
            },
            Condition::Pattern { expr, kind, fold, operand } => {
                Condition::Pattern { expr: expr.replace(change), kind, fold, operand: operand.replace(change) }
            }
            Condition::Regex { expr, fold, operand } => {
                Condition::Regex { expr: expr.replace(change), fold, operand: operand.replace(change) }
            }
            Condition::Holds { document, part } => {
                Condition::Holds { document: document.replace(change), part: part.replace(change) }
            }
            Condition::HasKeys { document, keys, all } => {
                Condition::HasKeys { document: document.replace(change), keys, all }
            }
        }
    }

    /// Whether an expression in this condition is so.
    pub(crate) fn any(&self, test: &dyn Fn(&Scalar<'r>) -> bool) -> bool {
        let mut found = false;
        self.each_scalar(&mut |scalar| found = found || scalar.any(test));
        found
    }

    /// Whether an aggregate is part of this condition.
    pub(crate) fn contains_aggregate(&self) -> bool {
        let mut found = false;
        self.each_scalar(&mut |scalar| found = found || scalar.contains_aggregate());
        found
    }

    /// Whether a window is part of this condition.
    pub(crate) fn contains_window(&self) -> bool {
        self.any(&|scalar| matches!(scalar, Scalar::Window(_)))
    }
}

fn list<'r>(scalars: Vec<Scalar<'r>>, change: &mut dyn FnMut(&Scalar<'r>) -> Option<Scalar<'r>>) -> Vec<Scalar<'r>> {
    scalars.into_iter().map(|scalar| scalar.replace(change)).collect()
}

impl<'r> Select<'r> {
    /// The expressions of this query, those of the queries within it included.
    pub(crate) fn each_scalar_within(&self, visit: &mut dyn FnMut(&Scalar<'r>)) {
        for output in &self.outputs {
            output.expr.each_within(visit);
        }
        self.hidden.iter().chain(&self.group_by).for_each(|scalar| scalar.each_within(visit));
        self.order_by.iter().for_each(|term| term.expr.each_within(visit));
        self.condition.each_within(visit);
        self.having.each_within(visit);
        if let Distinct::On(scalars) = &self.distinct {
            scalars.iter().for_each(|scalar| scalar.each_within(visit));
        }
        for join in &self.joins {
            for (near, far) in &join.on {
                near.each_within(visit);
                far.each_within(visit);
            }
            join.condition.each_within(visit);
        }
        match &self.source {
            Source::Query { query, .. } => query.each_scalar_within(visit),
            Source::Compound { queries, .. } => queries.iter().for_each(|query| query.each_scalar_within(visit)),
            Source::Table { .. } | Source::Nothing => {}
        }
        self.ctes.iter().for_each(|cte| cte.query.each_scalar_within(visit));
    }
}

impl<'r> Scalar<'r> {
    /// This expression and its parts, those of queries within it included.
    pub(crate) fn each_within(&self, visit: &mut dyn FnMut(&Scalar<'r>)) {
        visit(self);
        match self {
            Scalar::Query(query) | Scalar::Array(query) => query.each_scalar_within(visit),
            // Conditions may hold queries that are no expressions.
            Scalar::Condition(condition) => condition.each_within(visit),
            Scalar::Case { whens, otherwise, .. } => {
                for (condition, then) in whens {
                    condition.each_within(visit);
                    then.each_within(visit);
                }
                otherwise.each_within(visit);
            }
            Scalar::Aggregate(aggregate) => {
                aggregate.arguments.iter().for_each(|argument| argument.each_within(visit));
                if let Some(filter) = &aggregate.filter {
                    filter.each_within(visit);
                }
                aggregate.order_by.iter().for_each(|term| term.expr.each_within(visit));
            }
            other => other.each_part(&mut |part| part.each_within(visit)),
        }
    }
}

impl<'r> Condition<'r> {
    /// The expressions of this condition and their parts, those of queries within it included.
    pub(crate) fn each_within(&self, visit: &mut dyn FnMut(&Scalar<'r>)) {
        match self {
            Condition::Group { children, .. } => children.iter().for_each(|child| child.each_within(visit)),
            Condition::Exists(query) => query.each_scalar_within(visit),
            Condition::OneOf { expr, among: Among::Query(query) } => {
                expr.each_within(visit);
                query.each_scalar_within(visit);
            }
            other => other.each_scalar(&mut |scalar| scalar.each_within(visit)),
        }
    }
}
