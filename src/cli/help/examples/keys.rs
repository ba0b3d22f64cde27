//! Examples with keys.

use super::example::{Declared, to};

pub(super) const KEYS: &[Declared] = &[
    (
        "key",
        &[
            to("List the newest keys", "keydeck key list"),
            to(
                "Create a key for a web page",
                "keydeck key create --scope web --project Storefront --name Checkout --domain https://shop.acme.example",
            ),
            to("Find out which key a leaked secret is", "keydeck key lookup"),
            to(
                "Revoke a key",
                "keydeck key revoke Checkout --reason 'in a public repository'",
            ),
        ],
    ),
    (
        "key list",
        &[
            to(
                "List the Web keys of a project",
                "keydeck key list --scope web --project Storefront",
            ),
            to(
                "List the keys that nobody used in the last 180 days",
                "keydeck key list --filter idle:180d --sort last_used_at",
            ),
            to(
                "List revoked keys, and who still uses them",
                "keydeck key list --state revoked",
            ),
            to("List every key as JSON", "keydeck key list --all --json"),
        ],
    ),
    (
        "key show",
        &[
            to("Show a key by its name", "keydeck key show Checkout"),
            to(
                "Read a field in a script",
                "keydeck key show Checkout --json | jq -r .state",
            ),
        ],
    ),
    (
        "key usage",
        &[
            to(
                "Show how a key is used, and who is refused",
                "keydeck key usage Checkout",
            ),
            to("Only of the last 7 days", "keydeck key usage Checkout --days 7"),
        ],
    ),
    (
        "key create",
        &[
            to(
                "Create a key for a web page",
                "keydeck key create --scope web --project Storefront --name Checkout --domain https://shop.acme.example",
            ),
            to(
                "Create a key for an app",
                "keydeck key create --scope mobile --project Kiosk --name 'Kiosk app' --domain com.acme.kiosk",
            ),
            to(
                "Create a key that ends by itself, and keep its secret",
                "keydeck key create --scope analytics --name 'Board report' --expires 90d > secret.txt",
            ),
        ],
    ),
    (
        "key edit",
        &[
            to(
                "Allow another page",
                "keydeck key edit Checkout --add-domain https://checkout.acme.example",
            ),
            to("Renew a key", "keydeck key edit Checkout --expires 90d"),
            to(
                "Label many keys: first see which",
                "keydeck key edit --filter 'idle:180d' --add-label unused --dry-run",
            ),
        ],
    ),
    (
        "key disable",
        &[
            to(
                "Disable a key until it is enabled",
                "keydeck key disable Checkout --reason 'under attack'",
            ),
            to(
                "Disable all unused keys: first see which",
                "keydeck key disable --filter idle:180d --dry-run",
            ),
        ],
    ),
    (
        "key enable",
        &[
            to("Enable a key", "keydeck key enable Checkout"),
            to(
                "Enable the keys of a project",
                "keydeck key enable --project Storefront",
            ),
        ],
    ),
    (
        "key rotate",
        &[
            to(
                "Replace the secret; the old one is valid for a day",
                "keydeck key rotate Checkout --overlap 24h",
            ),
            to(
                "Give those that still use the old one another day",
                "keydeck key rotate Checkout --extend 24h",
            ),
            to("Refuse the old one now", "keydeck key rotate Checkout --end"),
        ],
    ),
    (
        "key revoke",
        &[
            to(
                "Revoke a key",
                "keydeck key revoke Checkout --reason 'in a public repository'",
            ),
            to(
                "See which keys would be revoked",
                "keydeck key revoke --filter idle:180d --dry-run",
            ),
            to(
                "Revoke exactly so many, without being asked",
                "keydeck key revoke --filter idle:180d --yes --expect 214",
            ),
        ],
    ),
    (
        "key reveal",
        &[
            to(
                "Print the secret of a Web or Mobile key",
                "keydeck key reveal Checkout",
            ),
            to("Copy it in a script", "keydeck key reveal Checkout | wl-copy"),
        ],
    ),
    (
        "key lookup",
        &[
            to("Paste a secret, which is not shown", "keydeck key lookup"),
            to("Ask by a script", "keydeck key lookup --json < found.txt"),
        ],
    ),
    (
        "key explain",
        &[
            to(
                "Would a page be allowed to connect?",
                "keydeck key explain Checkout --origin https://shop.acme.example",
            ),
            to(
                "And from this address?",
                "keydeck key explain Checkout --origin https://shop.acme.example --address 203.0.113.7",
            ),
        ],
    ),
    (
        "scan",
        &[
            to("Search this directory for leaked keys", "keydeck scan ."),
            to("Search the history of a repository", "keydeck scan --git ."),
            to(
                "Search without asking the server",
                "keydeck scan --offline --json src logs",
            ),
        ],
    ),
    (
        "policy",
        &[
            to("Show how long keys may be valid", "keydeck policy show"),
            to(
                "Let Web keys be valid for 90 days at most",
                "keydeck policy set --web 90d",
            ),
        ],
    ),
    (
        "policy show",
        &[
            to(
                "Show the limits, and which keys exceed them",
                "keydeck policy show",
            ),
            to("The same as JSON", "keydeck policy show --json"),
        ],
    ),
    (
        "policy set",
        &[
            to(
                "Limit two scopes at once",
                "keydeck policy set --web 90d --mobile 365d",
            ),
            to("Take a limit away", "keydeck policy set --analytics none"),
        ],
    ),
];
