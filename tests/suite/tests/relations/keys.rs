//! The keys that foreign keys hold, by their types.

use blog::*;
use embellie::prelude::*;
use embellie_suite::{Outcome, refused};

embellie_suite::on_every_database! { documented:
    a_key_is_known_without_its_object,
}

async fn a_key_is_known_without_its_object(db: &Database) -> Outcome {
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(db).await?;
    let profile = new!(Profile { user: &ann }).create(db).await?;
    new!(Post { title: "Clouds", author: &ann }).create(db).await?;
    let asked = db.capture();
    let post = Post::objects().get(db).await?;
    let key: i64 = post.author.key()?;
    assert_eq!((key, post.author.value()), (ann.id, &ann.id.into()));
    assert_eq!(profile.user.key()?, ann.id);
    assert_eq!(asked.len(), 1);
    assert_eq!(ForeignKey::<User>::to_key(&7)?.key()?, 7);
    let nobody = new!(User { name: "Bob", email: "bob@x.org" });
    refused(ForeignKey::to(&nobody).key(), "ValueError");
    assert!(ForeignKey::<User>::from_value("seven".into()).key().is_err());
    Ok(())
}
