//! What a model expands to.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::field::{Field, Kind};
use super::{Key, Model, here, key, meta, reverse};
use crate::query::binding;
use crate::tokens::{ident, plain};

pub(crate) fn emit(model: &Model) -> TokenStream {
    let structure = structure(model);
    let reverse = reverse::traits(model);
    let paths = paths(model);
    let instance = instance(model);
    let new = new(model);
    let name = model.ident();
    quote! {
        #structure
        #[allow(warnings, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        const _: () = {
            use ::embellie::__private as __e;
            #paths
            #instance
            #new
            __e::inventory::submit! { __e::Declaration(<#name as __e::Model>::meta) }
        };
        #reverse
    }
}

/// The struct itself, with `id` and what is known of its row.
fn structure(model: &Model) -> TokenStream {
    let (attrs, vis, name) = (&model.item.attrs, &model.item.vis, model.ident());
    let derives = missing_derives(model);
    let id = model.adds_id.then(|| {
        quote! {
            /// The primary key, which the database counts up.
            pub id: i64,
        }
    });
    let fields = model.fields.iter().map(|Field { attrs, vis, ident, ty, .. }| quote!(#(#attrs)* #vis #ident: #ty));
    let state = quote_spanned!(here()=>
        #[doc(hidden)]
        pub _state: ::embellie::model::State
    );
    quote! {
        #(#attrs)*
        #derives
        #vis struct #name {
            #id
            #(#fields,)*
            #state
        }
    }
}

/// `Clone` and `Debug`, unless they are derived already.
fn missing_derives(model: &Model) -> TokenStream {
    let mut derived = Vec::new();
    for attribute in model.item.attrs.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let _ = attribute.parse_nested_meta(|meta| {
            derived.extend(meta.path.segments.last().map(|segment| segment.ident.to_string()));
            Ok(())
        });
    }
    let missing: Vec<TokenStream> = [("Clone", quote!(::core::clone::Clone)), ("Debug", quote!(::core::fmt::Debug))]
        .into_iter()
        .filter(|(name, _)| !derived.iter().any(|derived| derived == name))
        .map(|(_, path)| path)
        .collect();
    match missing.is_empty() {
        true => TokenStream::new(),
        false => quote!(#[derive(#(#missing),*)]),
    }
}

/// A path from the model: its name, and its type at the end of a trail.
struct Member {
    ident: Ident,
    doc: String,
    /// Its type at the end of a trail.
    ty: Box<dyn Fn(&TokenStream) -> TokenStream>,
    /// Its only value.
    value: TokenStream,
}

fn nullability(null: bool) -> TokenStream {
    if null { quote!(__e::Nullable) } else { quote!(__e::NotNull) }
}

/// What a foreign key holds: the primary key, or the field that `to_field` names.
pub(super) fn key_kind(field: &Field) -> TokenStream {
    match &field.options.to_field {
        None => quote!(__e::PrimaryKey),
        Some(name) => {
            let hash = meta::hash(name);
            quote!(__e::ToField<#hash>)
        }
    }
}

fn relation_type(
    target: syn::Type,
    place: usize,
    null: bool,
    key: TokenStream,
) -> Box<dyn Fn(&TokenStream) -> TokenStream> {
    let null = nullability(null);
    Box::new(move |trail| quote!(__e::Rel<__e::Via<#trail, #target, #place, #null, #key>, #target>))
}

/// All paths of a model, with the names they have in queries.
fn members(model: &Model) -> (Vec<Member>, Vec<String>) {
    let mut members = Vec::new();
    let mut names = Vec::new();
    let add_column =
        |members: &mut Vec<Member>, ident: Ident, doc: String, ty: TokenStream, null: bool, place: usize| {
            let null = nullability(null);
            let ty: Box<dyn Fn(&TokenStream) -> TokenStream> =
                Box::new(move |trail| quote_spanned!(ty.span()=> __e::Column<#trail, #ty, #null, #place>));
            members.push(Member { ident, doc, ty, value: quote!(__e::Column::NEW) });
        };
    if model.adds_id {
        names.push("id".to_owned());
        add_column(&mut members, Ident::new("id", here()), "The primary key.".into(), quote!(i64), false, 0);
    }
    for (place, field) in model.columns().chain(model.links()) {
        names.push(field.name.clone());
        let doc = format!("The path to `{}`.", field.name);
        match &field.kind {
            Kind::Plain => {
                let base = &field.base;
                add_column(&mut members, field.ident.clone(), doc, quote!(#base), field.null, place);
            }
            Kind::Key { target, .. } => {
                let ty = relation_type(target.clone(), place, field.null, key_kind(field));
                members.push(Member { ident: field.ident.clone(), doc, ty, value: quote!(__e::Rel::NEW) });
            }
            Kind::Link { target } => {
                let ty = relation_type(target.clone(), place, true, quote!(__e::PrimaryKey));
                members.push(Member { ident: field.ident.clone(), doc, ty, value: quote!(__e::Rel::NEW) });
            }
        }
    }
    for (_, field) in model.columns() {
        let (Kind::Key { target, .. }, attname) = (&field.kind, format!("{}_id", field.name)) else { continue };
        if model.fields.iter().any(|other| other.name == attname) {
            continue;
        }
        let (place, target, key, null) = (names.len(), target.clone(), key_kind(field), nullability(field.null));
        members.push(Member {
            ident: ident(&attname, field.ident.span()),
            doc: format!("The path to the key that `{}` holds.", field.name),
            ty: Box::new(move |trail| quote!(__e::KeyColumn<#trail, #target, #key, #null, #place>)),
            value: quote!(__e::KeyColumn::NEW),
        });
        names.push(attname);
    }
    let place = names.len();
    names.push("pk".to_owned());
    let doc = "The path to the primary key, whatever its name.".to_owned();
    let pk = Ident::new("pk", here());
    match model.key() {
        Key::Added | Key::Wrong => add_column(&mut members, pk, doc, quote!(i64), false, place),
        Key::Field(Field { kind: Kind::Key { target, .. }, .. }) => {
            let ty = relation_type(target.clone(), place, false, quote!(__e::PrimaryKey));
            members.push(Member { ident: pk, doc, ty, value: quote!(__e::Rel::NEW) });
        }
        Key::Field(field) => {
            let base = &field.base;
            add_column(&mut members, pk, doc, quote!(#base), false, place);
        }
        Key::Together(fields) => {
            let key = key::type_of(&fields);
            let ty: Box<dyn Fn(&TokenStream) -> TokenStream> =
                Box::new(move |trail| quote!(__e::CompositeKey<#trail, #key, #place>));
            members.push(Member { ident: pk, doc, ty, value: quote!(__e::CompositeKey::NEW) });
        }
    }
    (members, names)
}

/// The paths: constants of the model, and the fields at the end of any trail.
fn paths(model: &Model) -> TokenStream {
    let name = model.ident();
    let fields_name = format_ident!("{}Fields", plain(name));
    let (members, names) = members(model);
    let root = quote!(__e::Root<#name>);
    let trail = quote!(__P);
    let idents: Vec<&Ident> = members.iter().map(|member| &member.ident).collect();
    let docs: Vec<&String> = members.iter().map(|member| &member.doc).collect();
    let own: Vec<TokenStream> = members.iter().map(|member| (member.ty)(&root)).collect();
    let far: Vec<TokenStream> = members.iter().map(|member| (member.ty)(&trail)).collect();
    let values: Vec<&TokenStream> = members.iter().map(|member| &member.value).collect();
    let back = reverse::names(model);
    let decimal_places = meta::decimal_places(model);
    quote! {
        impl #name {
            #(#[doc = #docs] pub const #idents: #own = #values;)*
        }

        pub struct #fields_name<__P> {
            #(pub #idents: #far,)*
        }

        impl<__P: __e::Trail> #fields_name<__P> {
            #(pub fn #idents(&self) -> #far { #values })*
        }

        impl __e::Paths for #name {
            type Fields<__P: __e::Trail> = #fields_name<__P>;
            const NAMES: &'static [&'static str] = &[#(#names),*];
            const BACK_NAMES: &'static [&'static str] = &[#(#back),*];
            #decimal_places
            fn fields<__P: __e::Trail>() -> &'static #fields_name<__P> {
                const { &#fields_name { #(#idents: #values),* } }
            }
        }
    }
}

/// How a column is read, encoded and decoded.
struct ColumnCode {
    place: usize,
    ident: Ident,
    is_key: bool,
    read: TokenStream,
    encode: TokenStream,
    decode: TokenStream,
}

impl ColumnCode {
    fn new(place: usize, ident: &Ident, field: Option<&Field>) -> Self {
        let pointed = field.map(meta::pointed).filter(|pointed| !pointed.is_empty());
        let is_key = pointed.is_some();
        let null = field.is_some_and(|field| field.null);
        let read_key = Ident::new(if null { "key_or_null" } else { "key" }, here());
        let (read, encode, decode) = match pointed {
            None => {
                (quote!(get(#place)), quote!(encode(&self.#ident)), quote!(decode_into(&mut self.#ident, __column)))
            }
            Some(pointed) => (
                quote!(#read_key(#place, #pointed)),
                quote!(encode_key(&self.#ident, #pointed)),
                quote!(decode_key(&mut self.#ident, __column, #pointed)),
            ),
        };
        ColumnCode { place, ident: ident.clone(), is_key, read, encode, decode }
    }
}

/// The traits that the runtime works with.
fn instance(model: &Model) -> TokenStream {
    let (name, spec) = (model.ident(), meta::spec(model));
    let label = format!("{}.{}", meta::app(model), model.name());
    let id = Ident::new("id", here());
    let (key_type, key) = match model.key() {
        Key::Added => (quote!(i64), quote!(::core::result::Result::Ok(self.#id))),
        Key::Field(Field { ident, base, .. }) => {
            (quote!(#base), quote!(::core::result::Result::Ok(::core::clone::Clone::clone(&self.#ident))))
        }
        Key::Together(fields) => (key::type_of(&fields), key::value_of(&fields)),
        Key::Wrong => (quote!(i64), quote!(::core::result::Result::Ok(0))),
    };
    let int_key = match model.key() {
        Key::Added => quote!(::core::option::Option::Some(self.#id)),
        Key::Field(Field { ident, .. }) => quote!(__e::int(&self.#ident)),
        Key::Together(_) | Key::Wrong => quote!(::core::option::Option::None),
    };
    let mut columns = Vec::new();
    if model.adds_id {
        columns.push(ColumnCode::new(0, &id, None));
    }
    columns.extend(model.columns().map(|(place, field)| ColumnCode::new(place, &field.ident, Some(field))));
    let places: Vec<usize> = columns.iter().map(|column| column.place).collect();
    let idents: Vec<&Ident> = columns.iter().map(|column| &column.ident).collect();
    let locals: Vec<Ident> = places.iter().map(|place| binding(&format!("__{place}"))).collect();
    let read: Vec<&TokenStream> = columns.iter().map(|column| &column.read).collect();
    let made = columns.iter().zip(&locals).map(|(column, local)| match column.is_key {
        true => quote!(__e::FromSlot::from_slot(#local)),
        false => quote!(#local),
    });
    let (encode, decode): (Vec<_>, Vec<_>) = columns.iter().map(|column| (&column.encode, &column.decode)).collect();
    let links: Vec<(&Ident, &String)> = model.links().map(|(_, field)| (&field.ident, &field.name)).collect();
    let link_idents: Vec<&Ident> = links.iter().map(|(ident, _)| *ident).collect();
    let link_names: Vec<&String> = links.iter().map(|(_, name)| *name).collect();
    let bind = match links.is_empty() {
        true => quote!(::core::result::Result::Ok(__it)),
        false => quote!(__e::bind(__it)),
    };
    let visits = model.places().into_iter().filter_map(|(place, field)| {
        let ident = &field.ident;
        match field.kind {
            Kind::Plain => None,
            Kind::Key { .. } => Some(quote!(__e::key(#place, &mut self.#ident, __visit);)),
            Kind::Link { .. } => Some(quote!(__e::link(&mut self.#ident, __visit);)),
        }
    });
    let keys: Vec<(usize, &Field, bool)> = model
        .columns()
        .filter_map(|(place, field)| match field.kind {
            Kind::Key { one_to_one, .. } => Some((place, field, one_to_one)),
            _ => None,
        })
        .collect();
    let steps = keys.iter().map(|(place, field, _)| {
        let (name, pointed) = (&field.name, meta::pointed(field));
        quote!(#name => ::core::option::Option::Some(#pointed.step(#name, #place)),)
    });
    let follow = (!keys.is_empty()).then(|| {
        quote! {
            fn step(__name: &str) -> ::core::option::Option<__e::Step> {
                match __name {
                    #(#steps)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    });
    let singles = keys.iter().filter(|(.., one_to_one)| *one_to_one);
    let singles = singles.map(|(place, ..)| quote!(impl __e::SingleBack<#place> for #name {}));
    let unique = model.columns().filter(|(_, field)| field.options.unique || field.options.primary_key);
    let unique = unique.filter(|(_, field)| matches!(field.kind, Kind::Plain)).map(|(place, field)| {
        let (hash, ty) = (meta::hash(&field.name), &field.base);
        quote! {
            impl __e::UniqueField<#hash> for #name {
                type Type = #ty;
                const PLACE: usize = #place;
            }
        }
    });
    quote! {
        impl __e::Target for #name {
            const POINTED: __e::Pointed = __e::Pointed::primary_key::<#name>();
        }

        impl __e::Model for #name {
            type Key = #key_type;
            const LABEL: &'static str = #label;

            fn meta() -> __e::meta::ModelMeta {
                const SPEC: __e::ModelSpec = #spec;
                __e::describe(&SPEC)
            }

            #[inline]
            fn from_row(__row: &dyn __e::core::Row, __start: usize) -> __e::core::Result<Self> {
                let __reader = __e::Reader::new::<#name>(__row, __start);
                #(let ::core::option::Option::Some(#locals) = __reader.#read else {
                    return ::core::result::Result::Err(__reader.mistake());
                };)*
                let __it = #name {
                    #(#idents: #made,)*
                    #(#link_idents: __e::unbound::<#name, _>(#link_names),)*
                    _state: __e::State::SAVED,
                };
                #bind
            }

            fn field_name(__field: usize) -> &'static str {
                __e::name::<#name>(__field)
            }

            fn key(&self) -> __e::core::Result<#key_type> {
                #key
            }

            #follow
        }

        #(#singles)*

        impl __e::Instance for #name {
            fn label(&self) -> &str {
                <#name as __e::Model>::LABEL
            }

            #[inline]
            fn value(&self, __field: usize) -> __e::core::Result<__e::core::Value> {
                match __field {
                    #(#places => __e::#encode,)*
                    _ => ::core::result::Result::Ok(__e::core::Value::Null),
                }
            }

            #[inline]
            fn set_column(&mut self, __field: usize, __column: __e::core::ColumnRef<'_>) -> __e::core::Result<()> {
                match __field {
                    #(#places => __e::#decode,)*
                    _ => ::core::result::Result::Ok(()),
                }
            }

            fn int_key(&self) -> ::core::option::Option<i64> {
                #int_key
            }

            fn state(&self) -> &__e::State {
                &self._state
            }

            fn state_mut(&mut self) -> &mut __e::State {
                &mut self._state
            }

            #[inline]
            fn visit_relations(&mut self, __visit: &mut dyn ::core::ops::FnMut(__e::RelationSlot<'_>)) {
                #(#visits)*
            }
        }

        #(#unique)*
    }
}

/// What `new!` needs.
fn new(model: &Model) -> TokenStream {
    let name = model.ident();
    let given_name = format_ident!("{}Given", plain(name));
    type Columns<'m> = Vec<(usize, &'m Field)>;
    let (generated, columns): (Columns<'_>, Columns<'_>) =
        model.columns().partition(|(_, field)| field.options.generated.is_some());
    let idents: Vec<&Ident> = columns.iter().map(|(_, field)| &field.ident).collect();
    let types: Vec<&syn::Type> = columns.iter().map(|(_, field)| &field.ty).collect();
    // Whatever they hold at first, the database tells.
    let generated =
        generated.iter().map(|(_, Field { ident, .. })| quote!(#ident: ::core::default::Default::default()));
    let mut required = Vec::new();
    let mut values = Vec::new();
    for (place, field) in &columns {
        let Field { ident, name: field_name, options, ty, .. } = field;
        values.push(if let Some(default) = &options.default {
            quote_spanned!(default.span()=> #ident: match __given.#ident {
                ::core::option::Option::Some(__value) => __value,
                ::core::option::Option::None => __e::IntoField::<#ty>::into_field(#default),
            })
        } else if options.db_default.is_some() {
            quote!(#ident: __e::left(__given.#ident, #place, &mut __state))
        } else if field.null || field.is_auto() || options.auto_now || options.auto_now_add {
            quote!(#ident: __given.#ident.unwrap_or_default())
        } else {
            let message = format!("`new!` lacks the field `{field_name}` of `{}`", model.name());
            required.push(quote!((#field_name, #message)));
            quote!(#ident: __e::required(__given.#ident))
        });
    }
    let links = model.links().map(|(_, field)| {
        let (ident, link) = (&field.ident, &field.name);
        quote!(#ident: __e::unbound::<#name, _>(#link))
    });
    let (id_field, id_blank, id_value) = match model.adds_id {
        true => (
            quote!(pub id: ::core::option::Option<i64>,),
            quote!(id: ::core::option::Option::None,),
            quote!(id: __given.id.unwrap_or_default(),),
        ),
        false => Default::default(),
    };
    quote! {
        pub struct #given_name {
            #id_field
            #(pub #idents: ::core::option::Option<#types>,)*
        }

        impl __e::New for #name {
            type Given = #given_name;
            const BLANK: #given_name = #given_name { #id_blank #(#idents: ::core::option::Option::None),* };
            const REQUIRED: &'static [(&'static str, &'static str)] = &[#(#required),*];

            #[inline]
            fn make(__given: #given_name) -> Self {
                let mut __state = __e::State::NEW;
                #name {
                    #id_value
                    #(#values,)*
                    #(#generated,)*
                    #(#links,)*
                    _state: __state,
                }
            }
        }
    }
}
