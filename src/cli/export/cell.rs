//! Cells of CSV that no spreadsheet runs. What begins like a formula gets an apostrophe before it, as OWASP recommends
//! ("CSV injection"); what has apostrophes before such a beginning gets one more, so that [`plain`] undoes it exactly.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula, also in full width; and what it skips before one.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(FORMULA)
}

/// As it is written to a file.
pub fn quoted(cell: &str) -> Cow<'_, str> {
    match is_formula(cell) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// As it was before it was written.
pub fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula_and_all_are_read_as_they_were() {
        for cell in [
            "", "a", "'", "'a", "=1+1", "'=1", "''=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1",
            "＠a", "'－", "a=1", " =1", "\u{e9}=", "'''",
        ] {
            let written = quoted(cell);
            assert!(!written.starts_with(FORMULA), "{cell:?}");
            assert_eq!(plain(&written), cell);
        }
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(quoted("Till's"), "Till's");
    }
}
