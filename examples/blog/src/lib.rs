//! A blog: users with profiles, who write posts with tags, and comments on them.
//!
//! These are the models of the documentation's examples.

use embellie::{ForeignKey, ManyToMany, OneToOne, model};
use jiff::Timestamp;

/// Somebody who writes.
#[model(app = "blog", ordering = ["name"])]
pub struct User {
    /// The name.
    #[field(max_length = 100)]
    pub name: String,
    /// The e-mail address.
    #[field(email, unique)]
    pub email: String,
    /// Whether the user may log in.
    #[field(default = true)]
    pub active: bool,
}

/// What a user says of themselves.
#[model(app = "blog")]
pub struct Profile {
    /// Whose it is.
    #[field(on_delete = Cascade, related_name = "profile")]
    pub user: OneToOne<User>,
    /// Some words.
    #[field(default = "")]
    pub about: String,
    /// A site, if there is one.
    #[field(url)]
    pub website: Option<String>,
}

/// A word for posts.
#[model(app = "blog", ordering = ["word"])]
pub struct Tag {
    /// The word.
    #[field(max_length = 50, unique)]
    pub word: String,
}

/// Something written.
#[model(
    app = "blog",
    ordering = ["-created_at"],
    get_latest_by = ["created_at"],
    indexes(index(fields = ["author", "published"])),
)]
pub struct Post {
    /// The headline.
    #[field(max_length = 200)]
    pub title: String,
    /// Who wrote it.
    #[field(on_delete = Cascade, related_name = "posts")]
    pub author: ForeignKey<User>,
    /// Words for it.
    #[field(related_name = "posts")]
    pub tags: ManyToMany<Tag>,
    /// How often it was read.
    #[field(default = 0)]
    pub views: i64,
    /// Whether everybody may read it.
    #[field(default = false)]
    pub published: bool,
    /// A second headline.
    pub subtitle: Option<String>,
    /// When it was written.
    #[field(auto_now_add)]
    pub created_at: Timestamp,
}

/// What somebody says of a post.
#[model(app = "blog", ordering = ["id"])]
pub struct Comment {
    /// The post.
    #[field(on_delete = Cascade, related_name = "comments")]
    pub post: ForeignKey<Post>,
    /// Who wrote it; `None` when they are gone.
    #[field(on_delete = SetNull, related_name = "comments")]
    pub author: Option<ForeignKey<User>>,
    /// The text.
    pub body: String,
}

#[cfg(test)]
mod tests {
    use embellie::{Model, Registry};

    use super::*;

    #[test]
    fn the_models_pass_all_checks() {
        let models = [User::meta(), Profile::meta(), Tag::meta(), Post::meta(), Comment::meta()];
        let registry = Registry::build(models).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(registry.warnings(), []);
    }
}
