//! Pages in a real browser exchange their keys, and open a session with the token that they got.

mod chromium;
mod shop;

use crate::program::Home;
use chromium::Chromium;
use shop::Shop;

const SHOP: &str = "https://shop.acme.example";

/// One browser for everything that pages do: it takes longer to start than all of them.
#[test]
fn in_chromium_pages_connect_or_can_read_why_not() {
    let home = Home::new();
    let shop = Shop::open(&home);
    let mut browser = Chromium::start(&shop);
    only_pages_of_the_keys_origins_connect(&shop, &mut browser);
    the_session_server_believes_only_tokens_of_the_key_server(&shop, &mut browser);
    a_wildcard_stands_for_one_label(&shop, &mut browser);
    a_page_of_the_servers_own_host_connects(&shop, &mut browser);
    a_page_without_an_origin_is_refused(&shop, &mut browser);
    a_local_page_is_allowed_only_from_the_developers_address(&shop, &mut browser);
    a_session_goes_on_only_with_persistence(&shop, &mut browser);
    a_key_of_an_app_is_for_no_page(&shop, &mut browser);
    a_revoked_key_is_refused_at_once(&shop, &mut browser);
}

fn only_pages_of_the_keys_origins_connect(shop: &Shop, browser: &mut Chromium) {
    let secret = shop.web_key("Checkout", &[SHOP, "https://acme.example:8443"]);
    for page in [
        SHOP,
        "https://shop.acme.example:443/basket?q=1",
        "https://acme.example:8443",
    ] {
        browser.visit(page, &secret).connects();
    }
    for foreign in [
        "https://evil.example",
        "https://shop.acme.example.evil.example",
        "https://evil-shop.acme.example",
        "https://www.shop.acme.example",
        "https://acme.example",
        "https://shop.acme.example:8443",
        "http://shop.acme.example",
        // A Cyrillic letter, as the browser spells it.
        "https://shop.\u{430}cme.example",
    ] {
        browser.visit(foreign, &secret).is_refused_by("origin-foreign");
    }
}

fn the_session_server_believes_only_tokens_of_the_key_server(shop: &Shop, browser: &mut Chromium) {
    let secret = shop.web_key("Forger", &[SHOP]);
    let visit = browser.visit(SHOP, &secret);
    let (claims, signature) = visit.token().rsplit_once('.').expect("three parts");
    let forged = format!("{claims}.{}", "A".repeat(signature.len()));
    browser.bring(SHOP, visit.token()).connects();
    browser.bring(SHOP, &forged).is_turned_away();
}

fn a_wildcard_stands_for_one_label(shop: &Shop, browser: &mut Chromium) {
    let secret = shop.web_key("Any shop", &["https://*.shops.example"]);
    browser
        .visit("https://auckland.shops.example", &secret)
        .connects();
    for foreign in [
        "https://shops.example",
        "https://cuba.auckland.shops.example",
        "https://auckland.shops.example:8443",
        "https://evilshops.example",
    ] {
        browser.visit(foreign, &secret).is_refused_by("origin-foreign");
    }
}

fn a_page_of_the_servers_own_host_connects(shop: &Shop, browser: &mut Chromium) {
    let own = "https://keys.acme.example";
    let page = format!("{own}/livez");
    let secret = shop.web_key("Own host", &[own]);
    browser.visit(&page, &secret).connects();
    let secret = shop.web_key("Other hosts", &[SHOP]);
    browser.visit(&page, &secret).is_refused_by("origin-foreign");
}

fn a_page_without_an_origin_is_refused(shop: &Shop, browser: &mut Chromium) {
    let secret = shop.web_key("Framed", &[SHOP]);
    for opaque in ["data:", "https://shop.acme.example/framed"] {
        browser.visit(opaque, &secret).is_refused_by("origin-opaque");
    }
}

fn a_local_page_is_allowed_only_from_the_developers_address(shop: &Shop, browser: &mut Chromium) {
    let local = browser.local.clone();
    let at = |address| shop.key(address, "web", &[&local], &["--local-address", address]);
    let (here, elsewhere) = (at("127.0.0.1"), at("203.0.113.7"));
    browser.visit(&local, &here).connects();
    browser
        .visit(&local, &elsewhere)
        .is_refused_by("local-address-foreign");
    shop.edit("127.0.0.1", &["--no-local-development"]);
    browser
        .visit(&local, &here)
        .is_refused_by("local-development-off");
}

fn a_session_goes_on_only_with_persistence(shop: &Shop, browser: &mut Chromium) {
    let secret = shop.web_key("Basket", &[SHOP]);
    browser
        .resume(SHOP, &secret, "a/b")
        .is_refused_by("persistence-off");
    shop.edit("Basket", &["--cross-page-persistence"]);
    browser.resume(SHOP, &secret, "a/b").goes_on_with("a/b");
}

fn a_key_of_an_app_is_for_no_page(shop: &Shop, browser: &mut Chromium) {
    let secret = shop.key("Kiosk", "mobile", &[], &[]);
    browser.visit(SHOP, &secret).is_refused_by("page-with-mobile-key");
}

fn a_revoked_key_is_refused_at_once(shop: &Shop, browser: &mut Chromium) {
    let secret = shop.web_key("Leaked", &[SHOP]);
    browser.visit(SHOP, &secret).connects();
    shop.revoke("Leaked");
    browser.visit(SHOP, &secret).is_refused_by("key-revoked");
}
