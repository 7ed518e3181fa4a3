use embellie::{ForeignKey, ManyToMany, model};

#[model(app = "blog")]
pub struct User {
    #[field(max_length = 100)]
    pub name: String,
    #[field(unique)]
    pub email: String,
}

#[model(app = "blog")]
pub struct Tag {
    #[field(max_length = 30)]
    pub name: String,
}

#[model(app = "blog")]
pub struct Post {
    #[field(max_length = 200)]
    pub title: String,
    #[field(on_delete = Cascade, related_name = "posts")]
    pub author: ForeignKey<User>,
    #[field(related_name = "posts")]
    pub tags: ManyToMany<Tag>,
    #[field(default = 0)]
    pub views: i64,
}

#[model(app = "blog")]
pub struct Comment {
    #[field(on_delete = Cascade, related_name = "comments")]
    pub post: ForeignKey<Post>,
    pub body: String,
}
