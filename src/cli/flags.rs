//! From the fields that a server refuses to the flags that gave them.

use super::Failure;
use crate::client;
use crate::model::{FieldError, field, pasted};

/// A refusal of a creation or an edit whose UI domains were `domains`, in order.
pub fn failure(error: client::Error, domains: &[String]) -> Failure {
    match error.problem() {
        Some(problem) if !problem.errors.is_empty() => named(&problem.errors, domains),
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

/// One line a field.
pub fn named(errors: &[FieldError], domains: &[String]) -> Failure {
    Failure::Flags(errors.iter().map(|error| line(error, domains)).collect())
}

fn line(error: &FieldError, domains: &[String]) -> String {
    let flag = match field::base(&error.field) {
        "ui_domains" => match element(&error.field).and_then(|index| domains.get(index)) {
            Some(domain) => format!("--domain {domain}"),
            None => "--domain".into(),
        },
        "local_development" => "--local-address".into(),
        "q" => "--filter".into(),
        field @ ("name" | "project" | "after" | "limit" | "creator" | "role" | "origin" | "address"
        | "bundle") => format!("--{field}"),
        "email" => "EMAIL".into(),
        "to" => "--hand-over-to".into(),
        "url" => "--session-url".into(),
        "key_name" => "--session-key-name".into(),
        "private_key" => "--session-key-file".into(),
        "session_id" => "--session-id".into(),
        "cross_page_persistence" => "--cross-page-persistence".into(),
        // What no flag gave needs no name.
        _ => return error.message.clone(),
    };
    format!("{flag}: {}", error.message)
}

/// 2 of `ui_domains[2]`.
fn element(field: &str) -> Option<usize> {
    field.split_once('[')?.1.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_domain_is_named_as_it_was_typed() {
        let error = |field: &str| FieldError {
            field: field.into(),
            message: "Wrong.".into(),
        };
        let domains = ["https://a.example".to_owned(), "b.example".to_owned()];
        assert_eq!(
            line(&error("ui_domains[1]"), &domains),
            "--domain b.example: Wrong."
        );
        assert_eq!(line(&error("ui_domains[9]"), &domains), "--domain: Wrong.");
        assert_eq!(
            line(&error("local_development"), &domains),
            "--local-address: Wrong."
        );
    }
}
