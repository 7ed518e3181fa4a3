//! Expressions of statements: those of queries, and what Python has around them.

use embellie_core::BoxFuture;
use ruff_python_ast as ast;

use super::run::{Frame, Roomy, Run, turn};
use super::shared::{Held, Shared};
use super::{arithmetic, builtin, compare, format, function, methods, module, thing};
use crate::arguments::Arguments;
use crate::evaluate::Evaluator;
use crate::query_set::read;
use crate::{Error, Py, Result};

impl Evaluator<'_> {
    /// The value of an expression of a statement.
    pub(crate) fn value_in<'s>(&'s self, run: &'s Run<'_>, tree: &'s ast::Expr) -> BoxFuture<'s, Result<Py>> {
        let value: BoxFuture<'s, Result<Py>> = Box::pin(async move {
            let _level = run.deeper()?;
            if run.step()? {
                turn().await;
            }
            match tree {
                ast::Expr::Name(name) => self.named(run, name.id.as_str()),
                ast::Expr::Attribute(attribute) => {
                    let of = self.value(&attribute.value).await?;
                    self.attribute_of(of, attribute.attr.as_str()).await
                }
                ast::Expr::Call(call) => {
                    let function = self.value(&call.func).await?;
                    let arguments = self.arguments_later(&call.arguments).await?;
                    self.invoke(run, function, arguments).await
                }
                ast::Expr::Subscript(subscript) => {
                    let of = self.value(&subscript.value).await?;
                    let index = self.value(&subscript.slice).await?;
                    self.item_of(run, of, index).await
                }
                ast::Expr::BinOp(operation) => {
                    let left = self.value(&operation.left).await?;
                    let right = self.value(&operation.right).await?;
                    self.combined(run, operation.op, left, right)
                }
                ast::Expr::List(list) => {
                    let values = self.all_later(&list.elts).await?;
                    run.charge_elements(values.len())?;
                    Ok(Py::list(values))
                }
                ast::Expr::Tuple(tuple) => Ok(Py::tuple(self.all_later(&tuple.elts).await?)),
                ast::Expr::Set(set) => Py::set(self.all_later(&set.elts).await?),
                ast::Expr::Dict(dict) => match self.dict_later(dict).await? {
                    Py::Dict(items) => Py::dict(items),
                    other => Ok(other),
                },
                other => self.further_later(run, other).await,
            }
        });
        Box::pin(Roomy(value))
    }

    fn further_later<'s>(&'s self, run: &'s Run<'_>, tree: &'s ast::Expr) -> BoxFuture<'s, Result<Py>> {
        Box::pin(self.further(run, tree))
    }

    async fn further(&self, run: &Run<'_>, tree: &ast::Expr) -> Result<Py> {
        match tree {
            ast::Expr::UnaryOp(operation) if operation.op == ast::UnaryOp::Not => {
                let value = self.value(&operation.operand).await?;
                Ok(Py::Bool(!self.is_true(run, &value).await?))
            }
            ast::Expr::UnaryOp(operation) => {
                let value = self.value(&operation.operand).await?.plain()?;
                self.checked(run, arithmetic::unary(operation.op, value)?)
            }
            ast::Expr::BoolOp(operation) => {
                let mut last = Py::None;
                for value in &operation.values {
                    last = self.value(value).await?;
                    if self.is_true(run, &last).await? == (operation.op == ast::BoolOp::Or) {
                        break;
                    }
                }
                Ok(last)
            }
            ast::Expr::Compare(comparison) => {
                let mut left = self.value(&comparison.left).await?;
                for (op, right) in comparison.ops.iter().zip(&comparison.comparators) {
                    let right = self.value(right).await?;
                    if !self.compared(run, *op, &left, &right).await? {
                        return Ok(Py::Bool(false));
                    }
                    left = right;
                }
                Ok(Py::Bool(true))
            }
            ast::Expr::If(choice) => {
                let test = self.value(&choice.test).await?;
                match self.is_true(run, &test).await? {
                    true => self.value(&choice.body).await,
                    false => self.value(&choice.orelse).await,
                }
            }
            ast::Expr::Named(named) => {
                let value = self.value(&named.value).await?;
                if let ast::Expr::Name(name) = &*named.target {
                    run.set(name.id.as_str(), value.clone());
                }
                Ok(value)
            }
            ast::Expr::FString(text) => self.interpolated(run, text).await,
            ast::Expr::Lambda(lambda) => self.lambda(run, lambda).await,
            ast::Expr::ListComp(all) => {
                let made = self.comprehension(run, &all.generators, &all.elt, None).await?;
                Ok(Py::list(made.into_iter().map(|(value, _)| value).collect()))
            }
            // What gives its values one by one gives them all at once here.
            ast::Expr::Generator(all) => {
                let made = self.comprehension(run, &all.generators, &all.elt, None).await?;
                Ok(Py::list(made.into_iter().map(|(value, _)| value).collect()))
            }
            ast::Expr::SetComp(all) => {
                let made = self.comprehension(run, &all.generators, &all.elt, None).await?;
                Py::set(made.into_iter().map(|(value, _)| value))
            }
            ast::Expr::DictComp(all) => {
                let Some(key) = &all.key else {
                    return Err(Error::python("SyntaxError", "a comprehension of a dict has a key and a value"));
                };
                Py::dict(self.comprehension(run, &all.generators, key, Some(&all.value)).await?)
            }
            ast::Expr::Slice(slice) => self.slice_later(slice).await,
            ast::Expr::Await(_) | ast::Expr::Yield(_) | ast::Expr::YieldFrom(_) => Err(Error::python(
                "SyntaxError",
                "'await' and 'yield' are not understood here: statements run one after the other",
            )),
            other => {
                let value = self.leaf(other)?;
                if let Py::Str(text) = &value {
                    run.charge(text.len())?;
                }
                Ok(value)
            }
        }
    }

    /// What a name holds: a variable, a model, a name of Django's or of Python's.
    fn named(&self, run: &Run<'_>, name: &str) -> Result<Py> {
        if let Some(value) = self.locals.iter().rev().find(|(known, _)| known == name) {
            return Ok(value.1.clone());
        }
        if let Some(value) = run.get(name) {
            return Ok(value);
        }
        if let Some(label) = self.models.label_of(name) {
            return Ok(Py::Model(label.to_owned()));
        }
        if let Some(choices) = self.models.enumeration(name) {
            return Ok(thing::enumeration(choices, name));
        }
        if let Some(value) = module::known(name).or_else(|| crate::names::lookup(name)) {
            return Ok(value);
        }
        Err(match run.absent(name) {
            Some(module) => Error::python(
                "NameError",
                format!("name '{name}' is not defined: it was to come from '{module}', which is not here"),
            ),
            None => {
                let registry = self.models.registry();
                let models: Vec<&str> = registry.models().iter().map(|model| model.name.as_str()).collect();
                let known = models.into_iter().chain(builtin::NAMES.iter().copied());
                let hint = embellie_core::did_you_mean(name, known);
                Error::python("NameError", format!("name '{name}' is not defined{hint}"))
            }
        })
    }

    /// An attribute of a value.
    pub(super) fn attribute_of<'s>(&'s self, of: Py, name: &'s str) -> BoxFuture<'s, Result<Py>> {
        Box::pin(async move {
            match of {
                Py::Shared(shared) => self.attribute_of_shared(shared, name).await,
                Py::Name("connection") if name == "queries" => self.run.map_or(Ok(Py::None), Run::queries),
                Py::Name("connection") if name == "vendor" => Ok(Py::Str(self.db.target().system().to_owned())),
                Py::Model(label) if name == "_meta" => self.options(&label),
                Py::Model(label) if let Some(choices) = self.models.choices(&label, name) => {
                    let model = label.rsplit('.').next().unwrap_or_default();
                    Ok(thing::enumeration(choices, &format!("{model}.{name}")))
                }
                Py::Name(class) if name == "__name__" && module::is_exception(class) => Ok(Py::Str(class.to_owned())),
                Py::Name(of) if let Some(value) = module::attribute(of, name) => Ok(value),
                Py::Model(label) if matches!(name, "DoesNotExist" | "MultipleObjectsReturned") => {
                    let _ = label;
                    Ok(module::known(name).unwrap_or(Py::None))
                }
                Py::Model(label) if name == "__name__" => {
                    Ok(Py::Str(label.rsplit('.').next().unwrap_or_default().to_owned()))
                }
                Py::None | Py::Bool(_) | Py::Int(_) => Err(super::show::lacks(&of, name)),
                of => match methods::attribute(&of, name) {
                    Some(value) => value,
                    None => self.attribute_later(of.plain()?, name).await?.shared(),
                },
            }
        })
    }

    async fn attribute_of_shared(&self, shared: Shared, name: &str) -> Result<Py> {
        if let Some(thing) = Py::Shared(shared.clone()).as_thing() {
            let is_lookup = thing.options.is_some() && name == "get_field";
            return match (thing.attribute(name), thing.value.clone()) {
                (Some(value), _) => Ok(value),
                _ if is_lookup || thing.method(name).is_some() => Ok(bound(&shared, name)),
                // What its value can do.
                (None, Some(Py::Str(_))) if !methods::is_of_text(name) => Err(thing.lacks(name)),
                (None, Some(value)) => self.attribute_of(value, name).await,
                (None, None) => Err(thing.lacks(name)),
            };
        }
        let object = match &*shared.lock() {
            Held::Object(held) => {
                if let Some((_, value)) = held.attributes.iter().find(|(known, _)| known == name) {
                    return Ok(value.clone());
                }
                // A field's own value needs no more than a look.
                let record = held.object.record();
                let field = record.model().field_index(name).map(|place| &record.model().fields[place]);
                let is_loaded = !held.object.deferred.contains(name);
                if let Some(field) = field.filter(|field| field.relation.is_none() && is_loaded && field.name == name) {
                    return Py::from_value(held.object.field(&field.name)).shared();
                }
                held.object.clone()
            }
            Held::Rows(rows) => match name {
                "query" => return Ok(Py::QuerySet(Box::new(rows.set.clone()))),
                "model" => return Ok(Py::Model(rows.set.label.clone())),
                _ => return Ok(bound(&shared, name)),
            },
            Held::Cursor(cursor) => return Ok(cursor.attribute(name).unwrap_or_else(|| bound(&shared, name))),
            Held::Exception(error) if name == "args" => return Ok(Py::tuple(vec![Py::Str(error.to_string())])),
            Held::Function(function) if name == "__name__" => return Ok(Py::Str(function.name.clone())),
            _ => return Ok(bound(&shared, name)),
        };
        if name == "__class__" {
            return Ok(Py::Model(object.label().to_owned()));
        }
        if name == "_meta" {
            return self.options(object.label());
        }
        if name == "__dict__" {
            return Py::dict(object.fields().into_iter().map(|(name, value)| (Py::Str(name), value)));
        }
        let value = self.attribute_later(Py::Object(Box::new(object)), name).await?;
        Ok(match value {
            Py::Method(_) if methods::is_of_objects(name) => bound(&shared, name),
            Py::Method(_) => {
                let known = crate::complete::attributes(self.models, &shared_label(&shared));
                let hint = embellie_core::did_you_mean(name, known.iter().map(|(name, _)| name.as_str()));
                let of = shared.type_name();
                let message = format!("'{of}' object has no attribute '{name}'{hint}");
                return Err(Error::python("AttributeError", message));
            }
            // The same object every time, as in Django.
            Py::Object(_) => {
                let related = value.shared()?;
                if let Held::Object(held) = &mut *shared.lock() {
                    held.attributes.push((name.to_owned(), related.clone()));
                }
                related
            }
            value => value.shared()?,
        })
    }

    /// What a call gives.
    pub(super) fn invoke<'s>(
        &'s self,
        run: &'s Run<'_>,
        function: Py,
        arguments: Arguments,
    ) -> BoxFuture<'s, Result<Py>> {
        Box::pin(async move {
            let function = match function {
                Py::Shared(shared) => {
                    let enumeration = Py::Shared(shared.clone()).as_thing().filter(|thing| thing.members.is_some());
                    if let Some(enumeration) = enumeration {
                        let [value] = arguments.bind("Choices", ["value"])?;
                        return enumeration.member_of(&crate::arguments::required("Choices", "value", value)?);
                    }
                    let known = match &*shared.lock() {
                        Held::Function(known) => std::sync::Arc::clone(known),
                        _ => {
                            return Err(Error::type_error(format!("'{}' object is not callable", shared.type_name())));
                        }
                    };
                    return self.call_function(run, &known, arguments).await;
                }
                other => other,
            };
            if let Py::Name(name) = function
                && let Some(known) = builtin::find(name)
            {
                return builtin::call(self, run, known, arguments).await;
            }
            if let Py::Method(method) = &function {
                let (of, name) = (&method.0, method.1.as_str());
                run.check_write(of, name)?;
                let arguments = match methods::call(self, run, of, name, arguments).await? {
                    Ok(value) => return Ok(value),
                    Err(arguments) => arguments,
                };
                let (of, name) = (of.clone(), name.to_owned());
                return self.call_queries(run, Py::Method(Box::new((of, name))), arguments).await;
            }
            self.call_queries(run, function, arguments).await
        })
    }

    /// A call of what queries are made of.
    async fn call_queries(&self, run: &Run<'_>, function: Py, arguments: Arguments) -> Result<Py> {
        let mut plain = Arguments::default();
        for value in arguments.positional {
            plain.positional.push(value.plain()?);
        }
        for (name, value) in arguments.keywords {
            plain.keywords.push((name, value.plain()?));
        }
        let value = self.call_later(function.plain()?, plain).await?;
        self.checked(run, value)?.shared()
    }

    /// What an operator makes of two values.
    pub(super) fn combined(&self, run: &Run<'_>, op: ast::Operator, left: Py, right: Py) -> Result<Py> {
        let (left, right) = (left.bare(), right.bare());
        match arithmetic::binary(run, op, &left, &right)? {
            Some(value) => Ok(value),
            None => {
                let (left, right) = crate::evaluate::before(op, left.plain()?, right.plain()?, self.models);
                let value = crate::evaluate::binary(op, left, right)?;
                self.checked(run, value)?.shared()
            }
        }
    }

    /// Refuses expressions and queries that are nested too deeply, or too large, before they are used any further.
    fn checked(&self, run: &Run<'_>, value: Py) -> Result<Py> {
        const LEVELS: u32 = 100;
        let too_deep = match &value {
            Py::Expr(expr) => expr.is_deeper_than(LEVELS),
            Py::Q(condition) => condition.is_deeper_than(LEVELS),
            Py::QuerySet(set) => set.query.is_deeper_than(LEVELS),
            _ => return Ok(value),
        };
        if too_deep {
            return Err(Error::python("RecursionError", format!("the query is nested more than {LEVELS} deep")));
        }
        let mut size = Size { left: 1 << 20 };
        let fits = match &value {
            Py::Expr(expr) => std::fmt::write(&mut size, format_args!("{expr:?}")),
            Py::Q(condition) => std::fmt::write(&mut size, format_args!("{condition:?}")),
            Py::QuerySet(set) => std::fmt::write(&mut size, format_args!("{:?}", set.query)),
            _ => Ok(()),
        };
        if fits.is_err() {
            return Err(Error::python("MemoryError", "the query is too large"));
        }
        // What is written of it is some times longer than what it takes in memory.
        run.charge(((1 << 20) - size.left) / 16)?;
        Ok(value)
    }

    /// An item of a value.
    pub(super) fn item_of<'s>(&'s self, run: &'s Run<'_>, of: Py, index: Py) -> BoxFuture<'s, Result<Py>> {
        Box::pin(async move {
            if let Some(thing) = of.as_thing() {
                return match (&thing.members, index.clone().bare()) {
                    (Some(_), Py::Str(name)) => thing.member_named(&name),
                    (None, _) if thing.value.is_some() => self.item_of(run, of.bare(), index).await,
                    _ => Err(Error::type_error(format!("'{}' object is not subscriptable", thing.type_name))),
                };
            }
            match methods::item(&of, &index)? {
                Some(value) => Ok(value),
                None => {
                    // Rows that were read already are not read again.
                    if let Some(rows) = of.as_shared().and_then(known_rows) {
                        return self.item_of(run, Py::list(rows), index).await;
                    }
                    let missing = if let Py::Shared(shared) = &of { methods::missing(shared, &index)? } else { None };
                    if let Some((shared, make)) = missing {
                        let value = self.invoke(run, make, Arguments::default()).await?;
                        if let Held::Dict(dict) = &mut *shared.lock() {
                            dict.insert(index, value.clone())?;
                        }
                        return Ok(value);
                    }
                    self.item_later(of.plain()?, index.plain()?).await?.shared()
                }
            }
        })
    }

    /// Whether Python takes a value for true; a query set is read for it.
    pub(super) async fn is_true(&self, run: &Run<'_>, value: &Py) -> Result<bool> {
        match value {
            Py::Shared(shared) => match shared.is_true() {
                Some(known) => Ok(known),
                None => Ok(!self.rows_of(run, value).await?.is_empty()),
            },
            Py::Delta(value) => Ok(!value.is_zero()),
            Py::Method(bound) if self.depth > 0 => Err(unknown_attribute(bound)),
            value => Ok(value.is_true()),
        }
    }

    /// The elements of what can be iterated over. The rows of a query set are read once.
    pub(crate) async fn rows_of(&self, run: &Run<'_>, value: &Py) -> Result<Vec<Py>> {
        let shared = match value {
            Py::Shared(shared) => shared,
            Py::Manager(_) => return Err(Error::type_error("'Manager' object is not iterable")),
            Py::Related(_) => return Err(Error::type_error("'RelatedManager' object is not iterable")),
            Py::Raw(raw) => match self.raw(raw).await? {
                Py::List(rows) => return rows.into_iter().map(Py::shared).collect(),
                other => return other.into_elements(),
            },
            other => return other.clone().into_elements(),
        };
        let set = match &mut *shared.lock() {
            Held::Thing(thing) if let Some(members) = &thing.members => {
                return Ok(members.iter().map(|(_, member)| member.clone()).collect());
            }
            Held::Cursor(cursor) => return Ok(cursor.take_rows()),
            Held::List(values) | Held::Tuple(values) => return Ok(values.clone()),
            Held::Set(values) => return Ok(values.values().cloned().collect()),
            Held::Dict(dict) => return Ok(dict.items.values().map(|(key, _)| key.clone()).collect()),
            Held::Rows(rows) => match &rows.read {
                Some(read) => return Ok(read.clone()),
                None => rows.set.clone(),
            },
            _ => return Err(Error::type_error(format!("'{}' object is not iterable", value_type(value)))),
        };
        let most = run.limits.rows;
        let wanted = set.query.slice.limit;
        let bounded = match wanted.is_some_and(|limit| limit <= most) {
            true => set,
            false => set.sliced(Some(0), Some(i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1)))?,
        };
        let rows = read(&bounded, self).await?;
        if rows.len() as u64 > most {
            return Err(Error::python(
                "MemoryError",
                format!("the query set gives more than {most} rows: take a slice of it, or let the database compute"),
            ));
        }
        run.charge_elements(rows.len().saturating_mul(4))?;
        let rows: Vec<Py> = rows.into_iter().map(Py::shared).collect::<Result<_>>()?;
        if let Held::Rows(known) = &mut *shared.lock() {
            known.read = Some(rows.clone());
        }
        Ok(rows)
    }

    /// What a comprehension makes: its elements, or its keys and values.
    async fn comprehension(
        &self,
        run: &Run<'_>,
        generators: &[ast::Comprehension],
        element: &ast::Expr,
        value: Option<&ast::Expr>,
    ) -> Result<Vec<(Py, Py)>> {
        let _frame = run.open(Frame::default());
        let mut made = Vec::new();
        self.generated(run, generators, element, value, &mut made).await?;
        Ok(made)
    }

    fn generated<'s>(
        &'s self,
        run: &'s Run<'_>,
        generators: &'s [ast::Comprehension],
        element: &'s ast::Expr,
        value: Option<&'s ast::Expr>,
        made: &'s mut Vec<(Py, Py)>,
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async move {
            let Some((first, rest)) = generators.split_first() else {
                run.charge_elements(1)?;
                let key = self.value(element).await?;
                let value = match value {
                    Some(value) => self.value(value).await?,
                    None => Py::None,
                };
                made.push((key, value));
                return Ok(());
            };
            let over = self.value(&first.iter).await?;
            'rows: for row in self.rows_of(run, &over).await? {
                if run.step()? {
                    turn().await;
                }
                self.assign_inner(run, &first.target, row)?;
                for test in &first.ifs {
                    let test = self.value(test).await?;
                    if !self.is_true(run, &test).await? {
                        continue 'rows;
                    }
                }
                self.generated(run, rest, element, value, made).await?;
            }
            Ok(())
        })
    }

    /// Lets the names of a comprehension hold a value.
    fn assign_inner(&self, run: &Run<'_>, target: &ast::Expr, value: Py) -> Result<()> {
        match target {
            ast::Expr::Name(name) => run.set_inner(name.id.as_str(), value),
            ast::Expr::Tuple(ast::ExprTuple { elts, .. }) | ast::Expr::List(ast::ExprList { elts, .. }) => {
                for (target, value) in elts.iter().zip(super::assign::unpacked(&value, elts)?) {
                    let target = match target {
                        ast::Expr::Starred(starred) => &starred.value,
                        other => other,
                    };
                    self.assign_inner(run, target, value)?;
                }
            }
            _ => return Err(Error::python("SyntaxError", "a comprehension gives its values to names")),
        }
        Ok(())
    }

    async fn compared(&self, run: &Run<'_>, op: ast::CmpOp, left: &Py, right: &Py) -> Result<bool> {
        use ast::CmpOp as C;
        if let (Py::Method(bound), _) | (_, Py::Method(bound)) = (left, right)
            && self.depth > 0
        {
            return Err(unknown_attribute(bound));
        }
        Ok(match op {
            C::Is => compare::is_same(left, right),
            C::IsNot => !compare::is_same(left, right),
            C::In => self.is_in(run, left, right).await?,
            C::NotIn => !self.is_in(run, left, right).await?,
            C::Eq => compare::equal(left, right)?,
            C::NotEq => !compare::equal(left, right)?,
            C::Lt => compare::order(left, right, "<")?.is_some_and(std::cmp::Ordering::is_lt),
            C::LtE => compare::order(left, right, "<=")?.is_some_and(std::cmp::Ordering::is_le),
            C::Gt => compare::order(left, right, ">")?.is_some_and(std::cmp::Ordering::is_gt),
            C::GtE => compare::order(left, right, ">=")?.is_some_and(std::cmp::Ordering::is_ge),
        })
    }

    async fn is_in(&self, run: &Run<'_>, value: &Py, of: &Py) -> Result<bool> {
        if let Some(known) = compare::contains(of, value)? {
            return Ok(known);
        }
        for element in self.rows_of(run, of).await? {
            if compare::equal(&element, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The text of an f-string.
    async fn interpolated(&self, run: &Run<'_>, text: &ast::ExprFString) -> Result<Py> {
        let mut made = String::new();
        for part in text.value.as_slice() {
            match part {
                ast::FStringPart::Literal(literal) => made.push_str(literal.as_str()),
                ast::FStringPart::FString(parts) => self.interpolate(run, &parts.elements, &mut made).await?,
            }
        }
        run.charge(made.len())?;
        Ok(Py::Str(made))
    }

    fn interpolate<'s>(
        &'s self,
        run: &'s Run<'_>,
        elements: &'s ast::InterpolatedStringElements,
        made: &'s mut String,
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async move {
            for element in elements {
                let element = match element {
                    ast::InterpolatedStringElement::Literal(literal) => {
                        made.push_str(&literal.value);
                        continue;
                    }
                    ast::InterpolatedStringElement::Interpolation(element) => element,
                };
                let value = self.value(&element.expression).await?;
                let mut spec = String::new();
                if let Some(given) = &element.format_spec {
                    self.interpolate(run, &given.elements, &mut spec).await?;
                }
                let mut conversion = element.conversion;
                if let Some(debug) = &element.debug_text {
                    made.push_str(&format!("{}{}{}", debug.leading(), debug.expression(), debug.trailing()));
                    if conversion == ast::ConversionFlag::None && element.format_spec.is_none() {
                        conversion = ast::ConversionFlag::Repr;
                    }
                }
                let value = match conversion {
                    ast::ConversionFlag::None => value,
                    ast::ConversionFlag::Str => Py::Str(self.text(run, &value).await?),
                    ast::ConversionFlag::Repr | ast::ConversionFlag::Ascii => Py::Str(self.repr(run, &value).await?),
                };
                let shown = match value {
                    Py::Shared(_) if spec.is_empty() => self.text(run, &value).await?,
                    value => format::formatted(&value, &spec)?,
                };
                run.charge(shown.len())?;
                made.push_str(&shown);
            }
            Ok(())
        })
    }

    async fn lambda(&self, run: &Run<'_>, lambda: &ast::ExprLambda) -> Result<Py> {
        let parameters = lambda.parameters.as_deref();
        let body = function::Body::Expression(lambda.body.as_ref().clone());
        self.function(run, "<lambda>", parameters, body).await
    }
}

/// Counts what is written, up to a limit.
struct Size {
    left: usize,
}

impl std::fmt::Write for Size {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.left = self.left.checked_sub(text.len()).ok_or(std::fmt::Error)?;
        Ok(())
    }
}

fn shared_label(shared: &Shared) -> String {
    match &*shared.lock() {
        Held::Object(kept) => kept.object.label().to_owned(),
        _ => String::new(),
    }
}

/// A method of a value.
pub(super) fn bound(of: &Shared, name: &str) -> Py {
    Py::Method(Box::new((Py::Shared(of.clone()), name.to_owned())))
}

/// The rows of a query set that were read.
pub(super) fn known_rows(shared: &Shared) -> Option<Vec<Py>> {
    match &*shared.lock() {
        Held::Rows(rows) => rows.read.clone(),
        _ => None,
    }
}

/// The name of a value's type.
pub(super) fn value_type(value: &Py) -> String {
    match value {
        Py::Shared(shared) => shared.type_name(),
        other => other.type_name().to_owned(),
    }
}

/// In a method of a project's own: what an object was given when it was made is not known.
fn unknown_attribute(bound: &(Py, String)) -> Error {
    Error::Unknown(format!("the attribute '{}' of a {} is not known", bound.1, bound.0.type_name()))
}
