//! What somebody probably meant who wrote an origin otherwise than browsers do: `shop.acme.example`, `//shop.acme.example`,
//! `shop.acme.example:8443/checkout`. It is offered and never taken for granted, and only what is a valid origin is.

use std::net::Ipv6Addr;

use url::Url;

use super::app;
use super::origin::{MAX_CHARS, is_local, origin};
use crate::model::pasted;

/// The origin that a text that is none was probably meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeantOrigin {
    pub domain: String,
    /// Nothing of what was written is left out of it: only its scheme was missing.
    pub is_whole: bool,
}

impl MeantOrigin {
    /// `None` for an origin, and for what is nothing like one.
    pub fn by(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\\' | '@');
        let is_long = text.chars().count() > MAX_CHARS;
        if is_long || text.contains(is_odd) || pasted::refuse(text).is_err() {
            return None;
        }
        if origin(text).is_ok() {
            return None;
        }
        if let Some(app) = of_app(text) {
            return Some(app);
        }
        let (scheme, rest) = parted(text);
        if rest.contains("://") {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, left) = rest.split_at(end);
        let authority = bracketed(authority);
        let (host, port) = host_and_port(&authority);
        let host = host.strip_suffix('.').unwrap_or(host);
        let names_a_host =
            host.contains(['.', '[']) || host.eq_ignore_ascii_case("localhost") || !port.is_empty();
        let is_number = host.chars().all(|c| c.is_ascii_digit());
        if is_number || !(names_a_host || scheme.is_some()) {
            return None;
        }
        let scheme = scheme.unwrap_or_else(|| usual_scheme(host, port));
        let meant = origin(&format!("{scheme}://{host}{port}")).ok()?;
        Some(Self {
            domain: meant,
            is_whole: matches!(left, "" | "/"),
        })
    }

    /// What is wrong, and what to write instead.
    pub(super) fn instead(&self, why: &str) -> String {
        let wrong = why.split(';').next().unwrap_or(why).trim_end_matches('.');
        format!("{wrong}; write {}.", self.domain)
    }
}

/// The page of an app or an extension, of which only the origin is listed; or an extension's id alone.
fn of_app(text: &str) -> Option<MeantOrigin> {
    let whole = |domain: String, is_whole| Some(MeantOrigin { domain, is_whole });
    if app::is_letters(text) {
        return whole(format!("chrome-extension://{text}"), true);
    }
    let (scheme, rest) = app::parted(text).filter(|_| app::impossible(text).is_none())?;
    // As Edge shows it in its address bar.
    let scheme = if scheme.eq_ignore_ascii_case("extension") {
        "chrome-extension"
    } else {
        scheme
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, left) = rest.split_at(end);
    whole(app::origin(scheme, host).ok()?, matches!(left, "" | "/"))
}

/// The scheme of what a page or its connection may be written with, and what follows it.
fn parted(text: &str) -> (Option<&'static str>, &str) {
    const SCHEMES: [(&str, &str); 4] = [
        ("https:", "https"),
        ("http:", "http"),
        ("wss:", "https"),
        ("ws:", "http"),
    ];
    for (written, scheme) in SCHEMES {
        if let Some(head) = text.get(..written.len())
            && head.eq_ignore_ascii_case(written)
        {
            return (Some(scheme), text[written.len()..].trim_start_matches('/'));
        }
    }
    let rest = text.strip_prefix("://").unwrap_or(text);
    (None, rest.trim_start_matches('/'))
}

/// A bare IPv6 address as it stands in an origin.
fn bracketed(authority: &str) -> String {
    match authority.parse::<Ipv6Addr>() {
        Ok(_) => format!("[{authority}]"),
        Err(_) => authority.to_owned(),
    }
}

/// `("shop.acme.example", ":8443")`.
fn host_and_port(authority: &str) -> (&str, &str) {
    let at = authority.rfind(':').filter(|at| {
        let port = &authority[at + 1..];
        !port.is_empty() && port.chars().all(|c| c.is_ascii_digit())
    });
    authority.split_at(at.unwrap_or(authority.len()))
}

/// Pages on the developer's own machine are rarely encrypted, all others are.
fn usual_scheme(host: &str, port: &str) -> &'static str {
    let plain = format!("http://{host}{port}");
    match Url::parse(&plain).is_ok() && is_local(&plain) || port == ":80" {
        true => "http",
        false => "https",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Scope, UiDomain};

    fn meant(text: &str) -> Option<(String, bool)> {
        MeantOrigin::by(text).map(|meant| (meant.domain, meant.is_whole))
    }

    #[test]
    fn what_lacks_only_its_scheme_is_completed() {
        let shop = "https://shop.acme.example";
        for (text, origin) in [
            ("shop.acme.example", shop),
            (" Shop.ACME.example ", shop),
            ("shop.acme.example/", shop),
            ("shop.acme.example.", shop),
            ("//shop.acme.example", shop),
            ("://shop.acme.example", shop),
            ("https:shop.acme.example", shop),
            ("https:/shop.acme.example/", shop),
            ("https://shop.acme.example.", shop),
            ("wss://shop.acme.example", shop),
            ("shop.acme.example:443", shop),
            ("shop.acme.example:8443", "https://shop.acme.example:8443"),
            ("shop.acme.example:80", "http://shop.acme.example"),
            ("*.acme.example", "https://*.acme.example"),
            ("bücher.example", "https://xn--bcher-kva.example"),
            ("BÜCHER.example:8443", "https://xn--bcher-kva.example:8443"),
            ("例え.jp", "https://xn--r8jz45g.jp"),
            ("intranet:8080", "https://intranet:8080"),
            ("localhost", "http://localhost"),
            ("localhost:3000", "http://localhost:3000"),
            ("LOCALHOST:3000/", "http://localhost:3000"),
            ("app.localhost:3000", "http://app.localhost:3000"),
            ("127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("[::1]:3000", "http://[::1]:3000"),
            ("::1", "http://[::1]"),
            ("2001:db8::7", "https://[2001:db8::7]"),
            ("192.0.2.7", "https://192.0.2.7"),
        ] {
            assert_eq!(meant(text), Some((origin.to_owned(), true)), "{text}");
        }
    }

    #[test]
    fn what_goes_on_after_the_port_is_offered_without_that() {
        let shop = "https://shop.acme.example";
        for (text, origin) in [
            ("shop.acme.example/checkout", shop),
            ("https://shop.acme.example/checkout?a=1#b", shop),
            ("//shop.acme.example?q", shop),
            ("shop.acme.example#top", shop),
            ("Shop.acme.example:8443/x/", "https://shop.acme.example:8443"),
            ("http://localhost:3000/app", "http://localhost:3000"),
        ] {
            assert_eq!(meant(text), Some((origin.to_owned(), false)), "{text}");
        }
    }

    #[test]
    fn nothing_is_offered_for_what_is_an_origin_or_nothing_like_one() {
        for text in [
            "",
            "h",
            "https",
            "https:",
            "https://",
            "shop",
            "8443",
            "https://8443",
            "https://shop.acme.example",
            "http://localhost:8000/",
            "ftp://shop.acme.example",
            "javascript:alert(1)",
            "mira@acme.example",
            "https://u:p@acme.example",
            "shop acme.example",
            "shop\\acme.example",
            "*.com",
            "*.github.io",
            "a.*.example.com",
            "shop.acme.example:99999",
            "a..example",
            "null",
            "*",
            "/",
            "?q=a.b",
        ] {
            assert_eq!(meant(text), None, "{text}");
        }
    }

    #[test]
    fn whatever_is_offered_is_valid_and_means_itself() {
        for text in ["shop.acme.example/x", "::1", "bücher.example", "localhost:3000"] {
            let domain = MeantOrigin::by(text).expect("offered").domain;
            assert_eq!(
                UiDomain::parse(Scope::Web, &domain).map(|parsed| parsed.to_string()),
                Ok(domain.clone())
            );
            assert_eq!(MeantOrigin::by(domain.as_str()), None);
        }
    }
}
