//! Relations as fields of an object: what is known of the other end, and how to reach it.

mod foreign_key;
mod generic;
mod held;
mod join;
mod kept;
mod many_to_many;
mod one_to_one;
mod peers;
mod prefetch;
mod set;
mod shared;
mod slot;

pub use foreign_key::{ForeignKey, KeyField};
pub use join::{IntoRelated, Joins};
pub use many_to_many::ManyToMany;
pub use one_to_one::OneToOne;
#[doc(hidden)]
pub use prefetch::Prefetches;
pub use set::Related;
pub use slot::{KeySlot, LinkSlot};

pub(crate) use held::{Held, SetName, Sets};
#[doc(hidden)]
pub use join::Step;
pub(crate) use join::{Joined, Related as Gathered, is_absent};
pub(crate) use kept::{Kept, KeptRow, Make};
#[doc(hidden)]
pub use peers::Peers;
pub(crate) use peers::{Found, Key, Object, Wanted, What, link, used, value_of};
pub(crate) use prefetch::{Level, Load, RecordSet, TypedSet, asked_of_fields};
