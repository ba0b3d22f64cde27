//! What forms, commands and the server ask of a field: all of it follows from its declaration.

use strum::IntoEnumIterator;

use super::{KeyField, Widget};
use crate::model::Scope;

impl KeyField {
    /// Those that keys of `scope` have.
    pub fn of(scope: Scope) -> impl Iterator<Item = KeyField> {
        Self::iter().filter(move |field| field.is_of(scope))
    }

    pub fn is_of(self, scope: Scope) -> bool {
        self.facts().scopes.contains(&scope)
    }

    /// Those that can be edited of keys of `scope`.
    pub fn editable(scope: Scope) -> impl Iterator<Item = KeyField> {
        Self::iter().filter(move |field| field.is_edited_of(scope))
    }

    pub fn is_edited_of(self, scope: Scope) -> bool {
        self.facts().edited_of.contains(&scope)
    }

    pub fn from_wire_name(name: &str) -> Option<Self> {
        Self::iter().find(|field| field.wire_name() == name)
    }

    /// Those that are in [`super::Settings`].
    pub fn settings() -> impl Iterator<Item = Self> {
        Self::iter().filter(|field| field.is_setting())
    }

    /// The setting that a column of a file holds, under whichever of its names.
    pub fn from_column(name: &str) -> Option<Self> {
        let flag = |field: Self| field.facts().flag.trim_start_matches('-').replace('-', "_");
        Self::settings()
            .find(|field| [field.column(), field.wire_name()].contains(&name) || flag(*field) == name)
    }

    pub fn column(self) -> &'static str {
        self.facts().column.unwrap_or(self.wire_name())
    }

    pub fn wire_name(self) -> &'static str {
        self.into()
    }

    pub fn label(self) -> &'static str {
        self.facts().label
    }

    /// What it is called of a key of this scope.
    pub fn label_of(self, scope: Scope) -> &'static str {
        match (self, scope) {
            (KeyField::UiDomains, Scope::Mobile) => "Bundle identifiers",
            _ => self.label(),
        }
    }

    /// The same beside its value, or beside one of several.
    pub fn short_label_of(self, scope: Scope) -> &'static str {
        match (self, scope) {
            (KeyField::UiDomains, Scope::Mobile) => "Bundle identifier",
            _ => self.facts().short_label,
        }
    }

    pub fn widget(self) -> Widget {
        self.facts().widget
    }

    /// What may be entered into a list.
    pub fn hint(self) -> &'static str {
        match self.widget() {
            Widget::List { hint, .. } => hint,
            _ => "",
        }
    }

    /// Whether it decides where requests may come from, so that a change of it may refuse what was allowed.
    pub fn restricts(self) -> bool {
        matches!(self, KeyField::UiDomains | KeyField::AllowedNetworks)
    }

    /// Whether it is in [`super::Settings`]: a name and a project are looked up and kept apart.
    pub fn is_setting(self) -> bool {
        !matches!(self, KeyField::Name | KeyField::Project)
    }
}
