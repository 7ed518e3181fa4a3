//! `#[derive(Choices)]`.

use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn expand(_item: TokenStream) -> TokenStream {
    quote!()
}
