//! The page of one command.

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use crate::cli::Failure;
use crate::cli::help;

pub const MANUAL: &str = "keydeck";
const EXIT_CODES: [(&str, &str); 6] = [
    ("0", "It was done, or the answer is yes."),
    ("1", "It failed, or the answer is no."),
    ("2", "The command line can't be obeyed as it is."),
    ("3", "It was done in part; what was left alone is named."),
    ("4", "The sign-in failed."),
    ("128+N", "Signal N ended it."),
];
const ENVIRONMENT: [(&str, &str); 8] = [
    (
        "KEYDECK_SERVER",
        "The key server to use, or several of one database, separated by commas.",
    ),
    ("KEYDECK_PROFILE", "The profile of config.toml to use."),
    ("KEYDECK_TOKEN", "The sign-in token for that server."),
    (
        "KEYDECK_DATABASE",
        "The database of a server, for the commands that work on one.",
    ),
    ("KEYDECK_ROOT_KEY_FILE", "The file of its root key."),
    (
        "KEYDECK_COMPLETION_TIMEOUT",
        "How many milliseconds completions wait for a server; 250 unless it is set.",
    ),
    (
        "NO_COLOR",
        "If set and not empty, nothing has colours, unless --color says otherwise.",
    ),
    (
        "COLUMNS",
        "How many cells a table may have where standard output is not a terminal.",
    ),
];
const FILES: [(&str, &str); 2] = [
    (
        "~/.config/keydeck/config.toml",
        "The profiles and settings; see keydeck-config(5).",
    ),
    (
        "~/.local/share/keydeck/",
        "The local deck, and sign-in tokens that no keyring keeps.",
    ),
];

/// The name of the file, and the page.
pub fn of(command: &Command, path: &str) -> Result<(String, Vec<u8>), Failure> {
    let name = called(path);
    let version = env!("CARGO_PKG_VERSION");
    let man = Man::new(command.clone().display_name(&name))
        .title(name.to_uppercase())
        .source(format!("keydeck {version}"))
        .manual(MANUAL);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if path.is_empty() {
        commands(command).to_writer(&mut page)?;
    } else if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    man.render_options_section(&mut page)?;
    examples(path).to_writer(&mut page)?;
    if path.is_empty() {
        listed("ENVIRONMENT", &ENVIRONMENT).to_writer(&mut page)?;
        listed("FILES", &FILES).to_writer(&mut page)?;
    }
    listed("EXIT STATUS", &EXIT_CODES).to_writer(&mut page)?;
    see_also(command, path).to_writer(&mut page)?;
    Ok((format!("{name}.1"), page))
}

/// `keydeck-key-create`.
fn called(path: &str) -> String {
    match path {
        "" => "keydeck".into(),
        path => format!("keydeck-{}", path.replace(' ', "-")),
    }
}

/// All of the top, in their groups.
fn commands(command: &Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    for (heading, subs) in help::groups(command) {
        roff.control("SS", [heading]);
        for sub in subs {
            let about = sub.get_about().map_or_else(String::new, ToString::to_string);
            entry(&mut roff, bold(format!("{}(1)", called(sub.get_name()))), &about);
        }
    }
    roff
}

fn examples(path: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]);
    for example in help::of(path) {
        roff.control("PP", []);
        roff.text([roman(format!("{}:", example.what))]);
        roff.control("RS", ["4"]);
        roff.control("nf", []);
        for line in help::continued(example.line) {
            roff.text([bold(line)]);
        }
        roff.control("fi", []);
        roff.control("RE", []);
    }
    roff
}

fn listed(heading: &str, entries: &[(&str, &str)]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [heading]);
    for (name, about) in entries {
        entry(&mut roff, bold(*name), about);
    }
    roff
}

fn entry(roff: &mut Roff, name: Inline, about: &str) {
    roff.control("TP", []);
    roff.text([name]);
    roff.text([roman(about)]);
}

/// The command above, those below, and the configuration.
fn see_also(command: &Command, path: &str) -> Roff {
    let mut names = Vec::new();
    if let Some((above, _)) = path.rsplit_once(' ') {
        names.push(called(above));
    }
    if !path.is_empty() {
        names.push(called(""));
        let below = command.get_subcommands().filter(|sub| !sub.is_hide_set());
        names.extend(below.map(|sub| called(&format!("{path} {}", sub.get_name()))));
    }
    let mut pages: Vec<Inline> = Vec::new();
    for name in names {
        pages.extend([italic(name), roman("(1), ")]);
    }
    pages.extend([italic("keydeck-config"), roman("(5)")]);
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    roff.text(pages);
    roff
}
