//! The declaration of fields and what the validation says of them agree.

use std::collections::HashSet;

use serde_json::{Value as Json, json};
use strum::IntoEnumIterator;

use super::*;

/// What could stand in a field.
fn filled(field: KeyField) -> FieldValue {
    match field {
        KeyField::Name => FieldValue::Text("Checkout".into()),
        KeyField::Project => FieldValue::Text(uuid::Uuid::nil().to_string()),
        KeyField::UiDomains => FieldValue::List(vec!["http://localhost:8000".into()]),
        KeyField::LocalDevelopment => FieldValue::Text("203.0.113.7".into()),
        other => match other.widget() {
            Widget::Toggle { .. } => FieldValue::Flag(true),
            Widget::List {
                of: Items::Networks, ..
            } => FieldValue::List(vec!["203.0.113.0/24".into(), "2001:db8::7".into()]),
            Widget::List { .. } => FieldValue::List(vec!["production".into(), "Team A".into()]),
            Widget::Time { .. } => FieldValue::Text("2027-03-31T18:00:00Z".into()),
            Widget::Text { .. } | Widget::Custom => FieldValue::Text("Ask Mira before you revoke it.".into()),
        },
    }
}

fn keys(value: &impl Serialize) -> HashSet<String> {
    match serde_json::to_value(value).expect("JSON") {
        Json::Object(fields) => fields.keys().cloned().collect(),
        other => panic!("{other}"),
    }
}

fn wire_names(fields: impl Iterator<Item = KeyField>) -> HashSet<String> {
    fields.map(|field| field.wire_name().to_owned()).collect()
}

#[test]
fn every_field_of_the_wire_is_declared() {
    let (mut fields, mut edit) = (KeyFields::blank(Scope::Web), KeyEdit::default());
    for field in KeyField::iter() {
        fields.set(field, filled(field));
        edit.set(field, filled(field));
        assert_eq!(edit.names(field), field.is_edited_of(Scope::Web));
    }
    let mut declared = wire_names(KeyField::iter());
    declared.insert("scope".into());
    assert_eq!(keys(&fields), declared);
    assert_eq!(keys(&edit), wire_names(KeyField::editable(Scope::Web)));
    // What was set is what the key then has, also after an edit.
    let valid = fields.validate().expect("valid");
    let changed = edit
        .apply(Scope::Web, "Till", &Settings::default())
        .expect("valid");
    for settings in [valid.settings, changed.1] {
        for field in KeyField::iter().filter(|field| field.is_setting()) {
            assert_eq!(settings.value(field), filled(field), "{field:?}");
        }
    }
}

#[test]
fn a_field_belongs_to_the_scopes_that_the_validation_lets_have_it() {
    for scope in Scope::iter() {
        for field in KeyField::iter() {
            let mut fields = KeyFields::blank(scope);
            fields.set(field, filled(field));
            let refused = fields.validate().err().unwrap_or_default();
            let lacks = refused.0.iter().any(|error| {
                error.field == field.wire_name()
                    && ["has no", "Only a"]
                        .iter()
                        .any(|words| error.message.contains(words))
            });
            assert_eq!(lacks, !field.is_of(scope), "{field:?} of {scope}");
        }
    }
}

#[test]
fn values_are_written_as_json_has_them() {
    let json = |value: FieldValue| serde_json::to_value(value).expect("JSON");
    assert_eq!(json(FieldValue::None), Json::Null);
    assert_eq!(json(FieldValue::Flag(false)), json!(false));
    assert_eq!(
        json(filled(KeyField::UiDomains)),
        json!(["http://localhost:8000"])
    );
}
