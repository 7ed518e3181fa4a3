//! Names that a query gives to columns and relations.

use blog::*;
use embellie::Value;
use embellie::expr::{Aggregate, AggregateFunction};
use embellie::prelude::*;
use embellie_core::query::{FilteredRelation, Step};
use embellie_core::{Expr, Query};
use embellie_suite::{Outcome, refused, rows};

use super::{ATTEMPTS, blog_rows, compiled, unharmed};

embellie_suite::on_every_database! { documented:
    cve_2022_28346_names_of_annotations,
    cve_2025_59681_names_with_comments_of_one_database,
    cve_2025_57833_names_of_filtered_relations,
    cve_2025_13372_names_of_filtered_relations_with_points,
    cve_2026_1287_names_with_control_characters,
    cve_2026_1312_orderings_by_names_with_points,
}

fn count() -> Aggregate {
    Aggregate::of(AggregateFunction::Count, "posts")
}

fn with_relation(alias: &str) -> Query {
    let alias = alias.to_owned().into();
    let relation =
        FilteredRelation { alias, relation: "posts".into(), condition: embellie_core::Q::new("posts__views__gt", 1) };
    let mut query = Query::new("blog.User");
    query.steps.push(Step::Relation(relation));
    query
}

/// Tries to give a name to an annotation in every way there is.
async fn refuses_to_annotate(alias: &str, db: &Database) -> Outcome {
    let alias = || alias.to_owned();
    let users = || rows(db, "blog.User");
    refused(users().annotate_expr(alias(), count()).all(db).await, "ValueError");
    refused(users().annotate_expr(alias(), Expr::path("name")).all(db).await, "ValueError");
    refused(users().alias_expr(alias(), count()).count(db).await, "ValueError");
    refused(users().text_values(["name"]).annotate_expr(alias(), count()).all(db).await, "ValueError");
    refused(users().aggregate_expr([(alias(), count())], db).await, "ValueError");
    refused(User::objects().annotate(Count(User::posts()).named(alias())).all(db).await, "ValueError");
    refused(User::objects().alias(Count(User::posts()).named(alias())).all(db).await, "ValueError");
    refused(User::objects().aggregate(Count(User::posts()).named(alias()), db).await, "ValueError");
    Ok(())
}

async fn cve_2022_28346_names_of_annotations(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        for attempt in ATTEMPTS.iter().filter(|attempt| !attempt.contains('%') && !attempt.starts_with("x)")) {
            refuses_to_annotate(attempt, db).await?;
        }
        // What cannot end a name is one, and nothing else.
        for alias in ["x%pwned", "x)pwned", "x(pwned", "x,pwned", "x=pwned", "x.pwned", "pwnedü"] {
            let rows = rows(db, "blog.User").annotate_expr(alias, count()).order_by(alias).all(db).await?;
            let counts: embellie::Result<Vec<_>> = rows.iter().map(|row| row.get(alias)).collect();
            assert_eq!(counts?, [&Value::Int(0), &Value::Int(1)], "{alias}");
        }
        Ok(())
    })
    .await
}

/// A hash begins a comment on MariaDB; a name with one is refused everywhere, so that it means the same everywhere.
async fn cve_2025_59681_names_with_comments_of_one_database(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        for attempt in ["x#pwned", "#", "x`pwned", "`; DROP TABLE blog_user; #pwned"] {
            refuses_to_annotate(attempt, db).await?;
        }
        Ok(())
    })
    .await
}

async fn cve_2025_57833_names_of_filtered_relations(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        for attempt in ATTEMPTS.iter().filter(|attempt| !attempt.contains('%') && !attempt.starts_with("x)")) {
            refused(compiled(db, &with_relation(attempt)), "ValueError");
            refused(db.query_set(with_relation(attempt))?.all(db).await, "ValueError");
            refused(db.query_set(with_relation(attempt))?.count(db).await, "ValueError");
            refused(db.query_set(with_relation(attempt))?.delete(db).await, "ValueError");
        }
        // What cannot end a name is one, and nothing else.
        for alias in ["x%pwned", "x)pwned", "x(pwned", "x,pwned", "x=pwned", "pwnedü"] {
            let query = with_relation(alias).filter(embellie_core::Q::new(format!("{alias}__title"), "Ash"));
            let found = db.query_set(query)?.all(db).await?;
            assert_eq!(found.len(), 1, "{alias}");
            let nobody = with_relation(alias).filter(embellie_core::Q::new(format!("{alias}__views__gt"), 3));
            assert_eq!(db.query_set(nobody)?.count(db).await?, 0, "{alias}");
        }
        Ok(())
    })
    .await
}

async fn cve_2025_13372_names_of_filtered_relations_with_points(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        for alias in ["blog_user.pwned", "x.y", ".", "x.\"pwned"] {
            let message = refused(compiled(db, &with_relation(alias)), "ValueError");
            assert!(message.contains("period"), "{message}");
            refused(db.query_set(with_relation(alias))?.all(db).await, "ValueError");
        }
        Ok(())
    })
    .await
}

async fn cve_2026_1287_names_with_control_characters(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        let controls = (0..0x20).chain(0x7f..0xa0).filter_map(char::from_u32);
        for control in controls.chain(['\u{2028}', '\u{a0}', '\u{3000}']) {
            let attempt = format!("x{control}pwned");
            refuses_to_annotate(&attempt, db).await?;
            refused(compiled(db, &with_relation(&attempt)), "ValueError");
            refused(rows(db, "blog.User").text_values([attempt.as_str()]).all(db).await, "FieldError");
        }
        Ok(())
    })
    .await
}

async fn cve_2026_1312_orderings_by_names_with_points(db: &Database) -> Outcome {
    blog_rows(db).await?;
    unharmed(db, async || {
        // A point in a name is no table before a column.
        for alias in ["blog_user.pwned", "blog_user.id", "x.y.pwned"] {
            let users = rows(db, "blog.User");
            refused(users.clone().order_by(alias).all(db).await, "FieldError");
            refused(users.clone().order_by(format!("-{alias}").as_str()).all(db).await, "FieldError");
            let ordered = users.annotate_expr(alias, count()).order_by(format!("-{alias}").as_str());
            let found: Vec<String> = ordered
                .all(db)
                .await?
                .iter()
                .map(|row| row.get("name").map(|name| name.to_string()))
                .collect::<Result<_, _>>()?;
            assert_eq!(found, ["'Ann'", "'Bob'"]);
            let mut query = with_relation(alias);
            query.order_by = Some(vec![alias.into()]);
            refused(compiled(db, &query), "ValueError");
        }
        Ok(())
    })
    .await
}
