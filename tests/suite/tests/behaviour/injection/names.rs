//! Names of fields, and words among the names of fields.

use blog::*;
use embellie::prelude::*;
use embellie_suite::{Outcome, path, q, refused, rows, set};

use super::{ATTEMPTS, blog_rows, unharmed};

embellie_suite::on_every_database! { documented:
    cve_2021_35042_orderings,
    cve_2025_64459_connectors,
}

async fn cve_2021_35042_orderings(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        let more =
            ["blog_post.title; pwned", "?; pwned", "title) pwned", "1 pwned", "-blog_post.title pwned", ".pwned"];
        for attempt in ATTEMPTS.into_iter().chain(more) {
            for term in
                [attempt.to_owned(), format!("-{attempt}"), format!("title__{attempt}"), format!("author__{attempt}")]
            {
                refused(rows(db, "blog.Post").order_by(term.as_str()).all(db).await, "FieldError");
                refused(Post::objects().order_by(term.as_str()).all(db).await, "FieldError");
            }
            let values = rows(db, "blog.Post").text_values([attempt]);
            refused(values.all(db).await, "FieldError");
            refused(rows(db, "blog.Post").filter(q(attempt, 1)).all(db).await, "FieldError");
            refused(rows(db, "blog.Post").exclude(q(&format!("title__{attempt}"), 1)).all(db).await, "FieldError");
            refused(rows(db, "blog.Post").filter(q("title", path(attempt))).all(db).await, "FieldError");
            refused(rows(db, "blog.Post").update(set("title", path(attempt)), db).await, "FieldError");
            refused(rows(db, "blog.Post").update(set(attempt, "x"), db).await, "FieldDoesNotExist");
        }
        Ok(())
    })
    .await
}

/// What joins conditions is one of three, and no name of a field.
async fn cve_2025_64459_connectors(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        for (name, value) in [("_connector", ") OR 1=1 OR (pwned"), ("_connector", "OR"), ("_negated", "True")] {
            let injected = q("title", "nothing") & q(name, value);
            refused(rows(db, "blog.Post").filter(injected.clone()).all(db).await, "FieldError");
            refused(rows(db, "blog.Post").exclude(injected.clone()).all(db).await, "FieldError");
            refused(rows(db, "blog.Post").filter(injected).get(db).await, "FieldError");
            let typed = Post::title.eq("nothing") & Q::text(name, value);
            refused(Post::objects().filter(typed).all(db).await, "FieldError");
        }
        Ok(())
    })
    .await
}
