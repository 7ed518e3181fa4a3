//! The names that Django gives to indexes and constraints, so that both find each other's.

use md5::{Digest, Md5};

/// The name of an index or constraint over columns of a table: Django's `_create_index_name`.
///
/// `suffix` is `""` for an index, `"_like"` for a pattern index, `"_uniq"` for a unique constraint and
/// `"_fk_table_column"` for a foreign key. `limit` is how many characters the database keeps, 200 where it keeps all.
///
/// ```
/// use embellie_sql::schema::constraint_name;
/// let name = constraint_name("blog_post", &["author_id"], "_fk_blog_user_id", 63);
/// assert_eq!(name, "blog_post_author_id_dd7a8485_fk_blog_user_id");
/// ```
pub fn constraint_name(table: &str, columns: &[&str], suffix: &str, limit: usize) -> String {
    let table = bare(table);
    let mut tail = format!("{}{suffix}", digest(std::iter::once(table).chain(columns.iter().copied()), 8));
    let columns = columns.join("_");
    let name = format!("{table}_{columns}_{tail}");
    if name.chars().count() <= limit {
        return name;
    }
    if tail.chars().count() * 3 > limit {
        tail = take(&tail, limit / 3);
    }
    let each = ((limit - tail.chars().count()) / 2).saturating_sub(1);
    let name = format!("{}_{}_{tail}", take(table, each), take(&columns, each));
    if starts_badly(&name) {
        let all_but_last = name.chars().count() - 1;
        return format!("D{}", take(&name, all_but_last));
    }
    name
}

/// The name of an index that was declared without one: Django's `Index.set_name_with_model`, 30 characters at most.
///
/// `terms` are columns, each with a leading `-` when descending; `suffix` is the kind: `idx`, `gin`, …
pub fn index_name(table: &str, terms: &[&str], suffix: &str) -> String {
    let table = bare(table);
    let hash = digest(std::iter::once(table).chain(terms.iter().copied()).chain([suffix]), 6);
    let column = terms.first().map_or("", |term| term.trim_start_matches('-'));
    let name = format!("{}_{}_{hash}_{suffix}", take(table, 11), take(column, 7));
    if starts_badly(&name) { format!("D{}", &name[1..]) } else { name }
}

/// The table's own name, without a namespace: Django writes `schema"."table`.
fn bare(table: &str) -> &str {
    table.split_once("\".\"").map_or(table, |(_, name)| name).trim_matches('"')
}

fn digest<'a>(parts: impl Iterator<Item = &'a str>, length: usize) -> String {
    let mut hash = Md5::new();
    parts.for_each(|part| hash.update(part));
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    take(&hex, length)
}

fn take(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

fn starts_badly(name: &str) -> bool {
    name.starts_with(|first: char| first == '_' || first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraint_names_are_djangos() {
        let cases: [(&str, &[&str], &str, &str); 6] = [
            ("blog_post", &["author_id"], "_fk_blog_user_id", "blog_post_author_id_dd7a8485_fk_blog_user_id"),
            (
                "a_very_long_application_name_indeed_somemodelwithalongname",
                &["first_long_column_name", "second_long_column_name"],
                "_uniq",
                "a_very_long_application__first_long_column_name_s_b57cc276_uniq",
            ),
            (
                "short",
                &["x"],
                "_fk_an_extraordinarily_long_table_name_here_with_a_column_that_is_long",
                "short_x_5a60eee8_fk_an_extrao",
            ),
            (&"_under_very_long_table_name_".repeat(3), &["c"], "", "D_under_very_long_table_nam_c_8973228"),
            (&"9table".repeat(12), &["c", "d"], "_like", "D9table9table9table9table_c_d_02fcc18a_lik"),
            (&"tä".repeat(40), &["spalte"], "", "tätätätätätätätätätätätätä_spalte_880584d4"),
        ];
        for (table, columns, suffix, expected) in cases {
            assert_eq!(constraint_name(table, columns, suffix, 63), expected);
        }
    }

    #[test]
    fn index_names_are_djangos() {
        let cases: [(&str, &[&str], &str); 4] = [
            ("a_long_app_m", &["a_long_field_name"], "a_long_app__a_long__477bbb_idx"),
            ("a_long_app_m", &["-b", "a_long_field_name"], "a_long_app__b_6cd917_idx"),
            ("_nine", &["a_long_field_name"], "Dnine_a_long__69547e_idx"),
            ("_nine", &["-b", "a_long_field_name"], "Dnine_b_f1cd18_idx"),
        ];
        for (table, terms, expected) in cases {
            assert_eq!(index_name(table, terms, "idx"), expected);
        }
    }
}
