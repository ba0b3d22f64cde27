//! The flags of those fields of a key of which the declaration says all: they come from it.

use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};
use strum::IntoEnumIterator;

use crate::api::{KeyEdit, KeyFields};
use crate::model::KeyField;
use crate::model::field::{Value, Widget};

/// The flags of which an edit needs one.
pub const CHANGE: &str = "change";

/// What was given, for a key that is created or edited.
#[derive(Debug, Default)]
pub struct FieldFlags<const EDIT: bool>(Vec<(KeyField, Value)>);

impl<const EDIT: bool> FieldFlags<EDIT> {
    fn arg(field: KeyField) -> Option<Arg> {
        let arg = Arg::new(field.wire_name()).long(field.facts().flag.trim_start_matches('-'));
        let (Widget::Text {
            create_help,
            edit_help,
            ..
        }
        | Widget::Toggle {
            create_help,
            edit_help,
            ..
        }) = field.widget()
        else {
            return None;
        };
        let arg = arg.help(if EDIT { edit_help } else { create_help });
        let arg = match field.widget() {
            Widget::Text { .. } | Widget::Custom => arg.value_name("TEXT"),
            Widget::Toggle { .. } => arg
                .value_name("BOOL")
                .value_parser(value_parser!(bool))
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true"),
        };
        Some(if EDIT { arg.group(CHANGE) } else { arg })
    }

    fn given(matches: &ArgMatches) -> Self {
        let value = |field: KeyField| match field.widget() {
            Widget::Custom => None,
            Widget::Text { .. } => {
                let text = matches.get_one::<String>(field.wire_name());
                text.map(|text| (field, Value::Text(text.clone())))
            }
            Widget::Toggle { .. } => {
                let on = matches.get_one::<bool>(field.wire_name());
                on.map(|on| (field, Value::Flag(*on)))
            }
        };
        Self(KeyField::iter().filter_map(value).collect())
    }
}

impl<const EDIT: bool> FieldFlags<EDIT> {
    /// What was written, by its flag.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(field, value)| match value {
            Value::Text(text) => Some((field.facts().flag, text.as_str())),
            _ => None,
        })
    }
}

impl FieldFlags<false> {
    pub fn fill(self, fields: &mut KeyFields) {
        self.0
            .into_iter()
            .for_each(|(field, value)| fields.set(field, value));
    }
}

impl FieldFlags<true> {
    pub fn change(self, edit: &mut KeyEdit) {
        self.0
            .into_iter()
            .for_each(|(field, value)| edit.set(field, value));
    }
}

impl<const EDIT: bool> FromArgMatches for FieldFlags<EDIT> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Self::given(matches))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::given(matches);
        Ok(())
    }
}

impl<const EDIT: bool> Args for FieldFlags<EDIT> {
    fn augment_args(command: Command) -> Command {
        command.args(KeyField::iter().filter_map(Self::arg))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
