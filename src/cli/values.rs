//! Values of flags that are one of a few words.

use std::error::Error;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use strum::IntoEnumIterator;

/// The words of an enum: those that the API, or `config.toml`, has for it.
pub fn word<T>() -> impl TypedValueParser<Value = T>
where
    T: IntoEnumIterator + Into<&'static str> + FromStr<Err: Into<Box<dyn Error + Send + Sync>>>,
    T: Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(T::iter().map(Into::<&'static str>::into)).try_map(|text| text.parse())
}
