//! Whether an origin or an app that a key refused is plausibly one of the organisation's own. Anybody can send any origin, so
//! only a neighbour of a domain that the key has is suggested.

use url::{Host, Url};

use super::{UiDomain, app, is_local, is_webview};

/// Whether it would make sense to add this origin or bundle identifier to the domains: it is of the same registrable domain
/// as one of them, or on the developer's own machine.
pub fn is_plausible(domains: &[UiDomain], name: &str) -> bool {
    // Anybody's app has it, so that it is theirs only where they have such an app.
    if is_webview(name) {
        return domains.iter().any(|domain| is_webview(domain.as_str()));
    }
    // Of an extension, nothing but its id says whose it is.
    if app::parted(name).is_some() {
        return false;
    }
    let Some(site) = site(name) else {
        return false;
    };
    is_local(name)
        || domains
            .iter()
            .any(|domain| self::site(domain.as_str()) == Some(site.clone()))
}

/// What belongs to one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Site {
    /// `acme.example` of `https://shop.acme.example`, and of the bundle identifier `example.acme.shop`: apps and pages apart.
    Page(String),
    App(String),
}

fn site(name: &str) -> Option<Site> {
    if !name.contains("://") {
        let labels: Vec<&str> = name.rsplit('.').collect();
        return registrable(&labels.join(".").to_ascii_lowercase()).map(Site::App);
    }
    let url = Url::parse(name).ok()?;
    match url.host()? {
        Host::Domain(host) => {
            let host = host.strip_prefix("*.").unwrap_or(host);
            // A name that nobody registers, such as that of a machine, is its own site.
            let site = registrable(host).unwrap_or_else(|| host.to_owned());
            Some(Site::Page(site))
        }
        address => Some(Site::Page(address.to_string())),
    }
}

/// By the public suffix list, its private section included: below `github.io` every name is somebody else's.
fn registrable(host: &str) -> Option<String> {
    psl::domain_str(host).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plausible(domains: &[&str], name: &str) -> bool {
        let domains: Vec<UiDomain> = domains
            .iter()
            .map(|text| UiDomain::trusted((*text).into()))
            .collect();
        is_plausible(&domains, name)
    }

    #[test]
    fn only_what_stands_beside_a_domain_of_the_key_is_theirs() {
        let shop = "https://shop.acme.com";
        for (domain, name, expected) in [
            (shop, "https://www.acme.com", true),
            (shop, "https://acme.com", true),
            (shop, "http://shop.acme.com", true),
            (shop, "https://shop.acme.com:8443", true),
            (shop, "https://a.b.c.acme.com", true),
            ("https://*.acme.com", "https://a.b.acme.com", true),
            (shop, "http://localhost:3000", true),
            (shop, "http://127.0.0.1:8080", true),
            (shop, "https://evil.com", false),
            (shop, "https://acme.com.evil.com", false),
            (shop, "https://shop-acme.com", false),
            (shop, "https://notacme.com", false),
            (shop, "https://acme.co", false),
            (shop, "https://xn--acm-dma.com", false),
            (shop, "null", false),
            (shop, "com", false),
            (shop, "https://com", false),
            (shop, "", false),
            (shop, "https://192.0.2.7", false),
            (shop, "com.acme.shop", false),
            ("https://acme.co.uk", "https://evil.co.uk", false),
            ("https://acme.co.uk", "https://www.acme.co.uk", true),
            ("https://acme.github.io", "https://evil.github.io", false),
            ("https://acme.github.io", "https://acme.github.io:444", true),
            ("https://acme.herokuapp.com", "https://evil.herokuapp.com", false),
            ("http://intranet", "http://intranet:8080", true),
            ("http://intranet", "http://other", false),
            ("http://192.0.2.7", "https://192.0.2.7:8443", true),
            ("http://192.0.2.7", "http://192.0.2.8", false),
            ("http://localhost:8000", "https://evil.com", false),
            (shop, "capacitor://localhost", false),
            (shop, "https://localhost", false),
            ("ionic://localhost", "capacitor://localhost", true),
            ("https://localhost", "capacitor://localhost", true),
            (shop, "chrome-extension://abcdefghijklmnopabcdefghijklmnop", false),
            ("com.acme.shop", "com.acme.kiosk", true),
            ("com.acme.shop", "com.evil.shop", false),
            ("com.acme.shop", "acme.com", false),
            ("com.acme.shop", "https://shop.acme.com", false),
            ("com.acme.shop", "COM.Acme.Till", true),
        ] {
            assert_eq!(plausible(&[domain], name), expected, "{domain} and {name}");
        }
        assert!(!plausible(&[], "https://shop.acme.com"));
        assert!(plausible(&["https://other.net", shop], "https://www.acme.com"));
    }
}
