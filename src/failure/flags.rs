//! From the fields that a server refuses to the flags that gave them.

use crate::model::{FieldError, KeyField, field_error};

/// What is wrong with a field, by the flag that gave it; `domains` are the UI domains that were given, in order.
pub fn line(error: &FieldError, domains: &[String]) -> String {
    let flag = match field_error::base(&error.field) {
        "ui_domains" => match element(&error.field).and_then(|index| domains.get(index)) {
            Some(domain) => format!("--domain {domain}"),
            None => "--domain".into(),
        },
        "q" | "filter" | "project_name" | "creator_name" => "--filter".into(),
        "add_labels" => "--add-label".into(),
        "remove_labels" => "--remove-label".into(),
        "reason" => "--reason".into(),
        "creator" => "--created-by".into(),
        field @ ("after" | "limit" | "role" | "origin" | "address" | "bundle") => {
            format!("--{field}")
        }
        "email" => "EMAIL".into(),
        "to" => "--hand-over-to".into(),
        "url" => "--session-url".into(),
        "key_name" => "--session-key-name".into(),
        "private_key" => "--session-key-file".into(),
        "session_id" => "--session-id".into(),
        field => match KeyField::from_wire_name(field) {
            Some(field) => field.facts().flag.into(),
            // What no flag gave needs no name.
            None => return error.message.clone(),
        },
    };
    format!("{flag}: {}", error.message)
}

/// One line a field.
pub fn lines(errors: &[FieldError], domains: &[String]) -> Vec<String> {
    errors.iter().map(|error| line(error, domains)).collect()
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
