//! Many tasks over a pool.

use std::ops::Range;

use tokio::runtime::{Builder, Runtime};

use crate::Failure;

/// How many connections the pool has.
pub const POOL_SIZE: usize = 8;
/// How many tasks share them.
const TASKS: u64 = 16;
/// How many threads the tasks run on.
const THREADS: usize = 2;

/// A pool, as a task has it.
pub trait Pool: Clone + Send + 'static {
    /// Gets the post of an operation over a connection of the pool; gives a sum that tells posts apart.
    fn get(&mut self, operation: u64) -> impl Future<Output = Result<u64, Failure>> + Send;
}

/// A pool and the runtime of the tasks that share it.
pub struct Crowd<P> {
    runtime: Runtime,
    pool: P,
}

impl<P: Pool> Crowd<P> {
    /// Does the operations, each in one of the tasks; `connect` makes the pool when it is first wanted.
    pub fn run<C>(crowd: &mut Option<Self>, operations: Range<u64>, connect: C) -> Result<u64, Failure>
    where
        C: Future<Output = Result<P, Failure>>,
    {
        let made = match crowd.take() {
            Some(made) => made,
            None => {
                let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
                let pool = runtime.block_on(connect)?;
                Crowd { runtime, pool }
            }
        };
        crowd.insert(made).share(operations)
    }

    fn share(&self, operations: Range<u64>) -> Result<u64, Failure> {
        self.runtime.block_on(async {
            let tasks: Vec<_> = (0..TASKS)
                .map(|task| {
                    let (mut pool, end) = (self.pool.clone(), operations.end);
                    let own = (operations.start + task..end).step_by(TASKS as usize);
                    tokio::spawn(async move {
                        let mut sum: u64 = 0;
                        for operation in own {
                            sum = sum.wrapping_add(pool.get(operation).await?);
                        }
                        Ok::<u64, Failure>(sum)
                    })
                })
                .collect();
            let mut sum: u64 = 0;
            for task in tasks {
                sum = sum.wrapping_add(task.await??);
            }
            Ok(sum)
        })
    }
}
