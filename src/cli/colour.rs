//! Whether what is printed has colours: `--color`, or what the terminal and the environment say (`NO_COLOR`,
//! `CLICOLOR_FORCE`). One choice for help, errors, tables and the dashboard.

use std::ffi::OsStr;
use std::io;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};

/// The values of `--color`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum ColorWhen {
    #[default]
    Auto,
    Always,
    Never,
}

/// Reads `--color` before the command line is parsed, so that what is wrong with it is told in the right colours.
pub fn choose_from<'a>(arguments: impl Iterator<Item = &'a OsStr>) {
    if let Some(when) = given(arguments) {
        choose(when);
    }
}

pub fn choose(when: ColorWhen) {
    match when {
        ColorWhen::Auto => ColorChoice::Auto,
        ColorWhen::Always => ColorChoice::Always,
        ColorWhen::Never => ColorChoice::Never,
    }
    .write_global();
}

fn given<'a>(arguments: impl Iterator<Item = &'a OsStr>) -> Option<ColorWhen> {
    let mut words = arguments
        .take_while(|word| *word != "--")
        .filter_map(OsStr::to_str);
    let mut found = None;
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--color") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('='),
            None => continue,
        };
        let is_it = |when: &ColorWhen| value.is_some_and(|value| value.eq_ignore_ascii_case((*when).into()));
        found = ColorWhen::iter().find(is_it).or(found);
    }
    found
}

/// What a cell or a word says by its colour, beside what it says in words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TextTone {
    #[default]
    Plain,
    Heading,
    Good,
    Warning,
    Bad,
    Faint,
}

impl TextTone {
    fn style(self) -> Style {
        match self {
            TextTone::Plain => Style::new(),
            TextTone::Heading => Style::new().bold(),
            TextTone::Good => AnsiColor::Green.on_default(),
            TextTone::Warning => AnsiColor::Yellow.on_default(),
            TextTone::Bad => AnsiColor::Red.on_default(),
            TextTone::Faint => Style::new().dimmed(),
        }
    }

    /// The text in this tone, on a standard output that has colours.
    pub fn paint(self, text: &str) -> String {
        let style = self.style();
        match style == Style::new() || text.is_empty() || !on_stdout() {
            true => text.to_owned(),
            false => format!("{style}{text}{style:#}"),
        }
    }
}

/// Whether standard output has colours.
pub fn on_stdout() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_color_before_the_end_of_flags_counts() {
        for (line, when) in [
            ("key list", None),
            ("key list --color never", Some(ColorWhen::Never)),
            ("--color=Always key list", Some(ColorWhen::Always)),
            ("--color always key list --color=auto", Some(ColorWhen::Auto)),
            ("--color", None),
            ("--color=pink", None),
            ("--colors never", None),
            ("scan -- --color never", None),
        ] {
            assert_eq!(given(line.split(' ').map(OsStr::new)), when, "{line}");
        }
    }
}
