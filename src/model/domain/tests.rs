//! What is a UI domain, and what covers an origin.

use proptest::prelude::*;

use super::*;

fn web(text: &str) -> Option<String> {
    UiDomain::parse(Scope::Web, text).ok().map(|d| d.to_string())
}

#[test]
fn origins_are_normalised() {
    for (typed, kept) in [
        ("http://localhost:8000/", "http://localhost:8000"),
        (" HTTPS://Shop.Acme.Example:443 ", "https://shop.acme.example"),
        ("https://*.example.com", "https://*.example.com"),
        ("https://*.acme.co.uk", "https://*.acme.co.uk"),
        ("https://*.acme.github.io", "https://*.acme.github.io"),
        ("https://acme.github.io", "https://acme.github.io"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://0x7f.1:80", "http://127.0.0.1"),
    ] {
        assert_eq!(web(typed).as_deref(), Some(kept), "{typed}");
    }
}

#[test]
fn an_invalid_origin_is_refused() {
    for text in [
        "",
        "shop.acme.example",
        "ftp://a.example",
        "https://",
        "https://a.example/path",
        "https://a.example?q",
        "https://a.example#f",
        "https://u@a.example",
        "https://@a.example",
        "https://*",
        "https://*.com",
        "https://*.co.uk",
        "https://*.github.io",
        "https://*.github.io:8443",
        "http://*.GitHub.io",
        "https://*.vercel.app",
        "https://*.herokuapp.com",
        "https://*.s3.amazonaws.com",
        "https://*.eu-west-1.compute.amazonaws.com",
        "https://*.sch.uk",
        "https://*.公司.cn",
        "https://*.xn--55qx5d.cn",
        "https://a.*.example.com",
        "https://*a.example.com",
        "https://a..example",
        "https://a.example.",
        "https://a.example:99999",
        "https://a.example\\b",
        "null",
        "*",
        "https://a b.example",
    ] {
        assert_eq!(web(text), None, "{text}");
    }
}

#[test]
fn only_an_explicit_port_makes_a_local_origin() {
    let local = |text| UiDomain::parse(Scope::Web, text).is_ok_and(|d| d.is_local_with_port());
    assert!(local("http://localhost:8000"));
    assert!(local("https://127.0.0.1:8443"));
    assert!(local("http://[::1]:3000/"));
    assert!(local("http://shop.localhost:3000"));
    assert!(!local("http://localhost"));
    assert!(!local("https://localhost.evil.example:8000"));
}

#[test]
fn the_machine_itself_is_local_however_it_is_written() {
    for local in [
        "http://localhost:8000",
        "http://app.localhost",
        "http://127.0.0.1:8000",
        "http://127.255.3.4",
        "http://2130706433:8000",
        "http://0x7f.0.0.1",
        "http://0:8000",
        "http://0.0.0.0:8000",
        "http://0.1.2.3",
        "http://[::1]:8000",
        "http://[::]:8000",
        "http://[0:0:0:0:0:0:0:0]",
        "http://[::ffff:127.0.0.1]:8000",
        "http://[::ffff:7f00:1]:8000",
        "http://[::ffff:0.0.0.0]:8000",
        "http://[::127.0.0.1]:8000",
        "https://ip6-localhost:8000",
        "https://localhost.localdomain",
    ] {
        let domain = UiDomain::parse(Scope::Web, local).expect(local);
        assert!(is_local(domain.as_str()), "{local}");
        // Without a port it may be an app's.
        assert_eq!(domain.warning().is_some(), is_webview(domain.as_str()), "{local}");
    }
    for elsewhere in [
        "https://localhost.evil.example",
        "https://notlocalhost",
        "http://128.0.0.1",
        "http://192.168.1.7:8000",
        "http://[::ffff:192.0.2.1]",
        "http://[2001:db8::1]",
        "https://1.0.0.127.example",
    ] {
        assert!(!is_local(elsewhere), "{elsewhere}");
    }
}

#[test]
fn what_is_not_encrypted_is_warned_of() {
    let warned = |text| {
        let domain = UiDomain::parse(Scope::Web, text).expect(text);
        domain.warning().is_some()
    };
    for plain in [
        "http://shop.acme.example",
        "http://*.acme.example:8080",
        "http://192.168.1.7",
    ] {
        assert!(warned(plain), "{plain}");
    }
    for fine in [
        "https://shop.acme.example",
        "http://localhost:8000",
        "http://[::]:80",
    ] {
        assert!(!warned(fine), "{fine}");
    }
    let app = UiDomain::parse(Scope::Mobile, "com.acme.shop").expect("valid");
    assert_eq!(app.warning(), None);
}

#[test]
fn an_origin_is_covered_as_it_is_or_by_one_label() {
    let covers = |domain, origin| UiDomain::parse(Scope::Web, domain).expect(domain).covers(origin);
    assert!(covers("https://shop.acme.example", "https://shop.acme.example"));
    assert!(covers("http://localhost:8000/", "http://localhost:8000"));
    assert!(covers("https://*.acme.example", "https://shop.acme.example"));
    assert!(covers(
        "https://*.acme.example:8443",
        "https://a-1.acme.example:8443"
    ));
    for (domain, lookalike) in [
        ("https://shop.acme.example", "http://shop.acme.example"),
        ("https://shop.acme.example", "https://shop.acme.example:8443"),
        ("https://shop.acme.example", "https://shop.acme.example."),
        ("https://shop.acme.example", "https://shop.acme.example/"),
        ("https://shop.acme.example", "https://SHOP.acme.example"),
        (
            "https://shop.acme.example",
            "https://shop.acme.example.evil.example",
        ),
        (
            "https://shop.acme.example",
            "https://shop.acme.example@evil.example",
        ),
        ("https://*.acme.example", "https://acme.example"),
        ("https://*.acme.example", "https://.acme.example"),
        ("https://*.acme.example", "https://a.b.acme.example"),
        ("https://*.acme.example", "https://*.acme.example"),
        ("https://*.acme.example", "https://evil.example/.acme.example"),
        ("https://*.acme.example", "https://evil@a.acme.example"),
        ("https://*.acme.example", "https://a.acme.example:8443"),
        ("https://*.acme.example", "https://a.acme.example.evil.example"),
        ("https://*.acme.example", "null"),
        ("https://*.acme.example", ""),
    ] {
        assert!(!covers(domain, lookalike), "{domain} {lookalike}");
    }
}

#[test]
fn bundle_identifiers_are_for_mobile_keys() {
    let mobile = |text| UiDomain::parse(Scope::Mobile, text).is_ok();
    assert!(mobile("com.acme.shop-app"));
    assert!(!mobile("shop"));
    assert!(!mobile("com..acme"));
    assert!(!mobile("https://a.example"));
    assert!(UiDomain::parse(Scope::Analytics, "com.acme.shop").is_err());
}

const ID: &str = "abcdefghijklmnopabcdefghijklmnop";
const UUID: &str = "0192f3a4-7b1c-4d2e-8f90-a1b2c3d4e5f6";

#[test]
fn webviews_and_extensions_have_origins_of_their_own() {
    for (typed, kept) in [
        ("capacitor://localhost", "capacitor://localhost"),
        ("Capacitor://LocalHost/", "capacitor://localhost"),
        ("ionic://localhost", "ionic://localhost"),
        ("tauri://localhost", "tauri://localhost"),
        ("http://tauri.localhost", "http://tauri.localhost"),
        ("https://tauri.localhost/", "https://tauri.localhost"),
        ("https://localhost", "https://localhost"),
        ("http://localhost", "http://localhost"),
        ("app://localhost", "app://localhost"),
        ("app://.", "app://."),
        ("app://acme.studio:8080", "app://acme.studio:8080"),
        ("acme-kiosk://app", "acme-kiosk://app"),
        ("com.acme.kiosk://localhost", "com.acme.kiosk://localhost"),
        ("vscode-webview://0a1b2c", "vscode-webview://0a1b2c"),
        (
            &format!("chrome-extension://{ID}"),
            &format!("chrome-extension://{ID}"),
        ),
        (
            &format!("Chrome-Extension://{ID}/"),
            &format!("chrome-extension://{ID}"),
        ),
        (
            &format!("moz-extension://{UUID}"),
            &format!("moz-extension://{UUID}"),
        ),
        (
            &format!("safari-web-extension://{}", UUID.to_uppercase()),
            &format!("safari-web-extension://{UUID}"),
        ),
        ("http://*.localhost:3000", "http://*.localhost:3000"),
        ("https://my_app.acme.example", "https://my_app.acme.example"),
    ] {
        assert_eq!(web(typed).as_deref(), Some(kept), "{typed}");
    }
}

#[test]
fn what_sends_null_or_is_no_page_is_refused_with_the_way_out() {
    for text in [
        "null",
        "NULL",
        "file://",
        "file:///home/mira/index.html",
        "FILE:///c:/index.html",
        "data:text/html,x",
        "blob:https://shop.acme.example/1",
        "about:blank",
        "javascript:alert(1)",
        "content://com.acme/x",
    ] {
        let why = UiDomain::parse(Scope::Web, text).expect_err(text);
        assert!(
            why.contains("send the origin null") && why.contains("capacitor://localhost"),
            "{text}: {why}"
        );
    }
    for (text, says) in [
        ("ftp://shop.acme.example", "No page is loaded by ftp://"),
        ("wss://shop.acme.example", "https://shop.acme.example"),
        ("htps://shop.acme.example", "No page is loaded by htps://"),
        ("httpss://shop.acme.example", "No page is loaded by httpss://"),
        ("chrome-extension://abc", "32 letters from a to p"),
        (
            "chrome-extension://abcdefghijklmnopabcdefghijklmnoq",
            "32 letters from a to p",
        ),
        ("moz-extension://abcdefghijklmnopabcdefghijklmnop", "is a UUID"),
        ("chrome-extension://*", "A * can't stand for"),
        ("capacitor://*", "A * can't stand for"),
        ("capacitor://", "This is not an origin"),
        ("capacitor://a b", "no spaces"),
        ("capacitor://u@localhost", "no user name"),
        ("app://x:0", "This is not an origin"),
        ("app://x:65536", "This is not an origin"),
        ("app://x:", "This is not an origin"),
        ("capacitor://localhost/app", "write capacitor://localhost."),
        (
            &format!("chrome-extension://{ID}/popup.html?x"),
            &format!("write chrome-extension://{ID}."),
        ),
        (
            &format!("extension://{ID}/popup.html"),
            &format!("write chrome-extension://{ID}."),
        ),
        (ID, &format!("write chrome-extension://{ID}.")),
    ] {
        let why = UiDomain::parse(Scope::Web, text).expect_err(text);
        assert!(why.contains(says), "{text}: {why}");
    }
}

#[test]
fn a_developers_machine_is_warned_of_while_local_development_is_off() {
    let warning = |text: &str| {
        let domain = UiDomain::parse(Scope::Web, text).expect(text);
        (domain.warning(), domain.warning_without_local_development())
    };
    for text in [
        "http://localhost:8000",
        "http://*.localhost:3000",
        "https://[::1]:8000",
        "https://127.0.0.1",
    ] {
        let (on, off) = warning(text);
        assert_eq!(on, None, "{text}");
        assert!(
            off.is_some_and(|said| said.contains("until local development is on")),
            "{text}"
        );
    }
    // Of all others it says the same.
    for text in [
        "https://shop.acme.example",
        "http://shop.acme.example",
        "http://tauri.localhost",
    ] {
        let (on, off) = warning(text);
        assert_eq!(on, off, "{text}");
    }
}

#[test]
fn an_app_is_warned_of_as_any_app_can_have_its_origin() {
    let warning = |text: &str| UiDomain::parse(Scope::Web, text).expect(text).warning();
    for text in [
        "capacitor://localhost",
        "https://localhost",
        "http://tauri.localhost",
        "app://.",
    ] {
        assert!(
            warning(text).is_some_and(|said| said.contains("no other app")),
            "{text}"
        );
        assert!(is_webview(text) && !is_developers(text), "{text}");
    }
    let extension = format!("chrome-extension://{ID}");
    assert!(warning(&extension).is_some_and(|said| said.contains("host_permissions")));
    assert!(!is_webview(&extension) && !is_local(&extension));
    for text in [
        "http://localhost:8000",
        "http://app.localhost:3000",
        "http://127.0.0.1",
    ] {
        assert!(is_developers(text) && !is_webview(text), "{text}");
    }
}

proptest! {
    /// Whatever can be listed is covered as a browser sends it.
    #[test]
    fn what_is_listed_covers_itself(scheme in "(https?|capacitor|ionic|app|tauri|x[a-z0-9+.-]{3,8})", host in "[A-Za-z0-9_-]{1,12}(\\.[a-z0-9]{1,8}){0,2}", port in "(:[1-9][0-9]{0,3})?") {
        let text = format!("{scheme}://{host}{port}");
        if let Ok(domain) = UiDomain::parse(Scope::Web, &text) {
            prop_assert!(domain.covers(domain.as_str()));
            prop_assert_eq!(UiDomain::parse(Scope::Web, domain.as_str()), Ok(domain.clone()));
            if app::parted(&text).is_some() {
                prop_assert!(domain.covers(&text), "as it is spelt");
            }
        }
    }
}
