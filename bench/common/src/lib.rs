//! What the contenders of the benchmark have in common.
//!
//! A contender is a program of its own, since the SQLite libraries of some cannot be linked into one program. It reads
//! a line for each measurement, `case count first`, and answers with what the operations took.

mod allocation;
mod case;
mod crowd;
mod data;
mod serve;

pub use allocation::peak_of;
pub use case::{
    BULK, Case, FEW_ROWS, GROUP_AT_LEAST, JOINED, JOINED_VIEWS, MANY_ROWS, OWNERS, POSTS, WITH_AUTHOR, bulk_row,
    key_of, mix, text, views_of,
};
pub use crowd::{Crowd, POOL_SIZE, Pool};
pub use data::statements;
pub use serve::{Arguments, Contender, Cost, Failure, Measured, measure, measure_future, serve, serve_lines};

#[global_allocator]
static ALLOCATOR: allocation::Counting = allocation::Counting;
