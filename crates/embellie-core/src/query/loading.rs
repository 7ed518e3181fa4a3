//! Which fields of objects are read with them.

use crate::Path;

/// Which fields of the rows' objects are read: Django's `only` and `defer`. The primary key always is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Loading {
    /// All.
    #[default]
    All,
    /// Those at these paths. A relation alone is its key or, where its objects come with the rows, all of them.
    Only(Vec<Path>),
    /// All but those at these paths.
    AllBut(Vec<Path>),
}

impl Loading {
    /// Reads only these, of those that were not put off before: Django's `only()`.
    #[must_use]
    pub fn only(self, paths: impl IntoIterator<Item = impl Into<Path>>) -> Self {
        let paths: Vec<Path> = paths.into_iter().map(Into::into).collect();
        let Loading::AllBut(deferred) = self else { return Loading::Only(paths) };
        match without(&paths, &deferred) {
            left if left.is_empty() => Loading::AllBut(without(&deferred, &paths)),
            left => Loading::Only(left),
        }
    }

    /// Puts these off: Django's `defer()`.
    #[must_use]
    pub fn all_but(self, paths: impl IntoIterator<Item = impl Into<Path>>) -> Self {
        let paths: Vec<Path> = paths.into_iter().map(Into::into).collect();
        match self {
            Loading::All => Loading::AllBut(paths),
            Loading::AllBut(mut deferred) => {
                deferred.extend(without(&paths, &deferred));
                Loading::AllBut(deferred)
            }
            Loading::Only(loaded) => match without(&loaded, &paths) {
                left if left.is_empty() => Loading::AllBut(without(&paths, &loaded)),
                left => Loading::Only(left),
            },
        }
    }
}

fn without(paths: &[Path], others: &[Path]) -> Vec<Path> {
    paths.iter().filter(|path| !others.contains(path)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::Loading::{self, All, AllBut, Only};
    use crate::Path;

    fn paths<const N: usize>(names: [&str; N]) -> Vec<Path> {
        names.map(Path::from).to_vec()
    }

    /// What Django 5.2 makes of the same calls.
    #[test]
    fn the_order_of_the_calls_decides() {
        let deferred = All.all_but(["a", "b"]);
        assert_eq!(deferred.clone().all_but(["b", "c"]), AllBut(paths(["a", "b", "c"])));
        assert_eq!(deferred.clone().only(["b", "c"]), Only(paths(["c"])));
        assert_eq!(deferred.only(["b"]), AllBut(paths(["a"])));
        let only = Loading::default().only(["a", "b"]);
        assert_eq!(only.clone().only(["c"]), Only(paths(["c"])), "the last call alone counts");
        assert_eq!(only.clone().all_but(["b", "c"]), Only(paths(["a"])));
        assert_eq!(only.all_but(["a", "b", "c"]), AllBut(paths(["c"])));
    }
}
