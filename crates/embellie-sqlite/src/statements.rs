//! Prepared statements that are kept for the next time, by their texts.

use std::collections::HashMap;
use std::sync::Arc;

/// How many texts are found by where they are in memory.
const NEAR: usize = 64;

/// What is kept for each of so many texts at most, those used last.
///
/// A text that comes from a plan is the same one in memory each time, and is found by its address; any other by its
/// hash.
pub(crate) struct Statements<T> {
    entries: Vec<Entry<T>>,
    by_text: HashMap<Arc<str>, usize>,
    near: [usize; NEAR],
    capacity: usize,
    /// Counts what is taken.
    clock: u64,
}

struct Entry<T> {
    /// The text as it came last. The entry keeps it, so that no other text can be at its address.
    text: Arc<str>,
    /// Nothing while it is in use.
    kept: Option<T>,
    used: u64,
}

/// Where something was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    entry: usize,
    used: u64,
}

impl<T> Statements<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Statements { entries: Vec::new(), by_text: HashMap::new(), near: [0; NEAR], capacity, clock: 0 }
    }

    /// Takes what is kept for a text; it is put back with the ticket.
    pub(crate) fn take(&mut self, text: &Arc<str>) -> Option<(Ticket, T)> {
        let index = self.find(text)?;
        let entry = self.entries.get_mut(index)?;
        let kept = entry.kept.take()?;
        self.clock += 1;
        entry.used = self.clock;
        Some((Ticket { entry: index, used: self.clock }, kept))
    }

    /// Puts back what was taken, unless its place has been given away.
    pub(crate) fn put_back(&mut self, ticket: Ticket, kept: T) {
        if let Some(entry) = self.entries.get_mut(ticket.entry)
            && entry.used == ticket.used
        {
            entry.kept = Some(kept);
        }
    }

    /// Keeps something for a text, in the place of what has not been used for longest when there is no more room.
    pub(crate) fn keep(&mut self, text: Arc<str>, kept: T) {
        if self.capacity == 0 {
            return;
        }
        self.clock += 1;
        let entry = Entry { text: Arc::clone(&text), kept: Some(kept), used: self.clock };
        let known = self.by_text.get(&text).copied();
        let full = self.entries.len() >= self.capacity;
        let index = known.or_else(|| if full { self.oldest() } else { None }).unwrap_or(self.entries.len());
        match self.entries.get_mut(index) {
            Some(place) => {
                let before = std::mem::replace(place, entry);
                if known.is_none() {
                    self.by_text.remove(&before.text);
                }
            }
            None => self.entries.push(entry),
        }
        self.by_text.insert(text, index);
    }

    fn oldest(&self) -> Option<usize> {
        self.entries.iter().enumerate().min_by_key(|(_, entry)| entry.used).map(|(index, _)| index)
    }

    fn find(&mut self, text: &Arc<str>) -> Option<usize> {
        let near = self.near.get_mut(near(text))?;
        if self.entries.get(*near).is_some_and(|entry| Arc::ptr_eq(&entry.text, text)) {
            return Some(*near);
        }
        let index = *self.by_text.get(text)?;
        *near = index;
        if let Some(entry) = self.entries.get_mut(index) {
            entry.text = Arc::clone(text);
        }
        Some(index)
    }
}

/// Which of the near places is a text's, by its address.
fn near(text: &Arc<str>) -> usize {
    let address = text.as_ptr().addr() as u64;
    (address.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - NEAR.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Arc<str> {
        text.into()
    }

    #[test]
    fn texts_are_found_by_address_and_by_what_they_say() {
        let mut kept = Statements::new(8);
        let (one, other) = (text("SELECT 1"), text("SELECT 1"));
        kept.keep(Arc::clone(&one), 1);
        for text in [&one, &one, &other, &other, &one] {
            let (ticket, value) = kept.take(text).unwrap();
            assert_eq!(value, 1);
            assert!(kept.take(text).is_none(), "it is in use");
            kept.put_back(ticket, value);
        }
        assert!(kept.take(&text("SELECT 2")).is_none());
    }

    #[test]
    fn what_was_used_last_stays() {
        let mut kept = Statements::new(2);
        let texts = ["a", "b", "c"].map(text);
        kept.keep(Arc::clone(&texts[0]), 'a');
        kept.keep(Arc::clone(&texts[1]), 'b');
        let (ticket, value) = kept.take(&texts[0]).unwrap();
        kept.put_back(ticket, value);
        kept.keep(Arc::clone(&texts[2]), 'c');
        assert!(kept.take(&texts[1]).is_none());
        assert_eq!(kept.take(&texts[0]).unwrap().1, 'a');
        assert_eq!(kept.take(&texts[2]).unwrap().1, 'c');
    }

    #[test]
    fn what_comes_back_late_is_dropped() {
        let mut kept = Statements::new(1);
        let (a, b) = (text("a"), text("b"));
        kept.keep(Arc::clone(&a), 'a');
        let (ticket, value) = kept.take(&a).unwrap();
        kept.keep(Arc::clone(&b), 'b');
        kept.put_back(ticket, value);
        assert_eq!(kept.take(&b).unwrap().1, 'b');
        assert!(kept.take(&a).is_none());
        let mut none = Statements::new(0);
        none.keep(Arc::clone(&a), 'a');
        assert!(none.take(&a).is_none());
    }
}
