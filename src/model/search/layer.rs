//! What a text can lie below.

use serde::Serialize;
use strum::IntoStaticStr;

/// A form that software gives to text on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
pub enum TextLayer {
    #[strum(serialize = "base64")]
    Base64,
    #[strum(serialize = "hexadecimal digits")]
    Hex,
    #[strum(serialize = "escapes")]
    Escapes,
    #[strum(serialize = "UTF-16")]
    Utf16,
    #[strum(serialize = "gzip")]
    Gzip,
    #[strum(serialize = "zip")]
    Zip,
}
