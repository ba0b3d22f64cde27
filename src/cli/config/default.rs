//! The configuration file with everything that can be set in it, made from what declares it.

use std::fmt::Write;

use strum::IntoEnumIterator;

use crate::config::settings::BASE;
use crate::config::theme::{BaseTheme, ColourRole};
use crate::config::{DateForm, PROFILE_SETTINGS};
use crate::tui::keymap::{Action, Group, Keymap};

/// Comments begin here, after what is set.
const COLUMN: usize = 38;

/// The text of the file.
pub fn file() -> String {
    let mut out = String::new();
    out.push_str(
        "# The configuration of keydeck; keydeck config path says where it belongs.\n\
         # What is set here is the default. A line that begins with # is an example, or depends on the theme.\n\n",
    );
    line(
        &mut out,
        "# default = \"local\"",
        "the profile that is used when no flag names one",
    );
    out.push('\n');
    dates(&mut out);
    theme(&mut out);
    keys(&mut out);
    profiles(&mut out);
    out
}

fn dates(out: &mut String) {
    let forms = DateForm::iter().map(|form| format!("{}: {}", <&str>::from(form), form.about()));
    comment(out, "How the dashboard writes dates.");
    forms.for_each(|form| comment(out, &format!("  {form}")));
    let default: &str = DateForm::default().into();
    line(out, &format!("dates = {default:?}"), "");
}

fn theme(out: &mut String) {
    out.push('\n');
    comment(
        out,
        "What a colour looks like: a name (cyan, bright-red), a number from 0 to 255, #rrggbb, or default,",
    );
    comment(
        out,
        "with bold, dim, underline or reverse, and with the background after on: \"bold black on 214\".",
    );
    comment(
        out,
        "The values below are those of the dark theme. With NO_COLOR no colours are used.",
    );
    out.push_str("[theme]\n");
    let bases: Vec<&str> = BaseTheme::iter().map(Into::into).collect();
    let default: &str = BaseTheme::default().into();
    line(
        out,
        &format!("{BASE} = {default:?}"),
        &format!("one of {}", bases.join(", ")),
    );
    for role in ColourRole::iter() {
        let paint = role.made(Some(BaseTheme::Dark)).to_string();
        line(out, &format!("# {} = {paint:?}", role.name()), role.about());
    }
}

fn keys(out: &mut String) {
    let keymap = Keymap::default();
    out.push('\n');
    comment(
        out,
        "The keys of each action: one, a list, or \"none\". Keys are written as x, X, ctrl-x, alt-x, f5, space,",
    );
    comment(
        out,
        "tab, enter, del, pgdn, up. What confirms and what leads out (Enter, Tab and Esc in dialogs, Ctrl-C) can't be set.",
    );
    out.push_str("[keys]\n");
    for group in Group::iter() {
        let actions: Vec<Action> = Action::settable()
            .filter(|action| action.group() == group)
            .collect();
        if !actions.is_empty() {
            comment(out, group.title());
        }
        for action in actions {
            let keys: Vec<String> = keymap.keys_set(action).iter().map(|key| key.written()).collect();
            let keys = match keys.as_slice() {
                [key] => format!("{key:?}"),
                keys => format!("{keys:?}"),
            };
            line(out, &format!("{} = {keys}", action.name()), keymap.about(action));
        }
    }
}

fn profiles(out: &mut String) {
    out.push('\n');
    comment(
        out,
        "A server, and how to sign in to it; NAME is what --profile takes. keydeck login writes one.",
    );
    out.push_str("# [profiles.NAME]\n");
    for (name, example, about) in PROFILE_SETTINGS {
        line(out, &format!("# {name} = {example}"), about);
    }
}

fn comment(out: &mut String, words: &str) {
    let _ = writeln!(out, "# {words}");
}

fn line(out: &mut String, set: &str, about: &str) {
    let _ = match about {
        "" => writeln!(out, "{set}"),
        about => writeln!(out, "{set:COLUMN$}  # {about}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, DashboardSettings, LoadedSettings};

    fn read(text: &str) -> (DashboardSettings, Keymap) {
        let loaded = LoadedSettings::of_text(text, "config.toml".into());
        let (keymap, refused) = Keymap::with(&loaded.settings.keys);
        assert_eq!((loaded.problems, refused), (Vec::new(), Vec::new()));
        let settings = DashboardSettings {
            keys: Vec::new(),
            ..loaded.settings
        };
        (settings, keymap)
    }

    #[test]
    fn the_file_sets_the_defaults() {
        let (settings, keymap) = read(&file());
        assert_eq!(settings, DashboardSettings::default());
        assert!(keymap == Keymap::default());
        let config = Config::of_text(&file(), "config.toml".into()).expect("valid");
        assert_eq!(config.profiles.len(), 1);
    }

    #[test]
    fn what_it_has_as_examples_can_be_set() {
        let whole: Vec<String> = file()
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(set) if set.starts_with('[') || set.contains(" = ") => set.to_owned(),
                _ => line.to_owned(),
            })
            .collect();
        let whole = whole.join("\n");
        let (settings, keymap) = read(&whole);
        assert!(keymap == Keymap::default());
        assert_eq!(settings.theme.base, BaseTheme::default());
        let roles: Vec<_> = ColourRole::iter()
            .map(|role| (role, role.made(Some(BaseTheme::Dark))))
            .collect();
        let mut set = settings.theme.roles;
        set.sort_by_key(|(role, _)| *role as usize);
        assert_eq!(set, roles);
        let config = Config::of_text(&whole, "config.toml".into()).expect("valid");
        let profile = config.profile("NAME").expect("there");
        assert!(profile.servers.is_some() && profile.token_command.is_some() && profile.ca_file.is_some());
    }

    #[test]
    fn every_action_that_can_be_set_is_described() {
        let file = file();
        for action in Action::settable() {
            let line = format!("\n{} = ", action.name());
            assert!(file.contains(&line), "{action:?}");
            assert!(!Keymap::default().about(action).is_empty(), "{action:?}");
        }
    }
}
