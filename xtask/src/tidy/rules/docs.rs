//! The pages name what is there.

use super::super::tree::File;
use super::{Rule, Tree, Violation};

pub(super) const RULE: Rule = Rule {
    name: "docs",
    says: "Every link within the pages leads somewhere, and every path they name exists.",
    why: "a page that tells a stranger where to look is worth having only as long as it is right.",
    check: |tree| {
        let pages = tree.files.iter().filter(|file| file.path.ends_with(".md"));
        pages.flat_map(|page| links(tree, page).chain(paths(tree, page)).collect::<Vec<_>>()).collect()
    },
};

/// The folders whose names begin a path that is meant from the root.
const ROOTS: [&str; 7] = ["crates/", "xtask/", "tests/", "examples/", "docs/", "bench/", ".ci/"];

/// `](target)`, unless the target is on another host.
fn links<'a>(tree: &'a Tree, page: &'a File) -> impl Iterator<Item = Violation> + 'a {
    lines(page).flat_map(move |(n, line)| {
        line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).filter_map(move |(target, _)| {
            if target.contains("://") || target.starts_with("mailto:") {
                return None;
            }
            let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
            let path = if path.is_empty() { page.path.clone() } else { resolve(&page.path, path) };
            if !exists(tree, &path) {
                return Some(Violation::at(&page.path, n, format!("`{target}`: there is no `{path}`")));
            }
            let linked = tree.files.iter().find(|file| file.path == path);
            let lost = anchor.filter(|anchor| linked.is_none_or(|file| !headings(file).any(|slug| slug == **anchor)));
            lost.map(|anchor| Violation::at(&page.path, n, format!("`{path}` has no heading `#{anchor}`")))
        })
    })
}

/// Code that is a path from the root, such as `crates/embellie-core/src/lib.rs`, or the end of one, such as `lib.rs` and
/// `resolve/`; one with a placeholder is passed over.
fn paths<'a>(tree: &'a Tree, page: &'a File) -> impl Iterator<Item = Violation> + 'a {
    lines(page).flat_map(move |(n, line)| {
        line.split('`').skip(1).step_by(2).filter_map(move |code| {
            let path = code.trim_end_matches('/');
            let whole = ROOTS.iter().any(|root| code.starts_with(root));
            let end = code.ends_with(".rs") || code.ends_with('/');
            if !(whole || end) || code.contains(['<', '*', '{', ' ', '…', ':']) {
                return None;
            }
            let found = exists(tree, path) || !whole && ends_some_path(tree, code);
            (!found).then(|| Violation::at(&page.path, n, format!("there is no `{code}`")))
        })
    })
}

/// The lines outside of code blocks, counted from 1.
fn lines(page: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    (1..).zip(page.text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

fn exists(tree: &Tree, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    tree.files
        .iter()
        .any(|file| file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Whether a file is called so, or lies in a folder that is.
fn ends_some_path(tree: &Tree, end: &str) -> bool {
    let inside = format!("/{end}");
    tree.files
        .iter()
        .any(|file| if end.ends_with('/') { file.path.contains(&inside) } else { file.path.ends_with(&inside) })
}

/// The path that `target` means in the page at `from`.
fn resolve(from: &str, target: &str) -> String {
    let mut names: Vec<&str> = from.split('/').collect();
    names.pop();
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names.join("/")
}

/// The anchors that GitHub gives to a page's headings.
fn headings(page: &File) -> impl Iterator<Item = String> {
    lines(page).filter(|(_, line)| line.starts_with('#')).map(|(_, line)| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}
