//! Local development in the form: a toggle, and below it the address that one develops at, and when it ends.

use crate::model::{KeyField, Settings};
use crate::tui::state::form::{FieldInput, FormField, TimeField};

/// Beside its toggle, from which address one develops.
pub(super) const LOCAL_ADDRESS: &str = "local_address";

pub(super) fn fields(settings: &Settings) -> [FormField; 2] {
    let wire_name = KeyField::LocalDevelopment.wire_name();
    let address = settings.local_development.map(|address| address.to_string());
    let hint = "your public address or network, such as 203.0.113.7";
    [
        FormField::toggle(
            wire_name,
            "Development",
            address.is_some(),
            "I'm developing locally",
        ),
        FormField::text(LOCAL_ADDRESS, "  from", &address.unwrap_or_default(), hint)
            .part_of(wire_name)
            .with_example(),
    ]
}

pub(super) fn end(settings: &Settings) -> FormField {
    let field = KeyField::LocalDevelopmentEndsAt;
    let time = TimeField::new(settings.local_development_ends_at, true);
    let hint = match (settings.local_development, settings.local_development_ends_at) {
        (Some(_), None) => "no end so far; 8h, 2d, a date (through that day) or an instant",
        _ => "8h, 2d, a date (through that day) or an instant; 30 days ahead at most",
    };
    FormField::new(
        field.wire_name(),
        field.facts().short_label,
        hint,
        FieldInput::Time(time),
    )
    .with_example()
}
