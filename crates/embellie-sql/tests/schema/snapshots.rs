//! The statements for each dialect, as text.

use embellie_core::ServerInfo;
use embellie_sql::schema::{SchemaOptions, SchemaPlan, create_models, create_tables, drop_models, drop_tables};

use crate::models::registry;

const SQLITE: ServerInfo = ServerInfo { dialect: "sqlite", version: (3, 50, 0) };
const POSTGRES: ServerInfo = ServerInfo { dialect: "postgres", version: (17, 0, 0) };
const IF_NEEDED: SchemaOptions = SchemaOptions { if_needed: true };

fn text(plan: &SchemaPlan) -> String {
    let statements = plan.statements.iter().map(|statement| format!("{};\n", statement.sql));
    let notes = plan.notes.iter().map(|note| format!("-- {note}\n"));
    statements.chain(notes).collect()
}

#[test]
fn create_on_sqlite() {
    insta::assert_snapshot!(text(&create_tables(&registry(), &SQLITE, SchemaOptions::default()).unwrap()));
}

#[test]
fn create_on_postgres() {
    insta::assert_snapshot!(text(&create_tables(&registry(), &POSTGRES, SchemaOptions::default()).unwrap()));
}

#[test]
fn older_postgres_leaves_out_what_it_cannot_say() {
    let older = ServerInfo { version: (14, 9, 0), ..POSTGRES };
    let plan = create_tables(&registry(), &older, SchemaOptions::default()).unwrap();
    assert!(!text(&plan).contains("NULLS"));
    assert_eq!(
        plan.notes,
        [
            "blog.Kinds: the constraint 'nulls_uniq' is not created, since PostgreSQL has no unique constraints for \
             which two nulls are equal.",
            "blog.Kinds: the constraint 'nulls_incl_uniq' is not created, since PostgreSQL has no unique constraints \
             for which two nulls are equal.",
        ]
    );
}

#[test]
fn some_models_with_their_link_tables() {
    let registry = registry();
    let models = [registry.model("blog.Kinds").unwrap(), registry.model("blog.Legacy").unwrap()];
    let create = create_models(&registry, &models, &POSTGRES, IF_NEEDED).unwrap();
    insta::assert_snapshot!(text(&create));
    let drop = drop_models(&registry, &models, &POSTGRES, IF_NEEDED).unwrap();
    assert_eq!(
        text(&drop),
        "DROP TABLE IF EXISTS \"blog_kinds_friends\" CASCADE;\n\
         DROP TABLE IF EXISTS \"blog_kinds_tags\" CASCADE;\n\
         DROP TABLE IF EXISTS \"blog_kinds\" CASCADE;\n"
    );
}

#[test]
fn drop_goes_backwards() {
    let created = create_tables(&registry(), &SQLITE, SchemaOptions::default()).unwrap();
    let tables = |plan: &SchemaPlan, verb: &str| -> Vec<String> {
        let statements = plan.statements.iter().filter_map(|statement| statement.sql.strip_prefix(verb));
        statements.map(|rest| rest.split('"').nth(1).unwrap().to_owned()).collect()
    };
    let mut expected = tables(&created, "CREATE TABLE ");
    expected.reverse();
    let dropped = drop_tables(&registry(), &SQLITE, SchemaOptions::default()).unwrap();
    assert_eq!(tables(&dropped, "DROP TABLE "), expected);
}

#[test]
fn an_unknown_dialect_is_an_error() {
    let other = ServerInfo { dialect: "dbase", version: (3, 0, 0) };
    let error = create_tables(&registry(), &other, SchemaOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "tables cannot be made on a database of the dialect 'dbase'");
}

/// As in Django, a link table is made unless both of its ends are kept by someone else.
#[test]
fn link_tables_of_models_that_are_not_managed() {
    use embellie_core::Registry;
    use embellie_core::meta::{ManyToManyMeta, ModelMeta};
    let tables = |post_managed: bool, tag_managed: bool| -> Vec<String> {
        let registry = Registry::build([
            ModelMeta::new("blog", "Post").managed(post_managed).many_to_many(ManyToManyMeta::new("tags", "Tag")),
            ModelMeta::new("blog", "Tag").managed(tag_managed),
        ]);
        let plan = create_tables(&registry.unwrap(), &SQLITE, SchemaOptions::default()).unwrap();
        let created = plan.statements.iter().filter_map(|statement| statement.sql.strip_prefix("CREATE TABLE \""));
        created.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    assert_eq!(tables(false, true), ["blog_tag", "blog_post_tags"]);
    assert_eq!(tables(true, false), ["blog_post", "blog_post_tags"]);
    assert!(tables(false, false).is_empty());
}
