//! A key server over HTTPS, with a deployed project whose session server runs beside the browser.

use std::fs;

use crate::authority::{Authority, TLS, install};
use crate::program::{Home, Ran, Served};

/// The private key of the session server, and its name there.
pub const PRIVATE_KEY: &str = "the-private-key-of-the-session-server";
pub const KEY_NAME: &str = "storefront-1";

const PROJECT: &str = "Storefront";

pub struct Shop<'a> {
    pub home: &'a Home,
    server: Served<'a>,
}

impl<'a> Shop<'a> {
    pub fn open(home: &'a Home) -> Self {
        let token = home.init();
        let authority = Authority::new();
        install(home.dir.path(), &authority.certify());
        fs::write(home.path("ca.pem"), authority.pem()).expect("written");
        let server = home.serve_with(&token, TLS);
        let login = home.command(&["login", &server.url, "--ca-file", "ca.pem"]);
        Ran::given(login, &token).succeeded();
        let shop = Self { home, server };
        shop.owner(&["project", "add", PROJECT, "--deployed"]);
        shop.connects_to("wss://sessions.acme.example");
        shop
    }

    fn connects_to(&self, url: &str) {
        let edit = ["project", "edit", PROJECT, "--session-url", url];
        let key = ["--session-key-name", KEY_NAME, "--session-key-file", "-"];
        let command = self.home.command(&[&edit[..], &key].concat());
        Ran::given(command, PRIVATE_KEY).succeeded();
    }

    fn owner(&self, args: &[&str]) -> Ran {
        self.home.run(args).succeeded()
    }

    /// Where the key server listens.
    pub fn address(&self) -> &str {
        self.server.url.strip_prefix("https://").expect("https")
    }

    /// A new Web key of these origins; its secret.
    pub fn web_key(&self, name: &str, domains: &[&str]) -> String {
        self.key(name, "web", domains, &[])
    }

    pub fn key(&self, name: &str, scope: &str, domains: &[&str], further: &[&str]) -> String {
        let create = [
            "key",
            "create",
            "--project",
            PROJECT,
            "--name",
            name,
            "--scope",
            scope,
        ];
        let domains = domains.iter().flat_map(|domain| ["--domain", domain]);
        let args: Vec<&str> = create.into_iter().chain(domains).collect();
        self.owner(&[&args, further].concat()).stdout.trim().to_owned()
    }

    pub fn edit(&self, name: &str, change: &[&str]) {
        self.owner(&[&["key", "edit", name], change].concat());
    }

    pub fn revoke(&self, name: &str) {
        self.owner(&["key", "revoke", name, "--yes"]);
    }
}
