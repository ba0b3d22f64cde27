//! Values of flags that are one of a few words.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Deserialize;
use serde::de::{IntoDeserializer, value};

use crate::api::{ActivityAction, Sort};
use crate::config::Colour;
use crate::model::role::UnknownRole;
use crate::model::scope::UnknownScope;
use crate::model::{Role, Scope};

/// The colours by the names that `config.toml` gives them.
pub fn colour() -> impl TypedValueParser<Value = Colour> {
    PossibleValuesParser::new(Colour::ALL.map(Colour::as_str))
        .try_map(|text| -> Result<Colour, value::Error> { Colour::deserialize(text.into_deserializer()) })
}

pub fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str))
        .try_map(|text| -> Result<Role, UnknownRole> { text.parse() })
}

pub fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::ALL.map(Scope::as_str))
        .try_map(|text| -> Result<Scope, UnknownScope> { text.parse() })
}

/// The actions by the names that the API gives them.
pub fn action() -> impl TypedValueParser<Value = ActivityAction> {
    PossibleValuesParser::new(ActivityAction::ALL.map(ActivityAction::as_str))
        .try_map(|text| -> Result<ActivityAction, String> { text.parse() })
}

/// The sorts by the names that the API gives them.
pub fn sort() -> impl TypedValueParser<Value = Sort> {
    PossibleValuesParser::new(["name", "scope", "created_at", "last_used_at"]).map(|text| {
        match text.as_str() {
            "name" => Sort::Name,
            "scope" => Sort::Scope,
            "last_used_at" => Sort::LastUsedAt,
            _ => Sort::CreatedAt,
        }
    })
}
