//! Reading the command line: `help` beside flags that every command has, and refusals that repeat no secret.

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command, Error};

use crate::model::pasted;

/// What is refused is on the screen and in the shell's history already, and goes to no log besides.
const IS_A_SECRET: &str = "there is a secret on the command line, where it does not belong; leave it out: \
     `keydeck login` and `keydeck key lookup` ask for it, or read it from standard input";

/// What the arguments say, or what is answered in its place: help, the version, or what is wrong.
pub fn read(command: &Command, arguments: &[OsString]) -> Result<ArgMatches, Error> {
    let answer = match command.clone().try_get_matches_from(arguments) {
        Ok(matches) => return Ok(matches),
        Err(answer) => beside_help(command, arguments, answer),
    };
    let repeats_a_secret = answer.use_stderr() && pasted::is_in(&answer.to_string());
    Err(match repeats_a_secret {
        true => command.clone().error(ErrorKind::InvalidValue, IS_A_SECRET),
        false => answer,
    })
}

/// clap's `help` takes no flags after it, and doesn't look at the values of those before it.
fn beside_help(command: &Command, arguments: &[OsString], answer: Error) -> Error {
    let is_named = || arguments.iter().skip(1).any(|word| word == "help");
    if answer.kind() != ErrorKind::DisplayHelp && !is_named() {
        return answer;
    }
    let (flags, rest) = apart(command, arguments);
    let alone = Command::new("keydeck")
        .args(global(command).cloned())
        .disable_help_flag(true);
    match alone.try_get_matches_from(flags) {
        Err(wrong) => wrong,
        Ok(_) if answer.kind() == ErrorKind::DisplayHelp => answer,
        Ok(_) => command.clone().try_get_matches_from(rest).err().unwrap_or(answer),
    }
}

/// The flags that every command has with their values, and the rest; both begin with the program's name.
fn apart(command: &Command, arguments: &[OsString]) -> (Vec<OsString>, Vec<OsString>) {
    let mut words = arguments.iter().cloned();
    let name: Vec<OsString> = words.next().into_iter().collect();
    let (mut flags, mut rest) = (name.clone(), name);
    while let Some(word) = words.next() {
        if word == "--" {
            rest.push(word);
            rest.extend(words);
            break;
        }
        match flag_of(command, &word) {
            None => rest.push(word),
            Some((flag, has_value)) => {
                flags.push(word);
                if flag.get_action().takes_values() && !has_value {
                    flags.extend(words.next());
                }
            }
        }
    }
    (flags, rest)
}

fn global(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|flag| flag.is_global_set())
}

/// The flag that `word` is, and whether its value is in the word.
fn flag_of<'a>(command: &'a Command, word: &OsStr) -> Option<(&'a Arg, bool)> {
    let written = word.to_string_lossy();
    let written = written.strip_prefix("--")?;
    let (name, has_value) = match written.split_once('=') {
        Some((name, _)) => (name, true),
        None => (written, false),
    };
    let flag = global(command).find(|flag| flag.get_long() == Some(name))?;
    Some((flag, has_value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::help;
    use crate::model::{Scope, Token, TokenKind};

    fn answer(line: &str) -> Error {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        read(&help::command(), &words).expect_err(line)
    }

    #[test]
    fn help_is_shown_beside_valid_flags_and_refused_beside_wrong_ones() {
        for line in [
            "keydeck help",
            "keydeck help --color never key",
            "keydeck --color=Always help key",
            "keydeck key help --color=auto",
            "keydeck --server https://a.example help",
            "keydeck help key --profile a --token-file b",
            "keydeck --help --color never",
            "keydeck key list -h",
        ] {
            assert_eq!(answer(line).kind(), ErrorKind::DisplayHelp, "{line}");
        }
        for flag in ["--color wrong", "--color=wrong", "--color=", "--color"] {
            for line in [
                format!("keydeck {flag} help"),
                format!("keydeck help {flag}"),
                format!("keydeck key help create {flag}"),
                format!("keydeck --help {flag}"),
                format!("keydeck {flag} --help"),
                format!("keydeck key list -h {flag}"),
            ] {
                let wrong = answer(&line);
                assert!(wrong.use_stderr(), "{line}: {wrong}");
            }
        }
        for line in [
            "keydeck help --profile",
            "keydeck help --token-file",
            "keydeck help --colour never",
            "keydeck help keys",
            "keydeck help --limit 3",
        ] {
            assert!(answer(line).use_stderr(), "{line}");
        }
    }

    #[test]
    fn no_refusal_repeats_a_secret() {
        let token = Token::from_entropy(TokenKind::Key(Scope::Analytics), [7; 32]);
        let token = token.expose();
        for line in [
            format!("keydeck {token}"),
            format!("keydeck help {token}"),
            format!("keydeck key lookup {token}"),
            format!("keydeck key list --sort {token}"),
            format!("keydeck key list --filter idle:{token}"),
            format!("keydeck key list --filter=label:{token}"),
            format!("keydeck leak decide {token} --dismiss"),
            format!("keydeck key rotate Board --overlap {token}"),
            format!("keydeck key rotate Board --overlap 1h {token}"),
            format!("keydeck --{token}"),
        ] {
            let wrong = answer(&line);
            assert!(!wrong.to_string().contains(token), "{line}");
            assert!(wrong.to_string().contains("leave it out"), "{line}: {wrong}");
            assert_eq!(wrong.exit_code(), 2);
        }
        // What doesn't repeat it stays as helpful as it is.
        let wrong = answer(&format!("keydeck whoami --token {token}")).to_string();
        assert!(
            wrong.contains("--token-file") && !wrong.contains(token),
            "{wrong}"
        );
    }
}
