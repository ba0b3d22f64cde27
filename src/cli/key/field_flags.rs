//! The flags of those fields of a key of which the declaration says all: they come from it.

use clap::builder::BoolishValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use strum::IntoEnumIterator;

use crate::api::{Key, KeyEdit, KeyFields, NewPlan, PlanAction};
use crate::cli::Failure;
use crate::model::field::{FieldValue, Items, Widget};
use crate::model::{KeyField, are_alike, expiry, local};

/// The flags of which an edit needs one.
pub const CHANGE: &str = "change";

/// What was given, for a key that is created or edited.
#[derive(Debug, Default)]
pub struct FieldFlags<const EDIT: bool>(Vec<(KeyField, Given)>);

#[derive(Debug)]
enum Given {
    Value(FieldValue),
    /// To a list that the key has, and from it.
    Changed {
        added: Vec<String>,
        removed: Vec<String>,
    },
}

/// A flag as clap has it, which is the id of its argument too.
fn long(flag: &'static str) -> &'static str {
    flag.trim_start_matches('-')
}

impl<const EDIT: bool> FieldFlags<EDIT> {
    fn args(field: KeyField) -> Vec<Arg> {
        let arg = Arg::new(field.wire_name()).long(long(field.facts().flag));
        let help = |create, edit| if EDIT { edit } else { create };
        let args = match field.widget() {
            Widget::Custom => Vec::new(),
            Widget::Text {
                create_help,
                edit_help,
                ..
            } => vec![arg.value_name("TEXT").help(help(create_help, edit_help))],
            Widget::Toggle {
                create_help,
                edit_help,
                ..
            } => vec![
                arg.value_name("BOOL")
                    .help(help(create_help, edit_help))
                    .value_parser(BoolishValueParser::new())
                    .num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("true"),
            ],
            Widget::Time {
                always,
                create_help,
                edit_help,
                ..
            } => vec![
                arg.value_name("WHEN")
                    .help(help(create_help, edit_help))
                    .value_parser(if always { local_end } else { end }),
            ],
            Widget::List {
                create_help,
                edit_help,
                add,
                remove,
                of,
                ..
            } => {
                let what = match of {
                    Items::Texts { .. } => "TEXT",
                    Items::Networks => "NETWORK",
                };
                let several = |arg: Arg| arg.value_name(what).action(ArgAction::Append);
                let mut args = vec![several(arg).help(help(create_help, edit_help))];
                if EDIT {
                    args.extend([add, remove].map(|(flag, help)| {
                        let arg = Arg::new(long(flag)).long(long(flag)).help(help);
                        several(arg).conflicts_with(field.wire_name())
                    }));
                }
                args
            }
        };
        match EDIT {
            true => args.into_iter().map(|arg| arg.group(CHANGE)).collect(),
            false => args,
        }
    }

    fn given(matches: &ArgMatches) -> Self {
        let texts = |name: &str| -> Option<Vec<String>> {
            let texts = matches.try_get_many::<String>(name).ok().flatten();
            Some(texts?.cloned().collect())
        };
        let value = |field: KeyField| match field.widget() {
            Widget::Custom => None,
            Widget::Text { .. } => {
                let text = matches.get_one::<String>(field.wire_name())?;
                Some((field, Given::Value(FieldValue::Text(text.clone()))))
            }
            Widget::Toggle { .. } => {
                let on = matches.get_one::<bool>(field.wire_name())?;
                Some((field, Given::Value(FieldValue::Flag(*on))))
            }
            Widget::Time { .. } => {
                let End(end) = matches.get_one::<End>(field.wire_name())?;
                Some((field, Given::Value(end.map(|at| at.to_string()).into())))
            }
            Widget::List { add, remove, .. } => {
                if let Some(items) = texts(field.wire_name()) {
                    // "" is none at all.
                    let items = items.into_iter().filter(|item| !item.is_empty()).collect();
                    return Some((field, Given::Value(FieldValue::List(items))));
                }
                let [added, removed] = [add, remove].map(|(flag, _)| texts(long(flag)));
                if added.is_none() && removed.is_none() {
                    return None;
                }
                let changed = Given::Changed {
                    added: added.unwrap_or_default(),
                    removed: removed.unwrap_or_default(),
                };
                Some((field, changed))
            }
        };
        Self(KeyField::iter().filter_map(value).collect())
    }
}

/// An instant, or never.
#[derive(Debug, Clone, Copy)]
struct End(Option<Timestamp>);

/// What was typed says when, where the person is.
fn end(text: &str) -> Result<End, String> {
    expiry::typed(text, Timestamp::now(), &TimeZone::system()).map(End)
}

fn local_end(text: &str) -> Result<End, String> {
    local::typed(text, Timestamp::now(), &TimeZone::system()).map(|at| End(Some(at)))
}

impl<const EDIT: bool> FieldFlags<EDIT> {
    /// What was written, by its flag.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(field, given)| {
            let texts: Vec<&str> = match given {
                Given::Value(FieldValue::Text(text)) => vec![text],
                Given::Value(FieldValue::List(items)) => items.iter().map(String::as_str).collect(),
                Given::Changed { added, removed } => {
                    added.iter().chain(removed).map(String::as_str).collect()
                }
                Given::Value(_) => Vec::new(),
            };
            texts.into_iter().map(|text| (field.facts().flag, text))
        })
    }
}

impl FieldFlags<false> {
    pub fn fill(self, fields: &mut KeyFields) {
        for (field, given) in self.0 {
            if let Given::Value(value) = given {
                fields.set(field, value);
            }
        }
    }
}

impl FieldFlags<true> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is done to many keys; `None` when it is nothing, or more than one thing.
    pub fn for_many(&self) -> Option<NewPlan> {
        let [(field, given)] = self.0.as_slice() else {
            return None;
        };
        match (field, given) {
            (KeyField::ExpiresAt, Given::Value(end)) => Some(NewPlan {
                expires_at: Some(end.clone().text()),
                ..NewPlan::new(PlanAction::SetExpiry)
            }),
            (KeyField::Labels, Given::Changed { added, removed }) => Some(NewPlan {
                add_labels: added.clone(),
                remove_labels: removed.clone(),
                ..NewPlan::new(PlanAction::Label)
            }),
            _ => None,
        }
    }

    /// What becomes of the key as it is.
    pub fn change(self, key: &Key, edit: &mut KeyEdit) -> Result<(), Failure> {
        for (field, given) in self.0 {
            let value = match given {
                Given::Value(value) => value,
                Given::Changed { added, removed } => {
                    let items = key.value(field).list().unwrap_or_default();
                    FieldValue::List(changed(field, items, added, removed)?)
                }
            };
            edit.set(field, value);
        }
        Ok(())
    }
}

/// What is there already is not added again, and what is removed must be there.
fn changed(
    field: KeyField,
    mut items: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
) -> Result<Vec<String>, Failure> {
    for unwanted in removed {
        let before = items.len();
        let kept = field.kept_item(&unwanted);
        items.retain(|item| !are_alike(item, &kept));
        if items.len() == before {
            let flag = match field.widget() {
                Widget::List {
                    remove: (flag, _), ..
                } => flag,
                _ => field.facts().flag,
            };
            return Err(Failure::Flags(vec![format!(
                "{flag} {unwanted}: The key doesn't have it."
            )]));
        }
    }
    for wanted in added {
        let kept = field.kept_item(&wanted);
        if !items.iter().any(|item| are_alike(item, &kept)) {
            items.push(wanted);
        }
    }
    Ok(items)
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
        command.args(KeyField::iter().flat_map(Self::args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
