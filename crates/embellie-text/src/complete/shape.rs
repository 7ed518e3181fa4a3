//! What kind of value an expression gives, told from its text alone.

use ruff_python_ast as ast;

use super::{Knowledge, REFINING};
use crate::{Py, parse};

/// What kind of value an expression gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    Model(String),
    Manager(String),
    Related(String),
    Rows(String),
    Object(String),
    Text,
    List,
    Dict,
    Expression,
    Module(&'static [&'static str]),
    Other,
}

impl Shape {
    /// The shape of a value without parts that change.
    pub(crate) fn of(value: &Py) -> Shape {
        match value {
            Py::Model(label) => Shape::Model(label.clone()),
            Py::Manager(manager) => Shape::Manager(manager.label.clone()),
            Py::Related(related) => Shape::Related(related.label.clone()),
            Py::QuerySet(set) => Shape::Rows(set.label.clone()),
            Py::Object(object) => Shape::Object(object.label().to_owned()),
            Py::Str(_) => Shape::Text,
            Py::List(_) | Py::Tuple(_) | Py::Set(_) => Shape::List,
            Py::Dict(_) => Shape::Dict,
            Py::Expr(_) => Shape::Expression,
            _ => Shape::Other,
        }
    }
}

impl Knowledge {
    /// The shape of an expression.
    pub(super) fn shape_of_text(&self, text: &str) -> Shape {
        parse::parse(text).map_or(Shape::Other, |tree| self.shape(&tree))
    }

    fn shape(&self, tree: &ast::Expr) -> Shape {
        match tree {
            ast::Expr::Name(name) => self.named(name.id.as_str()),
            ast::Expr::StringLiteral(_) | ast::Expr::FString(_) => Shape::Text,
            ast::Expr::List(_) | ast::Expr::ListComp(_) => Shape::List,
            ast::Expr::Dict(_) | ast::Expr::DictComp(_) => Shape::Dict,
            ast::Expr::Attribute(attribute) => self.attribute(&self.shape(&attribute.value), attribute.attr.as_str()),
            ast::Expr::Call(call) => match &*call.func {
                ast::Expr::Attribute(attribute) => self.called(self.shape(&attribute.value), attribute.attr.as_str()),
                ast::Expr::Name(name) => match self.named(name.id.as_str()) {
                    Shape::Model(label) => Shape::Object(label),
                    _ => match name.id.as_str() {
                        "F" | "Value" | "Count" | "Sum" | "Avg" | "Min" | "Max" | "Lower" | "Upper" => {
                            Shape::Expression
                        }
                        "str" | "repr" => Shape::Text,
                        "list" | "sorted" | "set" | "tuple" => Shape::List,
                        "dict" => Shape::Dict,
                        _ => Shape::Other,
                    },
                },
                _ => Shape::Other,
            },
            ast::Expr::Subscript(subscript) => match (self.shape(&subscript.value), &*subscript.slice) {
                (Shape::Rows(label), ast::Expr::Slice(_)) => Shape::Rows(label),
                (Shape::Rows(label), _) => Shape::Object(label),
                (Shape::Text, _) => Shape::Text,
                _ => Shape::Other,
            },
            _ => Shape::Other,
        }
    }

    fn named(&self, name: &str) -> Shape {
        if let Some(shape) = self.variable(name) {
            return shape.clone();
        }
        if let Some(label) = self.models().label_of(name) {
            return Shape::Model(label.to_owned());
        }
        match name {
            "timezone" => Shape::Module(&["now", "localdate"]),
            "transaction" => Shape::Module(&["atomic"]),
            "datetime" => Shape::Module(&["date", "datetime", "time", "timedelta", "timezone"]),
            "math" => Shape::Module(&["ceil", "floor", "sqrt"]),
            "json" => Shape::Module(&["dumps", "loads"]),
            _ => Shape::Other,
        }
    }

    fn attribute(&self, of: &Shape, name: &str) -> Shape {
        match of {
            Shape::Model(label) if self.models().managers(label).iter().any(|known| known == name) => {
                Shape::Manager(label.clone())
            }
            Shape::Object(label) => super::path::related(self.models(), label, name),
            _ => Shape::Other,
        }
    }

    fn called(&self, of: Shape, method: &str) -> Shape {
        let label = match of {
            Shape::Manager(label) | Shape::Rows(label) | Shape::Related(label) => label,
            Shape::Text => return if method == "split" { Shape::List } else { Shape::Text },
            _ => return Shape::Other,
        };
        match method {
            "get" | "first" | "last" | "earliest" | "latest" | "create" => Shape::Object(label),
            "aggregate" | "in_bulk" => Shape::Dict,
            "bulk_create" => Shape::List,
            "explain" => Shape::Text,
            method if REFINING.contains(&method) => Shape::Rows(label),
            _ => Shape::Other,
        }
    }
}
