//! Classes and enumerations.

use std::rc::Rc;

use ruff_python_ast as ast;

use super::statement::enclosing;
use super::{Frame, Interpreter, linearize};
use crate::Py;
use crate::models::python::django;
use crate::models::python::value::{Class, EnumMember, Given, Link, Names, Place, Text, Val};

impl Interpreter {
    pub(super) fn class(&mut self, class: &ast::StmtClassDef, frame: &mut Frame) -> Val {
        let place = frame.module.place(class.range.start().to_u32());
        let given = class.arguments.as_ref().map(|arguments| self.given(arguments, frame)).unwrap_or_default();
        let mut bases = Vec::new();
        for base in &given.args {
            let base = self.follow(base.clone());
            bases.push(match &base {
                Val::Class(class) => Link::Read(Rc::clone(class)),
                Val::Outside(name) => Link::Outside(name.clone()),
                _ => Link::Outside("?".into()),
            });
        }
        let attrs = Rc::new(Names::default());
        let mut within = Frame {
            module: Rc::clone(&frame.module),
            around: enclosing(frame),
            own: Some(Rc::clone(&attrs)),
            in_class: true,
            this: None,
        };
        self.block(&class.body, &mut within);
        let made = self.make_class(class.name.as_str(), frame.module.name.clone(), place, bases, attrs, None);
        Val::Class(made)
    }

    pub(super) fn make_class(
        &mut self,
        name: &str,
        module: Text,
        place: Place,
        bases: Vec<Link>,
        attrs: Rc<Names>,
        rows: Option<Rc<Class>>,
    ) -> Rc<Class> {
        let above = linearize(&bases);
        let class =
            Rc::new(Class { name: name.into(), module, place, above, bases, attrs, is_abstract: false.into(), rows });
        if class.outside().any(|name| django::is_enumeration(name)) {
            self.enumerate(&class);
        }
        let is_known = django::is_model(&class);
        // What extends a model of a package that is not there is one too, as far as its own fields go.
        let is_likely = !is_known
            && class.outside().any(|name| django::is_named_like_a_model(name))
            && class.attrs.all().iter().any(|(_, value)| match value {
                Val::Object(object) => object.outside().iter().any(|name| django::is_any_field(name)),
                _ => false,
            });
        if is_likely {
            self.doubtful.push(Rc::clone(&class));
        }
        if is_known || (is_likely && class.outside().all(|name| &**name != "?")) {
            // As in Django, what is abstract is not inherited.
            if let Some(Val::Class(meta)) = class.attrs.get("Meta")
                && meta.find("abstract").is_some_and(|(value, _)| value.truth() == Some(true))
            {
                class.is_abstract.set(true);
                meta.attrs.set("abstract", Val::bool(false));
            }
            self.models.push(Rc::clone(&class));
        }
        class
    }

    /// Makes members of an enumeration's attributes.
    fn enumerate(&mut self, class: &Rc<Class>) {
        let labelled = class.outside().any(|name| django::name(name).is_some_and(|name| name.ends_with("Choices")));
        let texts = class.outside().any(|name| name.ends_with("TextChoices") || name.ends_with("StrEnum"));
        let numbers = class.outside().any(|name| name.ends_with("IntegerChoices") || name.ends_with("IntEnum"));
        let mut count = 0;
        for (name, value) in class.attrs.all() {
            if name.starts_with('_')
                || matches!(value, Val::Function(_) | Val::Class(_) | Val::Member(_) | Val::Later(_))
            {
                continue;
            }
            let mut value = value;
            let mut label = None;
            if labelled && let Val::Tuple(parts) = &value {
                let parts = parts.to_vec();
                if let Some((last, rest)) = parts.split_last()
                    && let Some(text) = last.as_text()
                {
                    label = Some(text);
                    value = match rest {
                        [one] => one.clone(),
                        several => self.of_type(class, several),
                    };
                }
            }
            if let Val::Object(object) = &value
                && matches!(&object.class, Val::Outside(name) if name.ends_with("enum.auto"))
            {
                value = if texts { Val::text(&name.to_lowercase()) } else { Val::int(count + 1) };
                if texts && labelled {
                    value = Val::text(&name);
                }
            }
            if numbers && let Some(number) = value.as_text().and_then(|text| text.parse::<i128>().ok()) {
                value = Val::Py(Py::Int(number));
            }
            count = match value.as_int().and_then(|value| usize::try_from(value).ok()) {
                Some(value) => value,
                None => count + 1,
            };
            let label = label.unwrap_or_else(|| title(&name));
            let member = EnumMember { name: name.clone(), value, label: label.as_str().into() };
            class.attrs.set(&name, Val::Member(Rc::new(member)));
        }
    }

    /// A value of the type that an enumeration extends besides: `class Moon(datetime.date, Choices)`.
    fn of_type(&mut self, class: &Rc<Class>, parts: &[Val]) -> Val {
        let kind = class.bases.iter().find_map(|base| match base {
            Link::Outside(name) if !django::is_enumeration(name) => Some(name.clone()),
            _ => None,
        });
        let Some(kind) = kind else { return Val::tuple(parts.to_vec()) };
        let given = Given { args: parts.to_vec(), ..Given::default() };
        self.call(Val::Outside(kind), given, &class.place)
    }
}

/// What an enumeration tells of its members: `choices`, `values`, `labels`, `names`.
pub(super) fn told(class: &Rc<Class>, what: &str) -> Val {
    let Some(members) = Val::Class(Rc::clone(class)).elements() else { return Val::Unknown };
    let members: Vec<Rc<EnumMember>> = members
        .into_iter()
        .filter_map(|member| match member {
            Val::Member(member) => Some(member),
            _ => None,
        })
        .collect();
    let empty = class.attrs.get("__empty__").and_then(|label| label.as_text());
    let empty = empty.as_deref();
    let first = |value: fn(&str) -> Val| empty.map(value).into_iter().collect::<Vec<Val>>();
    let all = |first: Vec<Val>, each: &dyn Fn(&Rc<EnumMember>) -> Val| {
        Val::list(first.into_iter().chain(members.iter().map(each)).collect())
    };
    match what {
        "choices" => all(first(|label| Val::tuple(vec![Val::none(), Val::text(label)])), &|member| {
            Val::tuple(vec![member.value.clone(), Val::text(&member.label)])
        }),
        "values" => all(first(|_| Val::none()), &|member| member.value.clone()),
        "labels" => all(first(Val::text), &|member| Val::text(&member.label)),
        "names" => all(first(|_| Val::text("__empty__")), &|member| Val::text(&member.name)),
        _ => Val::Unknown,
    }
}

/// A member's name as people read it: `IN_PROGRESS` is `In Progress`.
fn title(name: &str) -> String {
    let mut words = String::new();
    let mut begins = true;
    for c in name.chars() {
        let c = if c == '_' { ' ' } else { c };
        if begins {
            words.extend(c.to_uppercase())
        } else {
            words.extend(c.to_lowercase())
        }
        begins = !c.is_alphabetic();
    }
    words
}
