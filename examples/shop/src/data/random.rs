//! Random numbers that are the same on every machine and in every run.
//!
//! The generator is SplitMix64: a counter that goes up by the golden ratio, and a bijection that stirs it. It is not
//! fit for secrets; it is fast, has no bad seeds, and needs eight bytes. Each row of the data set has a generator of
//! its own, made from the kind of row and its number, so any row can be made without those before it.
//!
//! Only integers are used: the results of floating-point functions differ between platforms.

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const SEED: u64 = 0x0065_6d62_656c_6c69;

/// What a row's generator is for. Two purposes never share numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    Brand = 1,
    Product,
    ProductTags,
    ProductImages,
    Popularity,
    Quality,
    Customer,
    Browser,
    Address,
    Order,
    Review,
}

/// A generator of random numbers.
#[derive(Debug, Clone)]
pub(super) struct Random {
    state: u64,
}

fn stir(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// The generator of one row.
    pub(super) fn of(stream: Stream, row: u64) -> Self {
        Random { state: stir(SEED ^ stir((stream as u64).wrapping_mul(GOLDEN)) ^ stir(row.wrapping_add(GOLDEN))) }
    }

    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        stir(self.state)
    }

    /// A number from 0 to `end`, which it does not reach; 0 when `end` is 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True so many times in a thousand.
    pub(super) fn per_mille(&mut self, times: u64) -> bool {
        self.below(1000) < times
    }

    /// One of these, each as likely as the next.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }

    /// One of these, as likely as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, choices: &[(T, u64)]) -> T {
        let mut left = self.below(choices.iter().map(|(_, weight)| weight).sum());
        for &(choice, weight) in choices {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return choice,
            }
        }
        choices[0].0
    }
}
