//! What the file says of the dashboard's looks and keys. What is wrong in it is named, and the rest works: nothing of it
//! decides which server is asked, and with which token.

use std::ops::Range;

use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::theme::{ColourRole, ThemeSettings};

/// How the dashboard writes dates.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    EnumIter,
    EnumString,
    IntoStaticStr
)]
#[strum(serialize_all = "kebab-case")]
pub enum DateForm {
    /// `2 Nov 26`.
    #[default]
    Short,
    /// `2026-11-02`.
    Iso,
    /// `Nov 2, 26`.
    Us,
    /// As the locale has it: one of the others.
    Local,
}

impl DateForm {
    /// What it is called, and what a date looks like.
    pub fn about(self) -> &'static str {
        match self {
            Self::Short => "2 Nov 26",
            Self::Iso => "2026-11-02",
            Self::Us => "Nov 2 26",
            Self::Local => "one of these, as LC_ALL, LC_TIME or LANG has it",
        }
    }

    /// Without [`DateForm::Local`], in whose place stands what the environment's locale writes.
    pub fn in_environment(self) -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_TIME", "LANG"].into_iter().find_map(set);
        match self {
            Self::Local => Self::of_locale(&locale.unwrap_or_default()),
            form => form,
        }
    }

    fn of_locale(locale: &str) -> Self {
        let name = locale.split(['.', '@']).next().unwrap_or_default();
        match (name, name.split('_').next().unwrap_or_default()) {
            ("en_US", _) => Self::Us,
            ("en_CA", _) | (_, "sv" | "lt" | "hu" | "zh" | "ja" | "ko") => Self::Iso,
            _ => Self::Short,
        }
    }
}

/// The keys of an action, as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySetting {
    pub line: usize,
    pub action: String,
    /// None where the action is to have no key.
    pub keys: Vec<String>,
}

/// Something wrong that is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongLine {
    pub line: usize,
    pub why: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DashboardSettings {
    pub dates: DateForm,
    pub theme: ThemeSettings,
    pub keys: Vec<KeySetting>,
}

/// The names of what stands at the top of the file.
const DATES: &str = "dates";
const THEME: &str = "theme";
const KEYS: &str = "keys";
/// In `[theme]`, the theme that the roles there change.
pub const BASE: &str = "base";
/// No key.
pub const NO_KEY: &str = "none";

/// A value that is wrong, and why.
type Wrong = (Range<usize>, String);
type Value<'a> = Spanned<DeValue<'a>>;

/// What the file has of it, not yet read.
#[derive(Default)]
pub(super) struct Unread<'a> {
    dates: Option<Value<'a>>,
    theme: Option<Value<'a>>,
    keys: Option<Value<'a>>,
    /// Names that are likely meant to be of these.
    misspelt: Vec<(Range<usize>, String)>,
}

pub(super) fn is_name(name: &str) -> bool {
    [DATES, THEME, KEYS].contains(&name)
}

/// Takes what belongs here out of the file.
pub(super) fn take<'a>(file: &mut DeTable<'a>) -> Unread<'a> {
    let mut unread = Unread::default();
    for (name, value) in std::mem::take(file) {
        let known = [DATES, THEME, KEYS, "default", "profiles"];
        match name.get_ref().as_ref() {
            DATES => unread.dates = Some(value),
            THEME => unread.theme = Some(value),
            KEYS => unread.keys = Some(value),
            other if super::nearest(other, known.into_iter()).is_some_and(is_name) => {
                unread.misspelt.push((name.span(), other.to_owned()));
            }
            _ => _ = file.insert(name, value),
        }
    }
    unread
}

impl Unread<'_> {
    pub(super) fn read(self, line_of: impl Fn(Range<usize>) -> usize) -> (DashboardSettings, Vec<WrongLine>) {
        let mut settings = DashboardSettings::default();
        let mut wrong: Vec<Wrong> = Vec::new();
        match self.dates.as_ref().map(word) {
            Some(Ok(dates)) => settings.dates = dates,
            other => wrong.extend(other.and_then(Result::err)),
        }
        if let Some(value) = self.theme {
            settings.theme = theme(&value, &mut wrong);
        }
        if let Some(value) = self.keys {
            settings.keys = keys(&value, &line_of, &mut wrong);
        }
        let names = [DATES, THEME, KEYS];
        let misspelt = self.misspelt.into_iter();
        wrong.extend(misspelt.map(|(span, name)| (span, not_among("setting", &name, names.into_iter()))));
        let problem = |(span, why)| WrongLine {
            line: line_of(span),
            why,
        };
        (settings, wrong.into_iter().map(problem).collect())
    }
}

/// `theme = "dark"`, or a table of roles.
fn theme(value: &Value, wrong: &mut Vec<Wrong>) -> ThemeSettings {
    let mut settings = ThemeSettings::default();
    let DeValue::Table(table) = value.get_ref() else {
        match word(value) {
            Ok(base) => settings.base = base,
            Err(error) => wrong.push(error),
        }
        return settings;
    };
    for (name, value) in table {
        let read = match (name.get_ref().as_ref(), name.get_ref().parse::<ColourRole>()) {
            (BASE, _) => word(value).map(|base| settings.base = base),
            (_, Ok(role)) => paint(value).map(|paint| settings.roles.push((role, paint))),
            (unknown, Err(_)) => {
                let known = std::iter::once(BASE).chain(ColourRole::iter().map(ColourRole::name));
                Err((name.span(), not_among("role of a colour", unknown, known)))
            }
        };
        wrong.extend(read.err());
    }
    settings
}

fn paint(value: &Value) -> Result<super::theme::Paint, Wrong> {
    let text = text(value)?;
    text.parse()
        .map_err(|error: super::theme::NotPaint| (value.span(), error.to_string()))
}

fn keys(value: &Value, line_of: &impl Fn(Range<usize>) -> usize, wrong: &mut Vec<Wrong>) -> Vec<KeySetting> {
    let DeValue::Table(table) = value.get_ref() else {
        let why = "[keys] is a table: an action and its keys on each line, such as revoke = \"x\"";
        wrong.push((value.span(), why.into()));
        return Vec::new();
    };
    let mut settings = Vec::new();
    for (name, value) in table {
        let keys = match value.get_ref() {
            DeValue::Array(keys) => keys.iter().map(text).collect::<Result<Vec<_>, _>>(),
            _ => text(value).map(|key| vec![key]),
        };
        match keys {
            Ok(mut keys) => {
                keys.retain(|key| key != NO_KEY);
                settings.push(KeySetting {
                    line: line_of(name.span()),
                    action: name.get_ref().to_string(),
                    keys,
                });
            }
            Err((span, _)) => wrong.push((
                span,
                format!("the keys of {} are a text, or a list of texts", name.get_ref()),
            )),
        }
    }
    settings.sort_by_key(|setting| setting.line);
    settings
}

/// One of the words of an enum.
fn word<T: std::str::FromStr + IntoEnumIterator + Into<&'static str>>(value: &Value) -> Result<T, Wrong> {
    let text = text(value)?;
    text.parse().map_err(|_| {
        let known = T::iter().map(Into::into);
        (value.span(), not_among("value here", &text, known))
    })
}

fn text(value: &Value) -> Result<String, Wrong> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        other => {
            let why = format!("a text in quotes is expected here, not this {}", other.type_str());
            Err((value.span(), why))
        }
    }
}

/// `“acent” is no role of a colour; did you mean accent?`
pub fn not_among(what: &str, given: &str, known: impl Iterator<Item = &'static str>) -> String {
    let known: Vec<&str> = known.collect();
    match super::nearest(given, known.iter().copied()) {
        Some(name) => format!("“{given}” is no {what}; did you mean {name}?"),
        None => format!("“{given}” is no {what}; there are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_has_one_of_the_forms() {
        for (locale, form) in [
            ("en_US.UTF-8", DateForm::Us),
            ("en_GB.UTF-8", DateForm::Short),
            ("de_DE", DateForm::Short),
            ("sv_SE.UTF-8", DateForm::Iso),
            ("ja_JP@x", DateForm::Iso),
            ("C", DateForm::Short),
            ("", DateForm::Short),
        ] {
            assert_eq!(DateForm::of_locale(locale), form, "{locale}");
        }
    }
}
