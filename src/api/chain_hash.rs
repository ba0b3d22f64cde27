//! The hash of a row of the activity log.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::TokenHash;

/// SHA-256; 64 hexadecimal digits on the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// The value before the first row.
    pub const START: Self = Self([0; 32]);

    pub fn is_start(&self) -> bool {
        *self == Self::START
    }

    pub fn from_hex(text: &str) -> Option<Self> {
        TokenHash::from_hex(text).map(|hash| Self(hash.0))
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        TokenHash(self.0).fmt(f)
    }
}

impl Serialize for ChainHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChainHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| serde::de::Error::custom("a hash has 64 hexadecimal digits"))
    }
}
