//! Mistakes in typed code: each gives one short error that says what is wrong.
//!
//! After a change that is meant to change them, `TRYBUILD=overwrite cargo test -p embellie --test ui` writes them anew.

#[test]
fn mistakes() {
    trybuild::TestCases::new().compile_fail("../../tests/ui/*.rs");
}
