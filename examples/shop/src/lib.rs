//! A shop: customers, a catalogue, orders and what people say of what they bought.
//!
//! [`models`] declares it, with most kinds of fields and options; [`data`] makes a plausible data set of any size, the
//! same one each time; [`fill`] writes it to a database.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use embellie::prelude::*;
//! use shop::{data::Plan, fill::fill, models::*};
//!
//! let db = Database::connect("sqlite::memory:").await?;
//! db.create_tables(&[]).await?;
//! fill(&db, &Plan::with_orders(50), &mut |_, _| {}).await?;
//! assert_eq!(Order::objects().count(&db).await?, 50);
//! let made_in_germany = Product::objects().filter(q!(brand__country = "DE")).count(&db).await?;
//! assert!(made_in_germany > 0);
//! # Ok::<(), Error>(())
//! # }).unwrap();
//! ```

pub mod choices;
pub mod data;
pub mod fill;
pub mod models;
