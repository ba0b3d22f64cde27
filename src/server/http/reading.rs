//! What serde found wrong, as the field and a sentence. What was sent is not repeated: it may be a
//! secret in the wrong place.

use serde_path_to_error::Path;

use crate::model::FieldError;

/// `text` is serde's own message, with or without a position in the JSON at its end.
pub fn field_error(path: &Path, text: &str) -> FieldError {
    let text = text.split(" at line ").next().unwrap_or(text);
    let field = match (named_field(text), path.iter().next()) {
        (Some(field), None) => field.to_owned(),
        (Some(field), Some(_)) => format!("{path}.{field}"),
        (None, _) => path.to_string(),
    };
    FieldError {
        field,
        message: sentence(text),
    }
}

/// A field that is missing or there twice has no place of its own; only the message names it.
fn named_field(text: &str) -> Option<&str> {
    let rest = text
        .strip_prefix("missing field `")
        .or_else(|| text.strip_prefix("duplicate field `"))?;
    rest.strip_suffix('`')
}

const WHOLE_NUMBER: &str = "This must be a whole number, not too large and without a sign.";

fn sentence(text: &str) -> String {
    let expected = text.rsplit_once(", expected ").map(|(_, expected)| expected);
    match expected {
        Some(known) if text.starts_with("unknown field") => {
            let known = known.trim_start_matches("one of ");
            format!("There is no such field; there is {known}.")
        }
        Some("u8" | "u16" | "u32" | "u64" | "usize") => WHOLE_NUMBER.into(),
        Some(expected) => format!("This must be {expected}."),
        None if text.starts_with("missing field") => "This field is missing.".into(),
        None if text.starts_with("duplicate field") => "This field is there twice.".into(),
        None if text.starts_with("UUID parsing failed") => "This must be a UUID.".into(),
        None if text.contains("digit found") || text.contains("number too") => WHOLE_NUMBER.into(),
        None if text.ends_with("not `true` or `false`") => "This must be true or false.".into(),
        None => "This can't be read as what it should be; see /openapi.json.".into(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::api::{KeyFields, ProjectQuery, UserEdit};

    fn wrong<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> (String, String) {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let error = serde_path_to_error::deserialize::<_, T>(&mut deserializer).expect_err("wrong");
        let wrong = field_error(error.path(), &error.inner().to_string());
        (wrong.field, wrong.message)
    }

    #[test]
    fn a_refusal_names_the_field_and_what_it_must_be() {
        for (json, field, message) in [
            (r#"{"scope":"web"}"#, "name", "This field is missing."),
            (
                r#"{"scope":"x"}"#,
                "scope",
                "This must be one of `web`, `mobile`, `analytics`.",
            ),
            (r#"{"name":5}"#, "name", "This must be a string."),
            (
                r#"{"ui_domains":["a",null]}"#,
                "ui_domains[1]",
                "This must be a string.",
            ),
            (r#"{"name":"a","name":"b"}"#, "name", "This field is there twice."),
        ] {
            assert_eq!(wrong::<KeyFields>(json), (field.into(), message.into()), "{json}");
        }
        for number in ["-1", "1.5", "4294967296", "\"1\""] {
            let json = format!(r#"{{"overlap_seconds":{number}}}"#);
            let (field, message) = wrong::<crate::api::NewRotation>(&json);
            assert_eq!(
                (field.as_str(), message.as_str()),
                ("overlap_seconds", WHOLE_NUMBER),
                "{json}"
            );
        }
        for (query, message) in [
            (
                "limit=x",
                "This must be a whole number, not too large and without a sign.",
            ),
            (
                "limit=9999999999",
                "This must be a whole number, not too large and without a sign.",
            ),
            ("after=x", "This must be a UUID."),
            ("deployed=x", "This must be true or false."),
        ] {
            let pairs = url::form_urlencoded::parse(query.as_bytes());
            let error =
                ProjectQuery::deserialize(serde_urlencoded::Deserializer::new(pairs)).expect_err("wrong");
            assert_eq!(sentence(&error.to_string()), message, "{query}");
        }
        let unknown = ("nme".into(), "There is no such field; there is `role`.".into());
        assert_eq!(wrong::<UserEdit>(r#"{"nme":1}"#), unknown);
    }
}
