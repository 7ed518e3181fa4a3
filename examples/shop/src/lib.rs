//! A shop: customers, a catalogue, orders and what people say of what they bought.
//!
//! [`data`] makes a plausible data set of any size, the same one each time.

pub mod choices;
pub mod data;
