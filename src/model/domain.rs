//! UI domains: the trusted origins of a Web key, be they of web sites, webviews of apps or extensions of browsers; the bundle
//! identifiers of a Mobile key, which is for native code.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

pub use self::app::is_webview;
pub use self::meant::MeantOrigin;
use self::origin::MAX_CHARS;
pub use self::origin::{is_developers, is_local, is_loopback, origin};
pub use self::plausible::is_plausible;
use super::{Scope, pasted};

mod app;
mod meant;
mod origin;
mod plausible;

/// The most UI domains that a key can have.
pub const MAX_DOMAINS: usize = 50;

/// A normalised UI domain. `http://localhost:8000/` is `http://localhost:8000`.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema
)]
#[serde(transparent)]
#[schema(value_type = String, example = "https://shop.acme.example")]
pub struct UiDomain(String);

impl UiDomain {
    /// Parses a UI domain of a Web key or a bundle identifier of a Mobile key. An Analytics key has none.
    pub fn parse(scope: Scope, text: &str) -> Result<Self, String> {
        pasted::refuse(text)?;
        match scope {
            Scope::Web => origin(text).map(Self).map_err(|why| match MeantOrigin::by(text) {
                Some(meant) => meant.instead(&why),
                None => why,
            }),
            Scope::Mobile => bundle_id(text).map(Self),
            Scope::Analytics => Err("An Analytics key has no UI domains.".into()),
        }
    }

    /// A value that [`UiDomain::parse`] returned earlier, such as from the database.
    pub fn trusted(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is an origin on the developer's own machine with an explicit port.
    pub fn is_local_with_port(&self) -> bool {
        is_local(&self.0) && Url::parse(&self.0).is_ok_and(|url| url.port().is_some())
    }

    /// A warning about adding this UI domain; `None` when there is nothing to warn of.
    pub fn warning(&self) -> Option<String> {
        if is_webview(&self.0) {
            return Some(format!(
                "{self} is the origin of every app whose webview is set up alike: it keeps web sites out, but no other app."
            ));
        }
        if self.0.starts_with(app::CHROMIUM) {
            return Some(format!(
                "{self} sends no Origin with GET to what the extension lists in host_permissions, and is refused there: leave the \
                 server and the gateway out of that list."
            ));
        }
        let is_plain = self.0.starts_with("http://") && !is_local(&self.0);
        is_plain.then(|| {
            format!(
                "{self} is not encrypted: anyone on the network path can change its pages and read the key. \
                 Use https:// if the site has it."
            )
        })
    }

    /// The same in a key whose local development is off.
    pub fn warning_without_local_development(&self) -> Option<String> {
        let told =
            || format!("{self} is the developer's own machine: it is refused until local development is on.");
        self.warning().or_else(|| is_developers(&self.0).then(told))
    }

    /// Whether this covers `origin`, written as browsers write it: scheme, host and port are the same,
    /// and a wildcard stands for exactly one label. Anything that no browser would send is not covered.
    pub fn covers(&self, origin: &str) -> bool {
        let Some((scheme, rest)) = self.0.split_once("://*") else {
            // Only browsers' own schemes have hosts that are spelt in one way.
            let is_app = app::parted(&self.0).is_some();
            return self.0 == origin || is_app && self.0.eq_ignore_ascii_case(origin);
        };
        let label = origin
            .strip_prefix(scheme)
            .and_then(|origin| origin.strip_prefix("://"))
            .and_then(|origin| origin.strip_suffix(rest));
        label.is_some_and(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'_'))
        })
    }
}

impl fmt::Display for UiDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A bundle identifier of iOS or an application id of Android: `com.acme.shop`.
fn bundle_id(text: &str) -> Result<String, String> {
    let text = text.trim();
    let part_ok = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    if text.len() > MAX_CHARS {
        return Err("A bundle identifier has at most 255 characters.".into());
    }
    if text.contains("://") {
        return Err("A Mobile key takes bundle identifiers such as com.acme.shop, not origins.".into());
    }
    if !text.contains('.') || !text.split('.').all(part_ok) {
        return Err(
            "Write a bundle identifier like com.acme.shop: letters, digits, - and _ between dots.".into(),
        );
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
