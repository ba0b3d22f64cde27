//! Fields of which the declaration says all.

use crate::model::field::{Items, Widget};
use crate::model::{KeyField, Settings};
use crate::tui::state::form::{FieldInput, FormField, LineList, LinesOf, TimeField};

/// A field of which the declaration says all.
pub(super) fn declared_field(field: KeyField, settings: &Settings) -> Option<FormField> {
    let (name, value) = (field.wire_name(), settings.value(field));
    match field.widget() {
        Widget::Custom => None,
        Widget::Text { hint, .. } => {
            let text = value.text().unwrap_or_default();
            Some(FormField::text(name, field.label(), &text, hint).with_example())
        }
        Widget::List {
            of: Items::Networks, ..
        } => {
            let list = LineList::new(LinesOf::Items(field), &value.list().unwrap_or_default());
            Some(FormField::new(name, field.label(), "", FieldInput::Lines(list)))
        }
        Widget::List { hint, .. } => {
            let text = value.list().unwrap_or_default().join(", ");
            Some(FormField::text(name, field.label(), &text, hint).with_example())
        }
        Widget::Time { always, hint, .. } => {
            let time = TimeField::new(value.instant(), always);
            Some(FormField::new(name, field.label(), hint, FieldInput::Time(time)).with_example())
        }
        Widget::Toggle { label, .. } => {
            let on = value.flag().unwrap_or_default();
            Some(FormField::toggle(name, label, on, field.label()))
        }
    }
}
