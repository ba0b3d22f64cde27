//! Whether a document is one page of several: a list without its further pages would be imported as if it were whole.

use serde_json::Value;

use super::names;
use super::record::JsonObject;

/// Whether there is more, in so many words. Where such a member says no, a cursor beside it is only where the page ended.
const FLAGS: [&str; 6] = [
    "hasmore",
    "hasnext",
    "hasnextpage",
    "istruncated",
    "truncated",
    "more",
];
/// Where the next page is, or begins.
const NEXT: [&str; 15] = [
    "next",
    "nexttoken",
    "nextpage",
    "nextpagetoken",
    "nextcursor",
    "nextlink",
    "nexturl",
    "nextpageurl",
    "nextmarker",
    "nextoffset",
    "odatanextlink",
    "lastevaluatedkey",
    "continuation",
    "continuationtoken",
    "cursor",
];
/// The same as a text; as a number it says where this page began.
const NEXT_AS_TEXT: [&str; 2] = ["offset", "position"];
/// `{"meta": {"pagination": {"next": …}}}`
const MAX_DEPTH: u32 = 3;

/// What is wrong with a page that is not the last.
pub fn refusal(document: &JsonObject) -> Option<String> {
    let has_list = document.values().any(|member| {
        let items = member.as_array();
        items.is_some_and(|items| items.iter().any(Value::is_object))
    });
    let says_more = has_list.then(|| says_more(document, MAX_DEPTH)).flatten()?;
    Some(format!(
        "this is one page of several, as \"{}\" says: export all of them first, and import them as one file",
        names::said(says_more)
    ))
}

/// The name of the member that says so.
fn says_more(object: &JsonObject, depth: u32) -> Option<&str> {
    let named = |names: &'static [&str]| {
        let is_named = move |name: &str| names.contains(&folded(name).as_str());
        object.iter().filter(move |(name, _)| is_named(name))
    };
    let mut flags = named(&FLAGS).filter(|(_, value)| value.is_boolean()).peekable();
    let here = match flags.peek() {
        Some(_) => flags.find(|(_, value)| value.as_bool() == Some(true)),
        None => named(&NEXT)
            .find(|(_, value)| is_something(value))
            .or_else(|| named(&NEXT_AS_TEXT).find(|(_, value)| value.is_string() && is_something(value))),
    };
    here.map(|(name, _)| name.as_str()).or_else(|| {
        let mut members = object.values().filter_map(Value::as_object);
        let below = depth.checked_sub(1)?;
        members.find_map(|member| says_more(member, below))
    })
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        // `{"href": null}`
        Value::Object(members) => members.values().any(is_something),
    }
}

/// `nextPageToken`, `next_page_token` and `NextPageToken` are one.
fn folded(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(members: &str) -> Option<String> {
        let text = format!("{{\"data\": [{{\"name\": \"Till\"}}]{members}}}");
        refusal(&serde_json::from_str(&text).expect("an object"))
    }

    #[test]
    fn a_page_that_is_not_the_last_is_refused_and_any_other_is_whole() {
        for more in [
            r#", "next": "/key-auths?offset=abc""#,
            r#", "offset": "abc""#,
            r#", "next": null, "offset": "abc""#,
            r#", "pagination": {"hasMore": true, "cursor": "abc"}"#,
            r#", "pagination": {"cursor": "abc"}"#,
            r#", "position": "abc""#,
            r#", "NextToken": "abc""#,
            r#", "has_more": true"#,
            r#", "nextPageToken": "abc""#,
            r#", "meta": {"pagination": {"next_page": 2}}"#,
            r#", "_links": {"next": {"href": "/keys?page=2"}}"#,
            r#", "pageInfo": {"hasNextPage": true, "endCursor": "abc"}"#,
            r#", "@odata.nextLink": "https://a.example/keys?skip=2""#,
        ] {
            assert!(refused(more).is_some_and(|told| told.contains("page")), "{more}");
        }
        for last in [
            "",
            r#", "next": null"#,
            r#", "next": "", "offset": null"#,
            r#", "next": false"#,
            r#", "pagination": {"hasMore": false, "cursor": "abc"}"#,
            r#", "pagination": {"hasMore": false}"#,
            r#", "offset": 0, "limit": 100, "total": 1"#,
            r#", "position": """#,
            r#", "has_more": false, "nextPageToken": """#,
            r#", "_links": {"self": {"href": "/keys"}, "next": {"href": null}}"#,
            r#", "pageInfo": {"hasNextPage": false, "endCursor": "abc"}"#,
        ] {
            assert_eq!(refused(last), None, "{last}");
        }
        // A key by itself.
        let key = r#"{"name": "Till", "labels": ["a"], "next": "x"}"#;
        assert_eq!(refusal(&serde_json::from_str(key).expect("an object")), None);
    }
}
