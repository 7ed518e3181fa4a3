//! Names of fields, and words among the names of fields.

use blog::*;
use embellie::prelude::*;
use embellie_suite::{Outcome, path, q, refused, rows, set};
use embellie_text::Models;
use embellie_text::models::Settings;

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
        // Keywords from a dictionary, as programs pass on what they were sent.
        let models = Models::of_registry(db.registry().clone(), Settings::default());
        let ask = async |text: String| embellie_text::evaluate(&text, &models, db).await;
        for attempt in [") OR 1=1 OR (pwned", "OR 1=1 -- pwned", "or", "AND pwned", ""] {
            for text in [
                format!("Post.objects.filter(Q(**{{'title': 'nothing', '_connector': '{attempt}'}}))"),
                format!("Post.objects.exclude(Q(title='nothing', _connector='{attempt}'))"),
                format!("Post.objects.filter(Q(**{{'_negated': True, '_connector': '{attempt}', 'title': 'nothing'}})).count()"),
            ] {
                let error = ask(text.clone()).await.err().unwrap_or_else(|| panic!("{text}"));
                assert_eq!(error.class(), "ValueError", "{text}: {error}");
            }
            for method in ["filter", "exclude", "get"] {
                for name in ["_connector", "_negated"] {
                    let text = format!("Post.objects.{method}(**{{'{name}': '{attempt}', 'title': 'nothing'}})");
                    let error = ask(text.clone()).await.err().unwrap_or_else(|| panic!("{text}"));
                    assert_eq!(error.class(), "TypeError", "{text}: {error}");
                }
            }
        }
        Ok(())
    })
    .await
}
