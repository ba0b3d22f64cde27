//! The colour of a profile, which only marks it: what is wrong with it is named, and the profile works without it. All else
//! of a profile decides which server is asked, with which token and for which changes, and is refused when it is wrong; so
//! is a name that may be meant as such.

use std::ops::Range;

use strum::IntoEnumIterator;
use toml::de::{DeTable, DeValue};

use super::Colour;
use super::settings::not_among;

const COLOUR: &str = "colour";
const PROFILES: &str = "profiles";

type Wrong = (Range<usize>, String);

/// Takes what is wrong about colours out of the file, and says what that was; `names` are those of a profile's settings.
pub(super) fn take_wrong(file: &mut DeTable, names: &[&'static str]) -> Vec<Wrong> {
    let is_colour = |name: &str| is_colour(name, names);
    let mut wrong = Vec::new();
    let top = take_if(file, |name, _| {
        is_colour(name).then(|| format!("“{name}” is a setting of a profile, not of the file"))
    });
    wrong.extend(top);
    let profiles = file.iter_mut().filter(|(name, _)| name.get_ref() == PROFILES);
    for (_, profiles) in profiles {
        let DeValue::Table(profiles) = profiles.get_mut() else {
            continue;
        };
        for (_, section) in profiles.iter_mut() {
            if let DeValue::Table(section) = section.get_mut() {
                wrong.extend(take_if(section, |name, value| why_wrong(name, value, names)));
            }
        }
    }
    wrong
}

/// Of a line of a profile; `None`: there is nothing wrong, or it is not about the colour.
fn why_wrong(name: &str, value: &DeValue, names: &[&'static str]) -> Option<String> {
    if name != COLOUR {
        let known = names.iter().copied();
        return is_colour(name, names).then(|| not_among("setting of a profile", name, known));
    }
    let colours = Colour::iter().map(<&str>::from);
    match value {
        DeValue::String(text) if text.parse::<Colour>().is_ok() => None,
        DeValue::String(text) => Some(not_among("colour", text, colours)),
        other => Some(format!(
            "the colour is a text in quotes, not this {}",
            other.type_str()
        )),
    }
}

/// Whether a name is that of the colour, or likely meant so.
fn is_colour(name: &str, names: &[&'static str]) -> bool {
    let known = names.iter().copied().chain(["default", PROFILES]);
    super::nearest(name, known) == Some(COLOUR)
}

fn take_if(table: &mut DeTable, why: impl Fn(&str, &DeValue) -> Option<String>) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (name, value) in std::mem::take(table) {
        match why(name.get_ref(), value.get_ref()) {
            Some(why) => wrong.push((name.span(), why)),
            None => drop(table.insert(name, value)),
        }
    }
    wrong
}
