//! SeaORM, over a pool of one connection, which is what it works with.

use std::ops::Range;

use bench_common::*;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectOptions, Database, DatabaseConnection, FromQueryResult, JoinType, Order, QueryOrder, QuerySelect,
};
use tokio::runtime::Runtime;

pub(crate) struct Sea {
    pub(crate) runtime: Runtime,
    pub(crate) connection: DatabaseConnection,
    pub(crate) arguments: Arguments,
    pub(crate) crowd: Option<Crowd<Posts>>,
}

/// The pool, as tasks have it.
#[derive(Clone)]
pub(crate) struct Posts(DatabaseConnection);

impl Pool for Posts {
    async fn get(&mut self, operation: u64) -> Result<u64, Failure> {
        let post = post::Entity::find_by_id(key_of(operation)).one(&self.0).await?;
        Ok(add(0, &post.ok_or("there is no such row")?))
    }
}

mod user {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "bench_user")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub email: String,
        pub active: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(has_many = "super::post::Entity")]
        Posts,
    }

    impl Related<super::post::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Posts.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod post {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "bench_post")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub title: String,
        pub body: String,
        pub author_id: i64,
        pub views: i64,
        pub published: bool,
        pub subtitle: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "super::user::Entity", from = "Column::AuthorId", to = "super::user::Column::Id")]
        Author,
        #[sea_orm(has_many = "super::comment::Entity")]
        Comments,
    }

    impl Related<super::user::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Author.def()
        }
    }

    impl Related<super::comment::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Comments.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod comment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "bench_comment")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub post_id: i64,
        pub body: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "super::post::Entity", from = "Column::PostId", to = "super::post::Column::Id")]
        Post,
    }

    impl Related<super::post::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Post.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod entry {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "bench_entry")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub number: i64,
        pub note: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(FromQueryResult)]
struct Joined {
    title: String,
    name: String,
    views: i64,
}

#[derive(FromQueryResult)]
struct Group {
    author_id: i64,
    posts: i64,
    total: i64,
}

pub(crate) async fn connect(arguments: &Arguments, pool_size: usize) -> Result<DatabaseConnection, Failure> {
    let file = arguments.file();
    let mut options =
        ConnectOptions::new(file.map_or_else(|| arguments.url.clone(), |file| format!("sqlite://{file}")));
    options.max_connections(pool_size as u32).sqlx_logging(false);
    let connection = Database::connect(options).await?;
    if file.is_some() {
        for pragma in ["PRAGMA journal_mode = wal", "PRAGMA synchronous = normal"] {
            connection.execute_unprepared(pragma).await?;
        }
    }
    Ok(connection)
}

impl Contender for Sea {
    fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure> {
        let connection = &self.connection;
        self.runtime.block_on(async {
            let mut sum = 0;
            for operation in operations {
                sum = one(case, operation, sum, connection).await?;
            }
            Ok(sum)
        })
    }

    fn clean(&mut self, case: Case) -> Result<(), Failure> {
        if case == Case::Bulk {
            self.runtime.block_on(entry::Entity::delete_many().exec(&self.connection))?;
        }
        Ok(())
    }

    fn crowd(&mut self, operations: Range<u64>) -> Result<u64, Failure> {
        let connect = connect(&self.arguments, POOL_SIZE);
        Crowd::run(&mut self.crowd, operations, async { Ok(Posts(connect.await?)) })
    }
}

fn add(sum: u64, post: &post::Model) -> u64 {
    let sum = text(text(mix(sum, post.id), &post.title), &post.body);
    let sum = mix(mix(mix(sum, post.author_id), post.views), post.published.into());
    text(sum, post.subtitle.as_deref().unwrap_or("-"))
}

async fn one(case: Case, operation: u64, mut sum: u64, db: &DatabaseConnection) -> Result<u64, Failure> {
    let missing = || Failure::from("there is no such row");
    match case {
        Case::Get => {
            let post = post::Entity::find_by_id(key_of(operation)).one(db).await?.ok_or_else(missing)?;
            sum = add(sum, &post);
        }
        Case::Columns => {
            let columns = [post::Column::Id, post::Column::Title, post::Column::Views];
            let row = post::Entity::find_by_id(key_of(operation)).select_only().columns(columns).into_tuple();
            let (id, title, views): (i64, String, i64) = row.one(db).await?.ok_or_else(missing)?;
            sum = mix(text(mix(sum, id), &title), views);
        }
        Case::Few | Case::Many => {
            let limit = if case == Case::Few { FEW_ROWS } else { MANY_ROWS };
            for post in post::Entity::find().order_by_asc(post::Column::Id).limit(limit as u64).all(db).await? {
                sum = add(sum, &post);
            }
        }
        Case::Joined => {
            let posts = post::Entity::find()
                .select_only()
                .columns([post::Column::Title, post::Column::Views])
                .column(user::Column::Name)
                .join(JoinType::InnerJoin, post::Relation::Author.def())
                .filter(user::Column::Active.eq(true))
                .filter(post::Column::Views.gt(JOINED_VIEWS))
                .order_by(post::Column::Views, Order::Desc)
                .order_by_asc(post::Column::Id)
                .limit(JOINED as u64);
            for Joined { title, name, views } in posts.into_model::<Joined>().all(db).await? {
                sum = mix(text(text(sum, &title), &name), views);
            }
        }
        Case::Bulk => {
            let entries = (0..BULK).map(bulk_row).map(|(name, number, note)| entry::ActiveModel {
                id: NotSet,
                name: Set(name),
                number: Set(number),
                note: Set(note),
            });
            let inserted = entry::Entity::insert_many(entries).exec_without_returning(db).await?;
            sum = mix(sum, inserted as i64);
        }
        Case::Tree => {
            let users = user::Entity::find().order_by_asc(user::Column::Id).limit(OWNERS as u64).all(db).await?;
            let posts = users.load_many(post::Entity::find().order_by_asc(post::Column::Id), db).await?;
            let flat: Vec<post::Model> = posts.iter().flatten().cloned().collect();
            let comments = flat.load_many(comment::Entity::find().order_by_asc(comment::Column::Id), db).await?;
            let mut comments = flat.iter().zip(comments);
            for (user, posts) in users.iter().zip(&posts) {
                sum = text(mix(sum, user.id), &user.name);
                for _ in posts {
                    let (post, comments) = comments.next().ok_or_else(missing)?;
                    sum = add(sum, post);
                    for comment in comments {
                        sum = text(mix(sum, comment.id), &comment.body);
                    }
                }
            }
        }
        Case::WithAuthor => {
            let posts = post::Entity::find().find_also_related(user::Entity).order_by_asc(post::Column::Id);
            for (post, author) in posts.limit(WITH_AUTHOR as u64).all(db).await? {
                let author = author.ok_or_else(missing)?;
                sum = mix(text(text(add(sum, &post), &author.name), &author.email), author.active.into());
            }
        }
        Case::Update => {
            let key = key_of(operation);
            let update = post::Entity::update_many().col_expr(post::Column::Views, Expr::value(views_of(key)));
            let done = update.filter(post::Column::Id.eq(key)).exec(db).await?;
            sum = mix(sum, done.rows_affected as i64);
        }
        Case::Group => {
            let count = || post::Column::Id.count();
            let total = Expr::col(post::Column::Views).sum().cast_as("bigint");
            let groups = post::Entity::find()
                .select_only()
                .column(post::Column::AuthorId)
                .expr_as(count(), "posts")
                .expr_as(total, "total")
                .filter(post::Column::Published.eq(true))
                .group_by(post::Column::AuthorId)
                .having(count().gte(GROUP_AT_LEAST))
                .order_by_asc(post::Column::AuthorId);
            for Group { author_id, posts, total } in groups.into_model::<Group>().all(db).await? {
                sum = mix(mix(mix(sum, author_id), posts), total);
            }
        }
    }
    Ok(sum)
}
