//! The models in embellie, as its guide writes them.

use super::{Content, Crate, MODELS, write};
use crate::shell::{self, Result};

/// Writes the crate.
pub(super) fn generate(content: Content) -> Result<Crate> {
    let mut code = String::from("//! Generated: the models in embellie.\n\nuse embellie::prelude::*;\n");
    if content == Content::Queries {
        // A future that nobody polls is not compiled to machine code; one in a box is.
        code.push_str(
            "\ntype Answer<'a, T> = std::pin::Pin<Box<dyn Future<Output = embellie::Result<T>> + Send + 'a>>;\n",
        );
    }
    for n in 0..MODELS {
        code.push_str(&model(n));
        if content == Content::Queries {
            code.push_str(&queries(n));
        }
    }
    let facade = shell::root().join("crates/embellie");
    let dependencies = format!("embellie = {{ path = {facade:?} }}");
    match content {
        Content::Models => write("models-embellie", &dependencies, &code),
        Content::Queries => write("queries-embellie", &dependencies, &code),
    }
}

fn model(n: usize) -> String {
    let parent = match n {
        0 => "    pub parent_id: i64,".to_owned(),
        _ => format!("    #[field(on_delete = Cascade)]\n    pub parent: ForeignKey<Model{}>,", n - 1),
    };
    format!(
        "
#[model(app = \"bench\")]
pub struct Model{n} {{
    pub name: String,
    pub code: String,
    pub note: Option<String>,
    pub active: bool,
    pub views: i64,
    pub rank: i32,
    pub score: f64,
{parent}
}}
"
    )
}

fn queries(n: usize) -> String {
    let parent = match n {
        0 => "parent_id = 1".to_owned(),
        _ => "parent__name = name".to_owned(),
    };
    format!(
        "
pub fn add_{n}(db: &Database, new: Model{n}) -> Answer<'_, Model{n}> {{
    Box::pin(async move {{ new.create(db).await }})
}}

pub fn top_{n}<'a>(db: &'a Database, term: &'a str) -> Answer<'a, Vec<Model{n}>> {{
    Box::pin(async move {{
        Model{n}::objects()
            .filter(Model{n}::name.icontains(term) & Model{n}::views.gt(2))
            .order_by((Model{n}::views.desc(), Model{n}::id))
            .limit(20)
            .all(db)
            .await
    }})
}}

pub fn below_{n}<'a>(db: &'a Database, name: &'a str) -> Answer<'a, Vec<(i64, String)>> {{
    Box::pin(async move {{
        let _ = name;
        Model{n}::objects().filter(q!({parent})).values_list((Model{n}::id, Model{n}::code)).all(db).await
    }})
}}

pub fn view_{n}(db: &Database, id: i64) -> Answer<'_, u64> {{
    Box::pin(async move {{ Model{n}::objects().filter(q!(id = id)).update(set!(views = F(views) + 1), db).await }})
}}
"
    )
}
