//! Choices from which rows and queries are made.

/// A list of numbers, read one after the other, each of which decides something. 0 is always the simplest choice, and
/// what is chosen when none are left: so a shorter list of smaller numbers makes something simpler, which is all that
/// is needed to find the smallest query that fails.
#[derive(Debug)]
pub(crate) struct Tape<'t> {
    choices: std::slice::Iter<'t, u16>,
}

impl<'t> Tape<'t> {
    pub(crate) fn new(choices: &'t [u16]) -> Self {
        Tape { choices: choices.iter() }
    }

    /// A number below `count`, which is not 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let choice = self.choices.next().copied().unwrap_or(0);
        usize::from(choice) * count / (usize::from(u16::MAX) + 1)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// Whether what happens once in `times` does.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    pub(crate) fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    /// Something, or nothing.
    pub(crate) fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(4) > 0).then(|| make(self))
    }

    /// `low` to `high` of something.
    pub(crate) fn list<T>(&mut self, low: usize, high: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = low + self.below(high - low + 1);
        (0..count).map(|_| make(self)).collect()
    }
}
