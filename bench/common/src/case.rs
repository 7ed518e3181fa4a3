//! The cases, and the numbers that make all contenders do the same.

use std::fmt;
use std::str::FromStr;

/// How many posts there are; their keys begin at 1.
pub const POSTS: u64 = 10_000;
/// How many rows the case of few reads.
pub const FEW_ROWS: i64 = 100;
/// How many rows the case of many reads.
pub const MANY_ROWS: i64 = 10_000;
/// How many rows the joined case reads.
pub const JOINED: i64 = 1_000;
/// The views that a post of the joined case has more than.
pub const JOINED_VIEWS: i64 = 100;
/// How many rows are inserted at once.
pub const BULK: i64 = 1_000;
/// How many users are read with their posts and comments.
pub const OWNERS: i64 = 100;
/// How many posts are read with their authors.
pub const WITH_AUTHOR: i64 = 1_000;
/// How many published posts an author of a group has at least.
pub const GROUP_AT_LEAST: i64 = 6;

/// One thing that every contender does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// A whole post, by its primary key.
    Get,
    /// Three columns of one post.
    Columns,
    /// The first 100 posts, by key.
    Few,
    /// All 10,000 posts, by key.
    Many,
    /// Titles, authors' names and views of posts of active authors, most views first.
    Joined,
    /// 1,000 new rows with known values in one call, in a transaction.
    Bulk,
    /// 100 users, their posts, and the comments on those.
    Tree,
    /// 1,000 posts, each with its author.
    WithAuthor,
    /// One column of one post, by its primary key.
    Update,
    /// Authors with the number and the views of their published posts, where there are some of them.
    Group,
}

impl Case {
    /// All cases, in the order in which they are shown.
    pub const ALL: [Case; 10] = [
        Case::Get,
        Case::Columns,
        Case::Few,
        Case::Many,
        Case::Joined,
        Case::Bulk,
        Case::Tree,
        Case::WithAuthor,
        Case::Update,
        Case::Group,
    ];

    /// The word for the case.
    pub fn word(self) -> &'static str {
        match self {
            Case::Get => "get",
            Case::Columns => "columns",
            Case::Few => "few",
            Case::Many => "many",
            Case::Joined => "joined",
            Case::Bulk => "bulk",
            Case::Tree => "tree",
            Case::WithAuthor => "with-author",
            Case::Update => "update",
            Case::Group => "group",
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Case::ALL.into_iter().find(|case| case.word() == word).ok_or_else(|| format!("there is no case `{word}`"))
    }
}

/// The key of the post that an operation is about: all of them, in an order without pattern.
pub fn key_of(operation: u64) -> i64 {
    (operation.wrapping_mul(7_919) % POSTS) as i64 + 1
}

/// The views of a post: what it has from the start, and what it is updated to.
pub fn views_of(key: i64) -> i64 {
    key * 37 % 1_000
}

/// The name, the number and the note of the row that is inserted at a place.
pub fn bulk_row(place: i64) -> (String, i64, Option<String>) {
    (format!("entry {place}"), place * 3, (place % 2 == 0).then(|| format!("a note on entry {place}")))
}

/// A sum that tells results apart: what one value adds to what came before.
pub fn mix(sum: u64, value: i64) -> u64 {
    sum.rotate_left(5).wrapping_add(value as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// What a text adds to a sum.
pub fn text(sum: u64, text: &str) -> u64 {
    let last = text.bytes().last().unwrap_or_default();
    mix(sum, (text.len() as i64) << 8 | i64::from(last))
}
