//! The tables and the structs.

use bench_common::{mix, text};
use diesel::prelude::*;

diesel::table! {
    bench_user (id) {
        id -> BigInt,
        name -> Text,
        email -> Text,
        active -> Bool,
    }
}

diesel::table! {
    bench_post (id) {
        id -> BigInt,
        title -> Text,
        body -> Text,
        author_id -> BigInt,
        views -> BigInt,
        published -> Bool,
        subtitle -> Nullable<Text>,
    }
}

diesel::table! {
    bench_comment (id) {
        id -> BigInt,
        post_id -> BigInt,
        body -> Text,
    }
}

diesel::table! {
    bench_entry (id) {
        id -> BigInt,
        name -> Text,
        number -> BigInt,
        note -> Nullable<Text>,
    }
}

diesel::joinable!(bench_post -> bench_user (author_id));
diesel::joinable!(bench_comment -> bench_post (post_id));
diesel::allow_tables_to_appear_in_same_query!(bench_user, bench_post, bench_comment);

#[derive(Queryable, Selectable, Identifiable)]
#[diesel(table_name = bench_user)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) active: bool,
}

#[derive(Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = bench_post, belongs_to(User, foreign_key = author_id))]
pub(crate) struct Post {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) author_id: i64,
    pub(crate) views: i64,
    pub(crate) published: bool,
    pub(crate) subtitle: Option<String>,
}

#[derive(Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = bench_comment, belongs_to(Post, foreign_key = post_id))]
pub(crate) struct Comment {
    pub(crate) id: i64,
    pub(crate) post_id: i64,
    pub(crate) body: String,
}

#[derive(Insertable)]
#[diesel(table_name = bench_entry)]
pub(crate) struct NewEntry {
    pub(crate) name: String,
    pub(crate) number: i64,
    pub(crate) note: Option<String>,
}

impl Post {
    pub(crate) fn add_to(&self, sum: u64) -> u64 {
        let sum = text(text(mix(sum, self.id), &self.title), &self.body);
        let sum = mix(mix(mix(sum, self.author_id), self.views), self.published.into());
        text(sum, self.subtitle.as_deref().unwrap_or("-"))
    }
}
