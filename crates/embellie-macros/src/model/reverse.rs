//! The ways back of a model's relations: traits, so that they work across crates.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::field::{Field, Kind};
use super::{Model, meta};
use crate::tokens::{ident, plain};

/// The names of the ways back, by the relation's place; empty where there is none.
pub(crate) fn names(model: &Model) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (place, field) in model.columns().chain(model.links()) {
        if let Some(name) = query_name(model, field) {
            names.resize(place, String::new());
            names.push(name);
        }
    }
    names
}

/// The name of a relation's way back in queries, as Django makes it; `None` when there is none.
fn query_name(model: &Model, field: &Field) -> Option<String> {
    let class = model.name().to_lowercase();
    let options = &field.options;
    let own = matches!(&field.kind, Kind::Link { target } if leads_to_itself(model, target));
    if matches!(field.kind, Kind::Plain) || (own && options.symmetrical != Some(false)) {
        return None;
    }
    let name = options
        .related_query_name
        .as_ref()
        .or(options.related_name.as_ref())
        .or(model.options.default_related_name.as_ref());
    let Some(name) = name else { return Some(class) };
    let app = meta::app(model).to_lowercase();
    let name = name.replace("%(class)s", &class).replace("%(model_name)s", &class).replace("%(app_label)s", &app);
    syn::parse_str::<syn::Ident>(&name).is_ok().then_some(name)
}

fn leads_to_itself(model: &Model, target: &syn::Type) -> bool {
    match target {
        syn::Type::Path(path) => path.path.is_ident("Self") || path.path.is_ident(model.ident()),
        _ => false,
    }
}

/// `PostAuthorReverse`, with `User::posts()`, and `PostAuthorReversePath`, with `….posts()` on paths.
pub(crate) fn traits(model: &Model) -> TokenStream {
    let (name, vis) = (model.ident(), &model.item.vis);
    let mut traits = TokenStream::new();
    for (place, field) in model.columns().chain(model.links()) {
        let (Some(query_name), Some(target)) = (query_name(model, field), field.target()) else { continue };
        let method = ident(&query_name, field.ident.span());
        let of = format_ident!("{}{}Reverse", plain(name), camel(&field.name));
        let path = format_ident!("{}Path", of);
        let doc = format!("`{query_name}`: the way back of `{}.{}`.", model.name(), field.name);
        let path_doc = format!("`{query_name}` on paths: the way back of `{}.{}`.", model.name(), field.name);
        let method_doc = format!("The path to what `{}.{}` leads back to.", model.name(), field.name);
        traits.extend(quote! {
            #[doc = #doc]
            #[allow(dead_code, unreachable_pub, private_bounds, private_interfaces)]
            #vis trait #of: Sized {
                #[doc = #method_doc]
                fn #method() -> ::embellie::typed::Rel<
                    ::embellie::typed::Back<::embellie::typed::Root<Self>, #name, #place>, #name
                > {
                    ::embellie::typed::Rel::NEW
                }
            }
            impl #of for #target {}

            #[doc = #path_doc]
            #[allow(dead_code, unreachable_pub, private_bounds, private_interfaces)]
            #vis trait #path<__P>: Sized {
                #[doc = #method_doc]
                fn #method(self) -> ::embellie::typed::Rel<::embellie::typed::Back<__P, #name, #place>, #name> {
                    ::embellie::typed::Rel::NEW
                }
            }
            impl<__P> #path<__P> for ::embellie::typed::Rel<__P, #target> {}
        });
    }
    traits
}

/// `parent_category` as `ParentCategory`.
fn camel(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}
