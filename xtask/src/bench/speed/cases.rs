//! The cases, and how fast embellie is to be in each.

/// What every contender does.
#[derive(Debug)]
pub(super) struct Case {
    /// The word that it is chosen by.
    pub(super) word: &'static str,
    /// What it is called.
    pub(super) title: &'static str,
    /// The goals, in the order of `DATABASES`: embellie's time as a part of the raw driver's, at most.
    goals: [f64; 2],
}

/// The databases, by the words that choose them.
pub(crate) const DATABASES: [&str; 2] = ["sqlite", "postgres"];

/// The case that has no raw driver: they have no pools. What others take is a multiple of embellie's.
pub(super) const POOL: &str = "pool";

/// The cases, in the order in which they are shown.
pub(super) static CASES: [Case; 11] = [
    Case { word: "get", title: "get by primary key", goals: [1.3, 1.0] },
    Case { word: "columns", title: "1 row of 3 columns", goals: [1.3, 1.0] },
    Case { word: "few", title: "100 rows", goals: [1.0, 0.75] },
    Case { word: "many", title: "10,000 rows", goals: [1.0, 0.75] },
    Case { word: "joined", title: "join, filter, order: 1,000 rows", goals: [1.0, 0.75] },
    Case { word: "bulk", title: "bulk insert of 1,000", goals: [0.75, 1.0] },
    Case { word: "tree", title: "100 users, their posts, their comments", goals: [1.0, 0.75] },
    Case { word: "with-author", title: "1,000 posts with author", goals: [1.0, 0.75] },
    Case { word: "update", title: "update by primary key", goals: [1.3, 1.0] },
    Case { word: "group", title: "group by with having: 1,000 groups", goals: [1.0, 0.75] },
    Case { word: POOL, title: "get by primary key, 16 tasks over a pool of 8", goals: [1.0, 1.0] },
];

impl Case {
    /// The case of a word.
    pub(super) fn find(word: &str) -> Option<&'static Case> {
        CASES.iter().find(|case| case.word == word)
    }

    /// The goal on a database.
    pub(super) fn goal(&self, database: &str) -> f64 {
        let place = DATABASES.iter().position(|known| *known == database).unwrap_or_default();
        self.goals[place]
    }
}
