//! The tables as a real PostgreSQL makes them, read back from its catalogue.

use embellie_core::ServerInfo;
use embellie_sql::schema::{SchemaOptions, SchemaPlan, create_tables, drop_tables, table_names};
use embellie_testing::TestDatabase;
use tokio_postgres::{Client, NoTls};

use crate::models::registry;

/// A database with the tables of the models, and the server that it is in.
struct Database {
    client: Client,
    server: ServerInfo,
    _database: TestDatabase,
}

impl Database {
    async fn create() -> Self {
        let database = TestDatabase::create().await.unwrap();
        let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let version: i32 =
            client.query_one("SELECT current_setting('server_version_num')::int", &[]).await.unwrap().get(0);
        let version = u32::try_from(version).unwrap();
        let server = ServerInfo { dialect: "postgres", version: (version / 10_000, version % 10_000, 0) };
        let made = Database { client, server, _database: database };
        made.run(&create_tables(&registry(), &made.server, SchemaOptions::default()).unwrap()).await;
        made
    }

    async fn run(&self, plan: &SchemaPlan) {
        self.client.batch_execute("BEGIN").await.unwrap();
        for statement in &plan.statements {
            if let Err(error) = self.client.batch_execute(&statement.sql).await {
                unreachable!("{error:?}: {}", statement.sql);
            }
        }
        self.client.batch_execute("COMMIT").await.unwrap();
    }

    /// The rows of a statement that gives texts, each row's joined.
    async fn rows(&self, sql: &str) -> Vec<String> {
        let rows = self.client.query(sql, &[]).await.unwrap();
        let text = |row: &tokio_postgres::Row| {
            (0..row.len()).map(|i| row.get::<_, Option<String>>(i).unwrap_or_default()).collect::<Vec<_>>().join(" | ")
        };
        rows.iter().map(text).collect()
    }
}

#[tokio::test]
async fn columns_constraints_and_indexes() {
    let database = Database::create().await;
    let columns = "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
                          CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END, a.attidentity::text
                   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
                   ORDER BY c.relname, a.attnum";
    insta::assert_snapshot!("columns", database.rows(columns).await.join("\n"));
    // Newer servers have constraints for NOT NULL too.
    let constraints = "SELECT conrelid::regclass::text, conname::text,
                              replace(pg_get_constraintdef(oid), ' NULLS NOT DISTINCT', '')
                       FROM pg_constraint
                       WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conname <> 'nulls_uniq'
                       ORDER BY conrelid::regclass::text, conname";
    insta::assert_snapshot!("constraints", database.rows(constraints).await.join("\n"));
    let nulls = "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'nulls_%uniq' ORDER BY 1";
    let expected: &[&str] = if database.server.version >= (15, 0, 0) {
        &[
            "CREATE UNIQUE INDEX nulls_differ_uniq ON public.blog_kinds USING btree (u, ip)",
            "CREATE UNIQUE INDEX nulls_incl_uniq ON public.blog_kinds USING btree (ip) INCLUDE (i) NULLS NOT DISTINCT",
            "CREATE UNIQUE INDEX nulls_uniq ON public.blog_kinds USING btree (u) NULLS NOT DISTINCT",
        ]
    } else {
        &["CREATE UNIQUE INDEX nulls_differ_uniq ON public.blog_kinds USING btree (u, ip)"]
    };
    assert_eq!(database.rows(nulls).await, expected);
    let indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE 'nulls_%uniq'
                   ORDER BY indexname";
    insta::assert_snapshot!("indexes", database.rows(indexes).await.join("\n"));
}

#[tokio::test]
async fn defaults_and_checks_work() {
    let database = Database::create().await;
    database
        .client
        .batch_execute(
            "INSERT INTO blog_user (name, email) VALUES ('Ann', 'ann@x.org');
             INSERT INTO \"odd table\" VALUES ('s');
             INSERT INTO blog_tiny DEFAULT VALUES;
             INSERT INTO blog_kinds (t, e, s, i, bi, psi, pi, pbi, ti, \"we \"\"ird\", slugged_id, loose_id, by_email_id, tiny_id)
             VALUES ('t', 'e', 's', 1, 2, 3, 4, 5, '12:00:00', 0, 's', 99, 'ann@x.org', 1)",
        )
        .await
        .unwrap();
    let found = "SELECT c, b::text, si::text, f::text, d::text, da::text, (dt AT TIME ZONE 'UTC')::text, naive::text,
                        du::text, uu::text, bin::text, j::text
                 FROM blog_kinds";
    assert_eq!(
        database.rows(found).await,
        ["it's \\ here | true | -5 | 1.5 | 1.50 | 2024-02-29 | 2024-02-29 12:30:00 | 2024-02-29 12:30:00.5 | \
          00:01:30 | 12345678-1234-5678-1234-567812345678 | \\x00ff | {\"a\": 1}"]
    );
    let accepted = "UPDATE blog_kinds SET i = -9, si = -9, d = 99.25, bi = 4999";
    database.client.batch_execute(accepted).await.unwrap();
    for refused in [
        "UPDATE blog_kinds SET psi = -1",
        "UPDATE blog_kinds SET slugged_id = 'nowhere'",
        "UPDATE blog_kinds SET c = NULL",
        "UPDATE blog_kinds SET i = -9, si = 0",
        "UPDATE blog_kinds SET d = 100",
        "UPDATE blog_kinds SET bi = 5000",
        "INSERT INTO blog_user (name, email) VALUES ('Bob', 'ann@x.org')",
    ] {
        assert!(database.client.batch_execute(refused).await.is_err(), "{refused}");
    }
    // Foreign keys are looked at when the transaction ends, so rows may point at each other.
    database
        .client
        .batch_execute("BEGIN; INSERT INTO blog_profile VALUES (1, 7); INSERT INTO blog_badge VALUES (7, 1, 7); COMMIT")
        .await
        .unwrap();
}

#[tokio::test]
async fn once_more_if_needed_and_then_away() {
    let database = Database::create().await;
    let registry = registry();
    let names = table_names(&database.server).unwrap();
    let mut expected: Vec<String> =
        registry.models().iter().filter(|model| model.managed).map(|model| model.table.clone()).collect();
    expected.sort();
    assert_eq!(database.rows(&names.sql).await, expected);

    let everything = "SELECT conname::text FROM pg_constraint UNION ALL SELECT indexdef FROM pg_indexes ORDER BY 1";
    let before = database.rows(everything).await;
    let if_needed = SchemaOptions { if_needed: true };
    database.run(&create_tables(&registry, &database.server, if_needed).unwrap()).await;
    assert_eq!(database.rows(everything).await, before);

    database.run(&drop_tables(&registry, &database.server, SchemaOptions::default()).unwrap()).await;
    assert!(database.rows(&names.sql).await.is_empty());
    database.run(&drop_tables(&registry, &database.server, if_needed).unwrap()).await;
}
