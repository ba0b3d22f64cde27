//! The help of every command: examples at its end, and at the top the commands in groups.

mod examples;

use std::fmt::Write;

use clap::builder::{StyledStr, Styles};
use clap::{Command, CommandFactory};
use unicode_width::UnicodeWidthStr;

pub use self::examples::{Example, of};
use super::args::Cli;
use super::table;
use crate::tui::view::text;

/// As wide as help is at the most.
const WIDEST: usize = 100;
/// An example that is longer is continued on the next line.
const LONGEST_EXAMPLE: usize = 74;

/// The commands in the order in which they are told. What no group names is the program's own.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Keys", &["key", "scan", "leak", "policy"]),
    (
        "Organisation",
        &[
            "project", "user", "activity", "export", "import", "webhook", "whoami",
        ],
    ),
    ("Gateways", &["gateway"]),
    (
        "Server",
        &["init", "serve", "backup", "restore", "migrate", "seal"],
    ),
    (THE_REST, &["login", "logout", "config", "demo", "guide"]),
];
const THE_REST: &str = "Program";
const LAST: &str = "help";

/// The command line with its help, as it is parsed, completed and described in man pages.
pub fn command() -> Command {
    let command = without_env_values(Cli::command()).max_term_width(WIDEST);
    let command = with_examples(command, "");
    let template = template(&command);
    command.help_template(template)
}

/// No help shows the values of environment variables: they may be secrets.
fn without_env_values(command: Command) -> Command {
    command
        .mut_args(|arg| arg.hide_env_values(true))
        .mut_subcommands(without_env_values)
}

/// `path` is `key create` of `keydeck key create`.
fn with_examples(command: Command, path: &str) -> Command {
    let examples = of(path);
    let command = match examples.is_empty() {
        true => command,
        false => command.after_long_help(printed(examples, &Styles::styled())),
    };
    command.mut_subcommands(|sub| {
        let path = format!("{path} {}", sub.get_name());
        with_examples(sub, path.trim_start())
    })
}

fn printed(examples: &[Example], styles: &Styles) -> StyledStr {
    let (head, line) = (styles.get_header(), styles.get_literal());
    let mut out = StyledStr::new();
    // To write into a text can't fail.
    let _ = write!(out, "{head}Examples:{head:#}");
    for example in examples {
        let _ = write!(out, "\n  {}", example.what);
        for part in continued(example.line) {
            let _ = write!(out, "\n    {line}{part}{line:#}");
        }
    }
    out
}

/// The example as a shell takes it, on as many lines as it needs, broken before flags and redirections.
pub fn continued(line: &str) -> Vec<String> {
    let breaks = |part: &str| part.starts_with(" --") || part.starts_with(" > ");
    let mut lines = vec![String::new()];
    let mut rest = line;
    while !rest.is_empty() {
        let next = rest.char_indices().skip(1).find(|&(at, _)| breaks(&rest[at..]));
        let (part, after) = rest.split_at(next.map_or(rest.len(), |(at, _)| at));
        let used = lines.last().map_or(0, |last| last.width());
        let is_too_long = used + part.width() > LONGEST_EXAMPLE;
        if let Some(last) = lines.last_mut() {
            last.push_str(if used > 0 && is_too_long { " \\" } else { part });
        }
        if used > 0 && is_too_long {
            lines.push(format!("   {part}"));
        }
        rest = after;
    }
    lines
}

/// The visible commands of the top, in their groups.
pub fn groups(command: &Command) -> Vec<(&'static str, Vec<&Command>)> {
    let is_named = |name: &str| GROUPS.iter().any(|(_, names)| names.contains(&name));
    let visible = || command.get_subcommands().filter(|sub| !sub.is_hide_set());
    GROUPS
        .iter()
        .map(|(heading, names)| {
            let named = names
                .iter()
                .filter_map(|name| visible().find(|sub| sub.get_name() == *name));
            let others = visible().filter(|sub| *heading == THE_REST && !is_named(sub.get_name()));
            (*heading, named.chain(others).collect())
        })
        .collect()
}

/// The help of the top, where clap has no groups.
fn template(command: &Command) -> StyledStr {
    let styles = Styles::styled();
    let (head, name) = (styles.get_header(), styles.get_literal());
    let width = table::width().map_or(WIDEST, |width| width.min(WIDEST));
    let groups = groups(command);
    let names = groups
        .iter()
        .flat_map(|(_, subs)| subs)
        .map(|sub| sub.get_name().width());
    let column = names.max().unwrap_or(0).max(LAST.width());
    let mut out = StyledStr::new();
    let _ = write!(
        out,
        "{{before-help}}{{about-with-newline}}\n{{usage-heading}} {{usage}}\n"
    );
    let row = |out: &mut StyledStr, called: &str, about: &str| {
        let indent = 2 + column + 2;
        let _ = write!(
            out,
            "\n  {name}{called}{name:#}{:1$}",
            "",
            column - called.width()
        );
        for (index, line) in text::wrap(about, width.saturating_sub(indent).max(20))
            .iter()
            .enumerate()
        {
            let _ = match index {
                0 => write!(out, "  {line}"),
                _ => write!(out, "\n{:indent$}{line}", ""),
            };
        }
    };
    for (heading, subs) in groups {
        let _ = write!(out, "\n{head}{heading}:{head:#}");
        for sub in subs {
            let about = sub.get_about().map_or_else(String::new, StyledStr::to_string);
            row(&mut out, sub.get_name(), &about);
        }
        if heading == THE_REST {
            row(
                &mut out,
                LAST,
                "Show the help of a command, such as: keydeck help key create",
            );
        }
        let _ = writeln!(out);
    }
    let _ = write!(out, "\n{head}Options:{head:#}\n{{options}}{{after-help}}");
    out
}

#[cfg(test)]
mod tests;
