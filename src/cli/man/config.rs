//! keydeck-config(5): the configuration file, from the one that `keydeck config default` prints.

use clap_mangen::roff::{Roff, bold, italic, roman};

use super::page;
use crate::cli::Failure;
use crate::cli::config::default;

/// Between what is set and what it is for.
const REMARK: &str = "  # ";

/// The name of the file, and the page.
pub fn page() -> Result<(String, Vec<u8>), Failure> {
    let mut roff = Roff::new();
    let source = format!("keydeck {}", env!("CARGO_PKG_VERSION"));
    roff.control("TH", ["KEYDECK-CONFIG", "5", "", &source, page::MANUAL]);
    roff.control("SH", ["NAME"]);
    roff.text([roman("keydeck-config - the configuration file of keydeck")]);
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([italic("~/.config/keydeck/config.toml")]);
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([roman(
        "The file is TOML. keydeck works without it. keydeck login writes the profiles of the servers that you sign in to; \
         sign-in tokens are never in it. keydeck config default prints a file with everything that can be set, and keydeck \
         config check names each line that is wrong.",
    )]);
    roff.control("SH", ["SETTINGS"]);
    let mut goes_on = false;
    for line in default::file().lines() {
        goes_on = told(&mut roff, line, goes_on);
    }
    roff.control("SH", ["SEE ALSO"]);
    roff.text([
        italic("keydeck"),
        roman("(1), "),
        italic("keydeck-config"),
        roman("(1), "),
        italic("keydeck-login"),
        roman("(1)"),
    ]);
    let mut text = Vec::new();
    roff.to_writer(&mut text)?;
    Ok(("keydeck-config.5".into(), text))
}

/// A line of the file: a table, a setting, or what is said of those that follow, which may go on on the next line.
fn told(roff: &mut Roff, line: &str, goes_on: bool) -> bool {
    let uncommented = line.trim_start_matches("# ");
    let (set, about) = match line.split_once(REMARK) {
        Some((set, about)) => (set.trim_start_matches("# ").trim(), about),
        None => (uncommented, ""),
    };
    if line.is_empty() {
        return false;
    }
    if uncommented.starts_with('[') {
        roff.control("SS", [uncommented]);
    } else if about.is_empty() && line.starts_with('#') {
        let is_item = line.starts_with("#   ");
        match (goes_on, is_item) {
            (false, _) => roff.control("PP", []),
            (true, true) => roff.control("br", []),
            (true, false) => &mut *roff,
        };
        roff.text([roman(uncommented.trim())]);
        return true;
    } else {
        roff.control("TP", []);
        roff.text([bold(set)]);
        roff.text([roman(if about.is_empty() { "The default." } else { about })]);
    }
    false
}
