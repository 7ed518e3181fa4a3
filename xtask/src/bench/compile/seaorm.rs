//! The models in SeaORM, as `sea-orm-cli generate entity` writes them.

use super::{Content, Crate, MODELS, write};
use crate::shell::Result;

/// Writes the crate.
pub(super) fn generate(content: Content) -> Result<Crate> {
    let mut code = String::from("//! Generated: the models in SeaORM.\n\n");
    if content == Content::Queries {
        // A future that nobody polls is not compiled to machine code; one in a box is.
        code.push_str(
            "use sea_orm::entity::prelude::*;\nuse sea_orm::sea_query::ExprTrait;\nuse sea_orm::{QueryOrder, QuerySelect};\n\n\
             type Answer<'a, T> = std::pin::Pin<Box<dyn Future<Output = Result<T, DbErr>> + Send + 'a>>;\n\n",
        );
    }
    for n in 0..MODELS {
        code.push_str(&model(n));
        if content == Content::Queries {
            code.push_str(&queries(n));
        }
    }
    let dependencies = "sea-orm = { version = \"2\", default-features = false, features = [\"macros\", \"runtime-tokio\", \"sqlx-sqlite\"] }";
    match content {
        Content::Models => write("models-seaorm", dependencies, &code),
        Content::Queries => write("queries-seaorm", dependencies, &code),
    }
}

fn model(n: usize) -> String {
    let (relation, related) = match n {
        0 => (String::new(), String::new()),
        _ => {
            let above = n - 1;
            (
                format!(
                    "        #[sea_orm(belongs_to = \"super::model_{above}::Entity\", from = \"Column::ParentId\", \
                     to = \"super::model_{above}::Column::Id\")]\n        Parent,\n"
                ),
                format!(
                    "    impl Related<super::model_{above}::Entity> for Entity {{
        fn to() -> RelationDef {{
            Relation::Parent.def()
        }}
    }}

"
                ),
            )
        }
    };
    format!(
        "pub mod model_{n} {{
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = \"model_{n}\")]
    pub struct Model {{
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub code: String,
        pub note: Option<String>,
        pub active: bool,
        pub views: i64,
        pub rank: i32,
        pub score: f64,
        pub parent_id: i64,
    }}

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {{
{relation}    }}

{related}    impl ActiveModelBehavior for ActiveModel {{}}
}}

"
    )
}

fn queries(n: usize) -> String {
    let parent = match n {
        0 => format!(".filter(model_{n}::Column::ParentId.eq(1))"),
        _ => {
            let above = n - 1;
            format!(".inner_join(model_{above}::Entity).filter(model_{above}::Column::Name.eq(name))")
        }
    };
    format!(
        "pub fn add_{n}(db: &DatabaseConnection, new: model_{n}::ActiveModel) -> Answer<'_, model_{n}::Model> {{
    Box::pin(async move {{ new.insert(db).await }})
}}

pub fn top_{n}<'a>(db: &'a DatabaseConnection, term: &'a str) -> Answer<'a, Vec<model_{n}::Model>> {{
    Box::pin(async move {{
        model_{n}::Entity::find()
            .filter(model_{n}::Column::Name.contains(term))
            .filter(model_{n}::Column::Views.gt(2))
            .order_by_desc(model_{n}::Column::Views)
            .order_by_asc(model_{n}::Column::Id)
            .limit(20)
            .all(db)
            .await
    }})
}}

pub fn below_{n}<'a>(db: &'a DatabaseConnection, name: &'a str) -> Answer<'a, Vec<(i64, String)>> {{
    Box::pin(async move {{
        let _ = name;
        model_{n}::Entity::find()
            .select_only()
            .columns([model_{n}::Column::Id, model_{n}::Column::Code])
            {parent}
            .into_tuple()
            .all(db)
            .await
    }})
}}

pub fn view_{n}(db: &DatabaseConnection, id: i64) -> Answer<'_, u64> {{
    Box::pin(async move {{
        let more = Expr::col(model_{n}::Column::Views).add(1);
        let update = model_{n}::Entity::update_many().col_expr(model_{n}::Column::Views, more);
        Ok(update.filter(model_{n}::Column::Id.eq(id)).exec(db).await?.rows_affected)
    }})
}}

"
    )
}
