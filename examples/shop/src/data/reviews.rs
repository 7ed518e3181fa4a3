//! What customers say of what they bought.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Plan;
use super::calendar::{DAY, END, timestamp};
use super::catalogue::quality;
use super::orders::Item;
use super::random::{Random, Stream};
use super::words::REVIEWS;

/// A customer's opinion of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// The product.
    pub product: u64,
    /// The customer, who has bought it and reviews it only once.
    pub customer: u64,
    /// From one to five stars.
    pub rating: u16,
    /// The headline.
    pub title: String,
    /// The text; some leave it empty.
    pub body: String,
    /// When it was written.
    pub written_at: Timestamp,
}

impl Plan {
    /// The reviews, by order. The iterator remembers who has reviewed what: sixteen bytes for each review given.
    pub fn reviews(&self) -> impl Iterator<Item = Review> + Send + '_ {
        let mut written: HashSet<(u64, u64)> = HashSet::new();
        (0..self.orders).flat_map(move |number| {
            let whole = self.whole(number);
            let arrived = whole.arrived.unwrap_or(END);
            let customer = whole.order.customer;
            let reviews: Vec<Review> = whole
                .items
                .iter()
                .filter_map(|item| review(item, customer, arrived))
                .filter(|review| written.insert((customer, review.product)))
                .collect();
            reviews
        })
    }
}

fn review(item: &Item, customer: u64, arrived: i64) -> Option<Review> {
    let mut random = Random::of(Stream::Review, (item.order << 20) ^ item.product);
    let second = arrived + random.between(3600, 40 * DAY as u64) as i64;
    if second >= END || !random.per_mille(170) {
        return None;
    }
    let rating = match quality(item.product) {
        0 => random.weighted(&[(1, 34), (2, 24), (3, 20), (4, 12), (5, 10)]),
        1 => random.weighted(&[(1, 12), (2, 16), (3, 26), (4, 28), (5, 18)]),
        2 => random.weighted(&[(1, 5), (2, 7), (3, 18), (4, 38), (5, 32)]),
        3 => random.weighted(&[(1, 3), (2, 4), (3, 9), (4, 32), (5, 52)]),
        _ => random.weighted(&[(1, 1), (2, 2), (3, 4), (4, 22), (5, 71)]),
    };
    let (titles, sentences) = &REVIEWS[usize::from(rating) - 1];
    let title = *random.pick(titles);
    let first = random.below(sentences.len() as u64) as usize;
    let body = match random.below(10) {
        0..3 => String::new(),
        3..7 => sentences[first].to_owned(),
        _ => format!("{} {}", sentences[first], sentences[(first + 1) % sentences.len()]),
    };
    Some(Review {
        product: item.product,
        customer,
        rating,
        title: title.to_owned(),
        body,
        written_at: timestamp(second),
    })
}
