//! The models.

use embellie::prelude::*;

#[model(app = "bench")]
pub struct User {
    #[field(max_length = 100)]
    pub name: String,
    #[field(max_length = 200)]
    pub email: String,
    pub active: bool,
}

#[model(app = "bench")]
pub struct Post {
    #[field(max_length = 200)]
    pub title: String,
    pub body: String,
    #[field(on_delete = Cascade, related_name = "posts")]
    pub author: ForeignKey<User>,
    pub views: i64,
    pub published: bool,
    #[field(max_length = 200)]
    pub subtitle: Option<String>,
}

#[model(app = "bench")]
pub struct Comment {
    #[field(on_delete = Cascade, related_name = "comments")]
    pub post: ForeignKey<Post>,
    pub body: String,
}

#[model(app = "bench")]
pub struct Entry {
    #[field(max_length = 100)]
    pub name: String,
    pub number: i64,
    #[field(max_length = 200)]
    pub note: Option<String>,
}
