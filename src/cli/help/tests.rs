use super::*;
use crate::cli::Cli;
use clap::FromArgMatches;

/// Each visible command with its path, the top first.
fn all(command: &Command, path: &str, found: &mut Vec<(String, Command)>) {
    found.push((path.to_owned(), command.clone()));
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        all(sub, format!("{path} {}", sub.get_name()).trim_start(), found);
    }
}

fn commands() -> Vec<(String, Command)> {
    let mut found = Vec::new();
    all(&command(), "", &mut found);
    assert!(found.len() > 40, "{} commands", found.len());
    found
}

/// The words of a line of a shell, without what belongs to the shell: variables before, redirections and pipes.
fn words(line: &str) -> Vec<String> {
    let ours = line
        .split(" | ")
        .find(|part| part.contains("keydeck"))
        .expect("ours");
    let mut words = shlex::split(ours).expect("quotes are closed");
    if let Some(at) = words
        .iter()
        .position(|word| matches!(word.as_str(), "<" | ">" | "&"))
    {
        words.truncate(at);
    }
    let begin = words.iter().position(|word| word == "keydeck").expect("keydeck");
    words.split_off(begin)
}

#[test]
fn every_command_has_examples_and_each_is_one_that_it_takes() {
    let parser = command();
    for (path, _) in commands() {
        let examples = of(&path);
        assert!(!examples.is_empty(), "keydeck {path} has no examples");
        for example in examples {
            let words = words(example.line);
            let of_it = format!("keydeck {path}");
            assert!(
                words.join(" ").starts_with(of_it.trim_end()),
                "{path}: {}",
                example.line
            );
            let matches = parser.clone().try_get_matches_from(&words);
            let matches = matches.unwrap_or_else(|error| panic!("{}: {error}", example.line));
            Cli::from_arg_matches(&matches).unwrap_or_else(|error| panic!("{}: {error}", example.line));
            assert!(!example.what.ends_with(['.', ':']), "{}", example.what);
            let lines = continued(example.line);
            let last = lines.len() - 1;
            assert!(
                lines.iter().all(|line| line.len() <= LONGEST_EXAMPLE + 2),
                "{lines:?}"
            );
            assert!(
                lines[..last].iter().all(|line| line.ends_with(" \\")),
                "{lines:?}"
            );
        }
    }
    for path in examples::paths() {
        assert!(
            commands().iter().any(|(known, _)| known == path),
            "{path} is no command"
        );
    }
}

#[test]
fn the_examples_stand_at_the_end_of_the_long_help() {
    for (path, mut command) in commands() {
        let help = command.render_long_help().to_string();
        let (_, examples) = help.split_once("Examples:\n").expect("examples");
        for line in examples.lines().filter(|line| line.starts_with("    ")) {
            assert!(line.len() <= 80, "{path}: {line}");
        }
    }
}

#[test]
fn every_command_of_the_top_is_in_one_group() {
    let command = command();
    let groups = groups(&command);
    let told: Vec<&str> = groups
        .iter()
        .flat_map(|(_, subs)| subs)
        .map(|sub| sub.get_name())
        .collect();
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let times = told.iter().filter(|name| **name == sub.get_name()).count();
        assert_eq!(times, 1, "{}", sub.get_name());
    }
    for (_, names) in GROUPS {
        assert!(names.iter().all(|name| told.contains(name)), "{names:?}");
    }
    let help = command.clone().render_help().to_string();
    let order = [
        "\nKeys:\n",
        "\n  key ",
        "\nOrganisation:\n",
        "\nServer:\n",
        "\nProgram:\n",
        "\n  help ",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|part| help.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{help}");
}
