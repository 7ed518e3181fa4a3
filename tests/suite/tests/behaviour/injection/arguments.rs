//! Arguments that are words of SQL elsewhere: delimiters, options, kinds, time zones, collations.

use blog::*;
use embellie::Value;
use embellie::explain::Explain;
use embellie::expr::{Aggregate, AggregateFunction};
use embellie::prelude::*;
use embellie_core::Expr;
use embellie_core::expr::{DatePart, TruncUnit};
use embellie_suite::{Outcome, q, refused, rows};

use super::{ATTEMPTS, blog_rows, unharmed};

embellie_suite::on_every_database! { documented:
    cve_2020_7471_delimiters,
    cve_2022_28347_options_of_explain,
    cve_2022_34265_kinds_of_dates,
}

async fn cve_2020_7471_delimiters(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        for attempt in ATTEMPTS {
            let words =
                Aggregate::new(AggregateFunction::StringAgg, [Expr::path("name"), attempt.into()]).order_by(["name"]);
            let found = rows(db, "blog.User").aggregate_expr([("words", words)], db).await?;
            assert_eq!(found.get("words"), Some(&Value::Text(format!("Ann{attempt}Bob"))));
            let words = StringAgg(User::name, attempt.to_owned()).order_by("name");
            assert_eq!(User::objects().aggregate(words, db).await?, Some(format!("Ann{attempt}Bob")));
        }
        Ok(())
    })
    .await
}

async fn cve_2022_28347_options_of_explain(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        for attempt in ATTEMPTS.into_iter().chain(["analyze true, verbose pwned", "ANALYZE)pwned", "pwned"]) {
            for (name, value) in [(attempt, "true"), ("verbose", attempt), ("format", attempt)] {
                refused(Explain::from_options([(name, value)]), "ValueError");
            }
        }
        // What is known is all that is ever written.
        Post::objects().filter(q!(title = "pwned")).explain(db).await?;
        Ok(())
    })
    .await
}

async fn cve_2022_34265_kinds_of_dates(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        for attempt in ATTEMPTS.into_iter().chain(["year' FROM start_datetime)) OR 1=1;SELECT pwned"]) {
            assert_eq!(DatePart::from_name(attempt), None);
            assert_eq!(TruncUnit::from_name(attempt), None);
            refused(rows(db, "blog.Post").filter(q(&format!("created_at__{attempt}"), 1)).all(db).await, "FieldError");
            refused(
                rows(db, "blog.Post").filter(q(&format!("created_at__year__{attempt}"), 1)).all(db).await,
                "FieldError",
            );
            refused(
                rows(db, "blog.Post").order_by(format!("created_at__{attempt}").as_str()).all(db).await,
                "FieldError",
            );
            // Time zones are words as well.
            let zone = Some(attempt.into());
            let expr = || Box::new(Expr::path("created_at"));
            let year = Expr::Extract { expr: expr(), part: DatePart::Year, zone: Some(attempt.into()) };
            refused(rows(db, "blog.Post").annotate_expr("year", year).all(db).await, "ValueError");
            let day = Expr::Trunc { expr: expr(), unit: TruncUnit::Day, zone };
            refused(rows(db, "blog.Post").annotate_expr("day", day).all(db).await, "ValueError");
            let posts =
                Post::objects().in_time_zone(attempt).filter(q!(Post, views = 3) & Q::text("created_at__day", 1));
            refused(posts.all(db).await, "ValueError");
        }
        Ok(())
    })
    .await
}
