//! What a row of the activity log says has changed, field by field.

use ratatui::style::Style;
use ratatui::text::Line;
use serde_json::Value;

use super::Look;
use super::details::paragraph;

/// Each field with what it was and what it became; of lists, what came and what went.
pub fn lines(changes: &Value, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (field, change) in changes.as_object().into_iter().flatten() {
        lines.push(Line::default());
        lines.extend(paragraph(&label(field), look.theme.faint(), width));
        match change.as_array().map(Vec::as_slice) {
            Some([old, new]) => lines.extend(change_lines(old, new, width, look)),
            _ => lines.extend(paragraph(&value(change), Style::new(), width)),
        }
    }
    lines
}

/// `ui_domains` as people read it.
fn label(field: &str) -> String {
    let words = field.replace('_', " ");
    let words = words.replace("ui ", "UI ").replace("url", "address");
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

fn change_lines(old: &Value, new: &Value, width: usize, look: &Look) -> Vec<Line<'static>> {
    if let (Value::Array(old), Value::Array(new)) = (old, new) {
        let went = old
            .iter()
            .filter(|item| !new.contains(item))
            .map(|item| (item, "- "));
        let came = new
            .iter()
            .filter(|item| !old.contains(item))
            .map(|item| (item, "+ "));
        let signed = went
            .chain(came)
            .map(|(item, sign)| format!("{sign}{}", value(item)));
        return signed
            .flat_map(|line| paragraph(&line, Style::new(), width))
            .collect();
    }
    if old.is_null() {
        return paragraph(&value(new), Style::new(), width);
    }
    if old == new {
        // A secret that was replaced: both are the same sign.
        return paragraph("replaced", Style::new(), width);
    }
    let old = paragraph(&value(old), look.theme.faint(), width);
    let new = paragraph(&format!("→ {}", value(new)), Style::new(), width);
    [old, new].concat()
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "–".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;
    use crate::tui::view::theme::Theme;

    fn shown(changes: Value) -> Vec<String> {
        let look = Look {
            theme: Theme::new(false),
            now: Timestamp::UNIX_EPOCH,
            zone: TimeZone::UTC,
        };
        let lines = lines(&changes, 40, &look);
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_value_goes_from_what_it_was_to_what_it_became() {
        let changes = json!({ "name": ["Shop", "Store"], "local_development": ["203.0.113.7", null], "deployed": [null, true] });
        let name = ["", "Name", "Shop", "→ Store"];
        let deployed = ["", "Deployed", "yes"].as_slice();
        let local = ["", "Local development", "203.0.113.7", "→ –"];
        assert_eq!(shown(changes), [deployed, &local, &name].concat());
        let changes = json!({ "cross_page_persistence": [true, false], "private_key": ["…", "…"] });
        let persistence = ["", "Cross page persistence", "yes", "→ no"].as_slice();
        assert_eq!(
            shown(changes),
            [persistence, &["", "Private key", "replaced"]].concat()
        );
    }

    #[test]
    fn of_a_list_stands_what_came_and_what_went() {
        let changes = json!({ "ui_domains": [["https://a.example", "https://b.example"], ["https://b.example", "https://c.example"]] });
        let expected = ["", "UI domains", "- https://a.example", "+ https://c.example"];
        assert_eq!(shown(changes), expected);
    }

    #[test]
    fn what_nobody_foresaw_is_shown_as_it_is() {
        assert_eq!(shown(json!({ "odd": 7 })), ["", "Odd", "7"]);
        assert!(shown(json!(null)).is_empty() && shown(json!([1])).is_empty());
    }
}
