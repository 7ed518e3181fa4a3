//! Figures in the README, each kind between marks of its own.

use crate::shell::{self, Result};

/// A part of the README that a benchmark writes.
pub(super) struct Section {
    /// The word in its marks.
    pub(super) name: &'static str,
    /// The command that writes it.
    pub(super) command: &'static str,
}

impl Section {
    fn marks(&self) -> (String, String) {
        let Section { name, command } = self;
        (format!("<!-- {name}: `{command}` writes this -->"), format!("<!-- end of {name} -->"))
    }

    /// Writes the files, named from the root, and has the README show the text.
    pub(super) fn write(&self, shown: &str, files: &[(String, String)]) -> Result {
        let readme = shell::root().join("README.md");
        let text = std::fs::read_to_string(&readme)?;
        let text = self.replaced(&text, shown).ok_or_else(|| format!("README.md has no `{}`", self.marks().0))?;
        for (name, content) in files {
            std::fs::write(shell::root().join(name), content)?;
        }
        std::fs::write(readme, text)?;
        println!("README.md shows these figures");
        Ok(())
    }

    /// The text with something else between the marks; `None` when they are not there.
    fn replaced(&self, text: &str, shown: &str) -> Option<String> {
        let (begin, end) = self.marks();
        let (before, rest) = text.split_once(&begin)?;
        let (_, after) = rest.split_once(&end)?;
        Some(format!("{before}{begin}\n\n{}\n\n{end}{after}", shown.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::Section;

    #[test]
    fn what_is_between_the_marks_is_replaced() {
        let section = Section { name: "speed", command: "run" };
        let (begin, end) = section.marks();
        let text = format!("a\n{begin}\nold\n{end}\nb\n");
        let new = section.replaced(&text, "new\n").unwrap();
        assert_eq!(new, format!("a\n{begin}\n\nnew\n\n{end}\nb\n"));
        assert_eq!(section.replaced(&new, "new").as_ref(), Some(&new));
        assert_eq!(section.replaced("nothing", "new"), None);
    }

    #[test]
    fn the_readme_has_the_marks() {
        let readme = std::fs::read_to_string(crate::shell::root().join("README.md")).unwrap();
        for section in [
            &crate::bench::speed::SECTION,
            &crate::bench::speed::demo::SECTION,
            &crate::bench::growth::SECTION,
            &crate::bench::compile::SECTION,
        ] {
            assert!(section.replaced(&readme, "").is_some(), "{}", section.marks().0);
        }
    }
}
