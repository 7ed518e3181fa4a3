//! The same with bare tokio-postgres.

use std::future::poll_fn;
use std::hint::black_box;
use std::task::Poll;

use tokio_postgres::{Client, Error, NoTls, Statement};

use crate::sinks::Post;
use crate::{ALL, BY_KEY, Case, HUNDRED, ROWS, TOGETHER, WIDE};

pub(crate) struct Bare {
    client: Client,
    by_key: Statement,
    hundred: Statement,
    all: Statement,
    wide: Statement,
}

impl Bare {
    pub(crate) async fn connect(url: &str) -> Result<Self, Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let (by_key, hundred) = (client.prepare(BY_KEY).await?, client.prepare(HUNDRED).await?);
        let (all, wide) = (client.prepare(ALL).await?, client.prepare(WIDE).await?);
        Ok(Bare { client, by_key, hundred, all, wide })
    }

    pub(crate) async fn run(&self, case: Case, id: i64) {
        match case {
            Case::Key => drop(self.by_key(id).await),
            Case::Hundred => assert_eq!(self.posts(&self.hundred).await, 100),
            Case::All => assert_eq!(self.posts(&self.all).await, ROWS),
            // Their columns are not decoded: tokio-postgres has no types for all of them.
            Case::Wide => drop(black_box(self.client.query(&self.wide, &[]).await.expect("reads"))),
            Case::Together => self.together(id).await,
        }
    }

    async fn by_key(&self, id: i64) -> Vec<Post> {
        let row = self.client.query_one(&self.by_key, &[&id]).await.expect("reads");
        black_box(vec![(row.get(0), row.get(1), row.get(2))])
    }

    async fn together(&self, id: i64) {
        let mut pending: Vec<_> = (0..TOGETHER as i64).map(|n| Box::pin(self.by_key(id + n))).collect();
        poll_fn(|cx| {
            pending.retain_mut(|one| one.as_mut().poll(cx).is_pending());
            if pending.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    async fn posts(&self, statement: &Statement) -> usize {
        let rows = self.client.query(statement, &[]).await.expect("reads");
        let posts: Vec<Post> = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        black_box(posts).len()
    }
}
