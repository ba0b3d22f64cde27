//! HTTPS whose certificate a private authority made.

use std::fs;

use crate::authority::{Authority, TLS, install};
use crate::login::{config, configure, login};
use crate::program::Home;

#[test]
fn a_private_authority_counts_when_it_is_named_and_only_then() {
    let home = Home::new();
    let token = home.init();
    let authority = Authority::new();
    install(home.dir.path(), &authority.certify());
    let server = home.serve_with(&token, TLS);
    let url = server.url.as_str();
    let said = login(&home, &token, &[url]).refused(1);
    assert!(
        said.contains("certificate") && said.contains("--ca-file"),
        "{said}"
    );
    assert!(!home.path("config").exists());

    fs::write(home.path("acme.pem"), authority.pem()).expect("written");
    let args = [url, "--ca-file", "acme.pem", "--profile", "acme"];
    login(&home, &token, &args).succeeded();
    let file = home.path("acme.pem").display().to_string();
    assert!(
        config(&home).contains(&format!("ca_file = \"{file}\"")),
        "{}",
        config(&home)
    );
    let me = home.run(&["whoami", "--json"]).json();
    assert_eq!(
        (&me["server"], &me["user"]["role"]),
        (&url.into(), &"owner".into())
    );
    // What a profile named once counts at the next sign-in too.
    login(&home, &token, &[url, "--profile", "acme"]).succeeded();

    fs::write(home.path("acme.pem"), "no certificate").expect("written");
    let said = home.run(&["key", "list"]).refused(2);
    assert!(
        said.contains(&file) && said.contains("BEGIN CERTIFICATE"),
        "{said}"
    );
    configure(&home, &config(&home).replace("acme.pem", "gone.pem"));
    let said = home.run(&["key", "list"]).refused(2);
    assert!(said.contains("gone.pem can't be read"), "{said}");
}

#[test]
fn a_server_whose_tls_fails_is_passed_over() {
    let (home, foreign) = (Home::new(), Home::new());
    let token = home.init();
    let authority = Authority::new();
    install(home.dir.path(), &authority.certify());
    fs::write(home.path("acme.pem"), authority.pem()).expect("written");
    install(foreign.dir.path(), &Authority::new().certify());
    let untrusted = foreign.serve_with(&foreign.init(), TLS);
    let plain = home.serve(&token);
    let no_tls = plain.url.replace("http://", "https://");
    let server = home.serve_with(&token, TLS);
    let args = [&no_tls, &untrusted.url, &server.url, "--ca-file", "acme.pem"];
    let said = login(&home, &token, &args).succeeded().stderr;
    assert!(
        said.contains(&format!("signed in to {} as", server.url)),
        "{said}"
    );
    home.run(&["key", "create", "--scope", "analytics", "--name", "Board"])
        .succeeded();
    let said = login(&home, &token, &[&no_tls, &untrusted.url, "--profile", "other"]).refused(1);
    assert!(
        said.contains(&format!("{no_tls} does not speak TLS"))
            && said.contains(&format!("no answer from {}: its certificate", untrusted.url)),
        "{said}"
    );
}

#[test]
fn an_authority_that_can_not_be_read_is_refused_before_anything_is_written() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    assert!(server.url.starts_with("http://"));
    let said = login(&home, &token, &[&server.url, "--ca-file", "gone.pem"]).refused(2);
    assert!(said.contains("gone.pem can't be read"), "{said}");
    assert!(!home.path("config").exists() && !home.path("data").exists());
}

#[test]
fn a_server_that_speaks_no_tls_is_told_as_such() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let url = server.url.replace("http://", "https://");
    let said = login(&home, &token, &[&url]).refused(1);
    assert!(said.contains(&format!("{url} does not speak TLS; ")), "{said}");
}
