use std::ffi::OsString;
use std::fs;

use clap_complete::engine::CompletionCandidate;

use super::candidates::NameKind;
use super::line::{TypedLine, closest};
use crate::cli::help;

const BREAKS: &str = " \t\n\"'@><=;|&(:";

/// What bash would have on its line, from what it keeps and what it is given.
fn inserted(line: &str, name: &str) -> Option<String> {
    let typed = TypedLine::parse(line, BREAKS);
    typed.completed(&CompletionCandidate::new(name))
}

#[test]
fn a_line_is_read_as_bash_reads_it() {
    for (line, words) in [
        ("keydeck key show ", &["keydeck", "key", "show", ""][..]),
        ("keydeck key show Che", &["keydeck", "key", "show", "Che"]),
        (
            "keydeck key show Order\\ st",
            &["keydeck", "key", "show", "Order st"],
        ),
        (
            "keydeck key show \"Order st",
            &["keydeck", "key", "show", "Order st"],
        ),
        (
            "keydeck key show 'Order st",
            &["keydeck", "key", "show", "Order st"],
        ),
        (
            "keydeck user edit mira@ac",
            &["keydeck", "user", "edit", "mira@ac"],
        ),
        ("A=1 B='2 3' keydeck key", &["keydeck", "key"]),
        (
            "keydeck --server=https://a.example:7390 key",
            &["keydeck", "--server=https://a.example:7390", "key"],
        ),
        ("keydeck '' x", &["keydeck", "", "x"]),
        ("", &[""]),
    ] {
        assert_eq!(TypedLine::parse(line, BREAKS).words, words, "{line}");
    }
}

#[test]
fn a_name_is_inserted_so_that_the_command_gets_that_name() {
    for (before, name, whole) in [
        ("keydeck key show ", "Checkout", "Checkout"),
        ("keydeck key show ", "Order status", r"Order\ status"),
        ("keydeck key show Order\\ ", "Order status", r"Order\ status"),
        ("keydeck key show 'Ord", "Order 'A'", r"Order '\''A'\''"),
        (
            "keydeck key show \"Ord",
            "Order $(id) `x` \"!\"",
            r#"Order \$(id) \`x\` \""'!'"\""#,
        ),
        ("keydeck key show ", "$(touch pwned)", r"\$\(touch\ pwned\)"),
        (
            "keydeck key show ",
            "a;b|c&d>e<f*g?h[i]j{k}l~m#n!o",
            r"a\;b\|c\&d\>e\<f\*g\?h\[i\]j\{k\}l\~m\#n\!o",
        ),
        ("keydeck key show ", "キオスク 受付", r"キオスク\ 受付"),
        ("keydeck user edit mira@ac", "mira@acme.example", "@acme.example"),
        (
            "keydeck key list --project=Sto",
            "--project=Storefront",
            "Storefront",
        ),
    ] {
        assert_eq!(inserted(before, name).as_deref(), Some(whole), "{before}{name}");
        // What bash makes of the line is the name again.
        let typed = TypedLine::parse(before, BREAKS);
        let kept = &before[..before.len() - typed.last().len().min(before.len())];
        if typed.last().is_empty() {
            let again = TypedLine::parse(&format!("{kept}{whole}"), BREAKS);
            assert_eq!(again.last(), name);
        }
    }
    assert_eq!(inserted("keydeck user edit mira@ac", "other@acme.example"), None);
}

#[test]
fn names_in_another_case_are_offered_only_when_none_is_in_the_same() {
    let found = ["Checkout", "checkout two", "Check-in"].map(CompletionCandidate::new);
    let names = |typed: &str| {
        let closest = closest(&found, typed).into_iter();
        closest
            .map(|found| found.get_value().to_owned())
            .collect::<Vec<OsString>>()
    };
    assert_eq!(names("Che"), ["Checkout", "Check-in"]);
    assert_eq!(names("che"), ["checkout two"]);
    assert_eq!(names("CHE").len(), 3);
}

/// An argument that takes the name of something is one that is completed.
#[test]
fn every_argument_that_is_a_name_of_something_is_completed() {
    fn check(command: &clap::Command, found: &mut usize) {
        for arg in command.get_arguments() {
            let takes = arg.get_value_names().unwrap_or_default().join(" ");
            let is_name = ["ID|", "|ID", "PROJECT", "USER"]
                .iter()
                .any(|part| takes.contains(part));
            if is_name || arg.get_id() == "profile" {
                *found += 1;
                assert!(NameKind::of(arg).is_some(), "{} {arg}", command.get_name());
            }
        }
        command.get_subcommands().for_each(|sub| check(sub, found));
    }
    let mut found = 0;
    check(&help::command(), &mut found);
    assert!(found > 30, "{found}");
}

#[test]
fn the_scripts_ask_the_program_and_nothing_else() {
    for name in ["keydeck.bash", "keydeck.zsh", "keydeck.fish", "keydeck.ps1"] {
        let path = format!("{}/assets/completions/{name}", env!("CARGO_MANIFEST_DIR"));
        let script = fs::read_to_string(path).expect("it is there");
        let shell = script.split("complete ").find_map(|rest| {
            let word = rest.split_whitespace().next()?;
            ["bash", "zsh", "fish", "powershell"]
                .contains(&word)
                .then_some(word)
        });
        assert!(shell.is_some(), "{name}");
        assert!(!script.contains("eval "), "{name}");
    }
}
