//! Models of one crate point at those of another, and the ways back lead here.

use blog::{Post, Tag, User};
use embellie::prelude::*;
use embellie_core as core;

mod badges {
    use embellie::prelude::*;

    /// What users of the blog are given.
    #[model(app = "badges")]
    pub struct Badge {
        pub title: String,
        #[field(on_delete = Cascade, related_name = "badges")]
        pub holder: ForeignKey<blog::User>,
        #[field(related_name = "badges_%(app_label)s")]
        pub tags: ManyToMany<blog::Tag>,
    }
}
use badges::*;

#[test]
fn ways_back_lead_into_other_crates() {
    assert_eq!(User::badges().title.path().to_string(), "badges__title");
    assert_eq!(Post::author.badges().holder.name.path().to_string(), "author__badges__holder__name");
    let posts = Post::objects().filter(q!(author__badges__title = "gold"));
    assert_eq!(posts.query().steps, [core::query::Step::Filter(core::Q::new("author__badges__title", "gold"))]);
    let tags = Tag::objects().filter(q!(badges_badges__holder__active = true));
    assert_eq!(tags.query().steps, [core::query::Step::Filter(core::Q::new("badges_badges__holder__active", true))]);
}

#[tokio::test]
async fn the_names_are_those_that_the_registry_knows() -> embellie::Result<()> {
    let db = Database::connect("sqlite::memory:").await?;
    db.create_tables(&[]).await?;
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(&db).await?;
    let gold = new!(Badge { title: "gold", holder: &ann }).create(&db).await?;
    assert_eq!(User::objects().filter(q!(badges = &gold)).get(&db).await?.name, "Ann");
    assert_eq!(Tag::objects().filter(q!(badges_badges__holder = &ann)).count(&db).await?, 0);
    Ok(())
}
