//! Futures of the public API may move between threads.

use embellie::{Database, Q, Record, Result};

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn futures_are_send() {
    async fn work(db: Database) -> Result<u64> {
        db.atomic(async |tx| {
            let found = db.objects("a.B")?.filter(Q::<Record>::text("id", 1)).count(tx).await?;
            tx.atomic(async |tx| db.objects("a.B")?.count(&tx).await).await?;
            Ok(found)
        })
        .await
    }
    let task = async {
        let db = Database::connect("sqlite::memory:").await?;
        tokio::spawn(assert_send(work(db))).await.expect("no panic")
    };
    assert!(assert_send(task).await.is_err());
}
