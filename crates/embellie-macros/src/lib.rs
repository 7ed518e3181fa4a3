//! The macros of embellie. They are documented where they are used from: in the crate `embellie`.

mod choices;
mod derive_row;
mod model;
mod new;
mod options;
mod query;
mod row;
mod set;
mod tokens;

use proc_macro::TokenStream;

/// Makes a struct a model.
#[proc_macro_attribute]
pub fn model(options: TokenStream, item: TokenStream) -> TokenStream {
    model::expand(options.into(), item.into()).into()
}

/// Writes a condition with Django's keywords.
#[proc_macro]
pub fn q(input: TokenStream) -> TokenStream {
    query::expand(input.into()).into()
}

/// Writes what an update sets.
#[proc_macro]
pub fn set(input: TokenStream) -> TokenStream {
    set::expand(input.into()).into()
}

/// Writes a row with named values.
#[proc_macro]
pub fn row(input: TokenStream) -> TokenStream {
    row::expand(input.into()).into()
}

/// Makes a new object.
#[proc_macro]
pub fn new(input: TokenStream) -> TokenStream {
    new::expand(input.into()).into()
}

/// Makes an enum a field type whose variants are the field's choices.
#[proc_macro_derive(Choices, attributes(choice))]
pub fn choices(item: TokenStream) -> TokenStream {
    choices::expand(item.into()).into()
}

/// Makes a struct one that rows are read into.
#[proc_macro_derive(Row, attributes(row))]
pub fn derive_row(item: TokenStream) -> TokenStream {
    derive_row::expand(item.into()).into()
}
