//! A field of a key in one cell: as exports write it and imports read it.

use crate::model::field::{FieldValue, Items, Widget};
use crate::model::{KeyField, Settings};

/// How a field is written in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellForm {
    Text,
    Flag,
    /// An instant; `always` as it is declared.
    Time {
        always: bool,
    },
    /// One of these is between its items; the first of them in what is written.
    List {
        between: &'static [char],
    },
}

/// Between what has no spaces.
const SPACED: &[char] = &[' ', ',', ';', '\n', '\r', '\t', '|'];
/// Between what may have spaces.
const PARTED: &[char] = &[',', ';', '\n'];

impl CellForm {
    pub fn of(field: KeyField) -> Self {
        match (field.widget(), Settings::default().value(field)) {
            (Widget::Time { always, .. }, _) => Self::Time { always },
            (
                Widget::List {
                    of: Items::Texts { .. },
                    ..
                },
                _,
            ) => Self::List { between: PARTED },
            (_, FieldValue::List(_)) => Self::List { between: SPACED },
            (_, FieldValue::Flag(_)) => Self::Flag,
            _ => Self::Text,
        }
    }
}

/// What a field holds, in one cell.
pub fn written(field: KeyField, value: &FieldValue) -> String {
    match (value, CellForm::of(field)) {
        (FieldValue::None, _) => String::new(),
        (FieldValue::Flag(flag), _) => flag.to_string(),
        (FieldValue::Text(text), _) => text.clone(),
        (FieldValue::List(items), CellForm::List { between }) => {
            let between: String = between.iter().take(1).collect();
            items.join(&between)
        }
        (FieldValue::List(items), _) => items.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_has_the_form_of_what_it_holds() {
        for field in KeyField::settings() {
            let is_list = matches!(Settings::default().value(field), FieldValue::List(_));
            assert_eq!(
                matches!(CellForm::of(field), CellForm::List { .. }),
                is_list,
                "{field:?}"
            );
        }
        let two = FieldValue::List(vec!["a b".into(), "c".into()]);
        assert_eq!(written(KeyField::Labels, &two), "a b,c");
        assert_eq!(written(KeyField::AllowedNetworks, &two), "a b c");
    }
}
