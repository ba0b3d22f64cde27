//! From the command line: the networks that a key may be used from, and what is said before a change refuses recent use.

use backon::{ConstantBuilder, Retryable};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::program::{Home, Ran, Served, block_on};
use crate::pty::typed;

const SHOP: &str = "https://shop.acme.example";

fn edit(server: &Served, flags: &[&str]) -> Ran {
    server.run(&[&["key", "edit", "Board"], flags].concat())
}

#[test]
fn networks_are_given_changed_and_shown() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let create = [
        "key",
        "create",
        "--scope",
        "analytics",
        "--name",
        "Board",
        "--json",
    ];
    let networks = ["--network", "2001:DB8::/48", "--network", "10.0.0.0/8"];
    let created = server.run(&[&create[..], &networks].concat()).json();
    assert_eq!(
        created["key"]["allowed_networks"],
        json!(["10.0.0.0/8", "2001:db8::/48"])
    );
    let networks =
        |flags: &[&str]| edit(&server, &[flags, &["--json"]].concat()).json()["allowed_networks"].clone();
    assert_eq!(
        networks(&[
            "--add-network",
            "203.0.113.7/32",
            "--remove-network",
            "2001:DB8:0::/48"
        ]),
        json!(["10.0.0.0/8", "203.0.113.7"])
    );
    // What is there already stays as it is.
    assert_eq!(
        networks(&[
            "--add-network",
            "::ffff:203.0.113.7",
            "--add-network",
            "192.0.2.1"
        ]),
        json!(["10.0.0.0/8", "192.0.2.1", "203.0.113.7"])
    );
    let shown = server.run(&["key", "show", "Board"]).succeeded().stdout;
    let of = |line: &&str| line.starts_with("Networks");
    assert_eq!(shown.lines().filter(of).count(), 3, "{shown}");
    for (flags, told) in [
        (
            &["--network", "10.0.0.7/8"][..],
            "--network: 10.0.0.7/8 has host bits set; write 10.0.0.0/8",
        ),
        (
            &["--add-network", "10.1.0.0/16"],
            "--network: 10.1.0.0/16 is within 10.0.0.0/8",
        ),
        (&["--network", "10.0.0.0/33"], "--network: 10.0.0.0/33"),
        (&["--network", "10.0.0.1,10.0.0.2"], "more than one"),
        (&["--network", " "], "Give an address"),
        (
            &["--remove-network", "10.0.0.0/16"],
            "--remove-network 10.0.0.0/16: The key doesn't have it.",
        ),
    ] {
        let refused = edit(&server, flags).refused(1);
        assert!(refused.contains(told), "{flags:?}: {refused}");
    }
    edit(&server, &["--network", "10.0.0.1", "--add-network", "10.0.0.2"]).refused(2);
    let explained = server.run(&["key", "explain", "Board", "--address", "198.51.100.1"]);
    let refused = explained.denied();
    assert!(
        refused.contains("address-foreign") && refused.contains("198.51.100.1"),
        "{refused}"
    );
    assert_eq!(networks(&["--network", ""]), json!([]));
    let said = server.run(&["activity", "list"]).succeeded().stdout;
    for change in [
        "allowed networks: 10.0.0.0/8 2001:db8::/48",
        "allowed networks: +203.0.113.7 −2001:db8::/48",
        "allowed networks: −10.0.0.0/8 −192.0.2.1 −203.0.113.7",
    ] {
        assert!(said.contains(change), "{change}: {said}");
    }
}

/// The key was used from these addresses, which its usage says by now.
fn used(server: &Served, created: &Value, origin: &str, addresses: &[&str]) {
    let added = server.run(&["gateway", "add", "edge"]).succeeded().stdout;
    let secret = created["secret"].as_str().expect("a secret");
    for address in addresses {
        let asked = reqwest::Client::new()
            .get(format!("{}/v1/authorize", server.url))
            .header("x-keydeck-gateway", added.trim())
            .header("x-forwarded-for", *address)
            .header("origin", origin)
            .header("x-api-key", secret);
        let answer = block_on(asked.send()).expect("answered");
        assert_eq!(answer.status().as_u16(), 200, "{address}");
    }
    let id: Uuid = created["key"]["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id");
    let client = server.client();
    let seen = async || {
        let usage = client.usage(id).await.map_err(|error| error.to_string())?;
        match usage.addresses.len() == addresses.len() {
            true => Ok(()),
            false => Err(format!("{:?}", usage.addresses)),
        }
    };
    let patience = ConstantBuilder::default()
        .with_delay(std::time::Duration::from_millis(20))
        .with_max_times(1_000);
    block_on(seen.retry(patience)).expect("counted");
}

#[test]
fn what_would_be_refused_of_recent_use_is_said_and_asked_about() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let create = [
        "key",
        "create",
        "--scope",
        "analytics",
        "--name",
        "Board",
        "--json",
    ];
    let created = server.run(&create).json();
    let offices: Vec<String> = (1..=6).map(|n| format!("203.0.113.{n}")).collect();
    let mut addresses = vec!["198.51.100.1", "2001:db8::7"];
    addresses.extend(offices.iter().map(String::as_str));
    used(&server, &created, SHOP, &addresses);
    let narrow = ["--network", "203.0.113.0/24"];
    let told = "2 of the 8 recent addresses would be refused: 2001:db8::7, 198.51.100.1";
    // Without a terminal to ask on, nothing is changed.
    let refused = edit(&server, &narrow).refused(2);
    assert!(
        refused.contains(told) && refused.contains("use --yes to confirm"),
        "{refused}"
    );
    let command = server.command(&[&["key", "edit", "Board"], &narrow[..]].concat());
    let (code, screen) = typed(&command, "no<Enter>");
    assert_eq!(code, Some(1), "{screen}");
    assert!(
        screen.contains(told) && screen.contains("nothing was changed"),
        "{screen}"
    );
    let shown = || server.run(&["key", "show", "Board", "--json"]).json()["allowed_networks"].clone();
    assert_eq!(shown(), json!([]));
    let (code, screen) = typed(&command, "yes<Enter>");
    assert_eq!((code, shown()), (Some(0), json!(["203.0.113.0/24"])), "{screen}");
    // What is refused already, and what nothing is refused by, is not asked about.
    let wider = edit(&server, &["--add-network", "192.0.2.1"]).succeeded();
    assert!(!wider.stderr.contains("recent"), "{}", wider.stderr);
    edit(&server, &["--network", ""]).succeeded();
    edit(&server, &["--note", "Nightly"]).succeeded();
    let edited = edit(&server, &["--network", "192.0.2.1", "--yes", "--json"]).succeeded();
    assert!(
        edited.stderr.contains("All 8 recent addresses"),
        "{}",
        edited.stderr
    );
}

#[test]
fn a_change_of_domains_says_which_recent_origins_it_refuses() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let create = ["key", "create", "--scope", "web", "--name", "Board", "--json"];
    let of = ["--project", "Storefront", "--domain", "https://*.acme.example"];
    let created = server.run(&[&create[..], &of].concat()).json();
    used(&server, &created, SHOP, &["203.0.113.1"]);
    edit(&server, &["--add-domain", SHOP]).succeeded();
    let narrow = ["--domain", "https://www.acme.example"];
    let refused = edit(&server, &narrow).refused(2);
    let told = format!("The only recent origin would be refused: {SHOP}");
    assert!(refused.contains(&told), "{refused}");
    edit(&server, &[&narrow[..], &["--yes"]].concat()).succeeded();
}
