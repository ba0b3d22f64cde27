//! Refusals of single fields, by the flags that gave them.

use super::Failure;
use crate::client;
use crate::failure::flags::{line, lines};
use crate::model::{FieldError, pasted};

/// A refusal of a creation or an edit whose UI domains were `domains`, in order.
pub fn failure(error: client::Error, domains: &[String]) -> Failure {
    match error.problem() {
        Some(problem) if !problem.errors.is_empty() => Failure::Flags(lines(&problem.errors, domains)),
        _ => error.into(),
    }
}

/// As [`failure`], where `field` is given by the argument `name` and by no flag.
pub fn argument(error: client::Error, field: &str, name: &str) -> Failure {
    let line = |error: &FieldError| match error.field == field {
        true => format!("{name}: {}", error.message),
        false => line(error, &[]),
    };
    match error.problem() {
        Some(problem) if !problem.errors.is_empty() => {
            Failure::Flags(problem.errors.iter().map(line).collect())
        }
        _ => error.into(),
    }
}

/// As [`no_secrets`] of a `--filter`, where whoever gives one looks for its key.
pub fn no_secret_filter(text: Option<&String>) -> Result<(), Failure> {
    match text.is_some_and(|text| pasted::is_in_or_random(text)) {
        false => Ok(()),
        true => Err(Failure::Usage(
            "--filter: that is a secret, which does not belong on a command line; keydeck key lookup finds its key".into(),
        )),
    }
}

/// Refuses secrets where text is given that is kept, shown or looked for: they are not sent, and not repeated.
pub fn no_secrets<'a>(given: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), Failure> {
    let refused = given
        .into_iter()
        .filter_map(|(flag, text)| Some(format!("{flag}: {}", pasted::refuse(text).err()?)));
    let lines: Vec<String> = refused.collect();
    match lines.is_empty() {
        true => Ok(()),
        false => Err(Failure::Flags(lines)),
    }
}
