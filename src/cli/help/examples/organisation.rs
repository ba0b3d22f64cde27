//! Examples with projects, people, gateways and the activity log.

use super::example::{Declared, to};

pub(super) const ORGANISATION: &[Declared] = &[
    (
        "project",
        &[
            to("List the projects", "keydeck project list"),
            to("Create a project", "keydeck project create Storefront"),
        ],
    ),
    (
        "project create",
        &[
            to("Create a project, deployed", "keydeck project create Storefront"),
            to(
                "Create one whose keys can't connect yet",
                "keydeck project create Kiosk --not-deployed",
            ),
        ],
    ),
    (
        "project list",
        &[
            to("List the projects", "keydeck project list"),
            to("Find some by their name", "keydeck project list --filter store"),
        ],
    ),
    (
        "project edit",
        &[
            to(
                "Rename a project",
                "keydeck project edit Storefront --name 'Web shop'",
            ),
            to(
                "Set the session server that its keys connect to",
                "keydeck project edit Storefront --session-url https://sessions.acme.example --session-key-name main --session-key-file key.txt",
            ),
            to(
                "Remove the session server",
                "keydeck project edit Storefront --no-session-server",
            ),
        ],
    ),
    (
        "project deploy",
        &[to("Let its keys connect", "keydeck project deploy Kiosk")],
    ),
    (
        "project undeploy",
        &[to(
            "Keep its keys, but let none connect",
            "keydeck project undeploy Kiosk",
        )],
    ),
    (
        "project session-token",
        &[
            to(
                "Issue the token, in place of the previous one",
                "keydeck project session-token Storefront",
            ),
            to("Revoke it", "keydeck project session-token Storefront --revoke"),
        ],
    ),
    (
        "project remove",
        &[
            to(
                "Remove a project that has no keys any more",
                "keydeck project remove Kiosk",
            ),
            to("Without being asked", "keydeck project remove Kiosk --yes"),
        ],
    ),
    (
        "user",
        &[
            to("List the people", "keydeck user list"),
            to(
                "Let a colleague in",
                "keydeck user create jun@acme.example --role editor",
            ),
        ],
    ),
    (
        "user create",
        &[
            to(
                "Let a colleague in, and print their sign-in token",
                "keydeck user create jun@acme.example --role editor",
            ),
            to(
                "Hand the token on in a file",
                "keydeck user create jun@acme.example --role support > jun.token",
            ),
        ],
    ),
    (
        "user list",
        &[
            to("List the people", "keydeck user list"),
            to(
                "Find some by their address",
                "keydeck user list --filter @acme.example",
            ),
        ],
    ),
    (
        "user edit",
        &[to(
            "Give a person another role",
            "keydeck user edit jun@acme.example --role owner",
        )],
    ),
    (
        "user remove",
        &[
            to(
                "Remove a person and hand their keys over",
                "keydeck user remove jun@acme.example --hand-over-to mira@acme.example",
            ),
            to(
                "Remove a person and revoke their keys",
                "keydeck user remove jun@acme.example --revoke-keys",
            ),
        ],
    ),
    (
        "user new-token",
        &[to(
            "Replace a lost or leaked sign-in token",
            "keydeck user new-token jun@acme.example",
        )],
    ),
    (
        "activity",
        &[
            to("See what was done", "keydeck activity list"),
            to("Verify that nobody changed the log", "keydeck activity verify"),
        ],
    ),
    (
        "activity list",
        &[
            to("See the history of a key", "keydeck activity list --key Checkout"),
            to(
                "See what a person created",
                "keydeck activity list --person mira@acme.example --action key_created",
            ),
            to(
                "Export the whole log",
                "keydeck activity list --all --json > activity.json",
            ),
        ],
    ),
    (
        "activity verify",
        &[
            to("Verify the log, and print its head", "keydeck activity verify"),
            to("Verify it as a script", "keydeck activity verify --json"),
        ],
    ),
    (
        "leak",
        &[to("List the keys that were reported leaked", "keydeck leak list")],
    ),
    (
        "leak list",
        &[
            to(
                "List the reports about which nobody has decided",
                "keydeck leak list",
            ),
            to("All of them, for a program", "keydeck leak list --all --json"),
        ],
    ),
    (
        "leak decide",
        &[
            to(
                "Revoke the leaked key",
                "keydeck leak decide 01930000-0000-7000-8000-000000000000 --revoke",
            ),
            to(
                "Leave it, and enable it again",
                "keydeck leak decide 01930000-0000-7000-8000-000000000000 --dismiss --reason 'a test key'",
            ),
        ],
    ),
    (
        "gateway",
        &[
            to("List the gateways", "keydeck gateway list"),
            to(
                "Create a gateway, and print its token",
                "keydeck gateway create edge-1",
            ),
        ],
    ),
    (
        "gateway create",
        &[
            to(
                "Create a gateway, and print its token",
                "keydeck gateway create edge-1",
            ),
            to(
                "Keep the token in a file",
                "keydeck gateway create edge-1 > edge-1.token",
            ),
        ],
    ),
    (
        "gateway list",
        &[
            to("List the gateways", "keydeck gateway list"),
            to("Count them", "keydeck gateway list --json | jq length"),
        ],
    ),
    (
        "gateway remove",
        &[to(
            "Refuse the requests of a gateway from now on",
            "keydeck gateway remove edge-1",
        )],
    ),
    (
        "export",
        &[
            to(
                "Every key, for a spreadsheet",
                "keydeck export keys --output keys.csv",
            ),
            to(
                "The whole activity log, for another program",
                "keydeck export activity --format jsonl > activity.jsonl",
            ),
        ],
    ),
    (
        "import",
        &[
            to(
                "See what would be imported from another product",
                "keydeck import keys.csv --dry-run",
            ),
            to(
                "Import the keys of Amazon API Gateway as Analytics keys",
                "keydeck import aws.csv --scope analytics --skip-existing",
            ),
            to(
                "Say what the columns of a file are",
                "keydeck import keys.csv --map 'API key=token' --map 'Owner=creator' --scope web --project Storefront",
            ),
        ],
    ),
    (
        "export keys",
        &[
            to(
                "Every key, for a spreadsheet",
                "keydeck export keys --output keys.csv",
            ),
            to(
                "Those that nobody used in the last 180 days",
                "keydeck export keys --filter idle:180d --format jsonl",
            ),
        ],
    ),
    (
        "export activity",
        &[to(
            "What was done in the last seven days",
            "keydeck export activity --since 7d --output week.csv",
        )],
    ),
    (
        "export usage",
        &[to(
            "How often the Web keys were used on each day of the last week",
            "keydeck export usage --scope web --output usage.csv",
        )],
    ),
];
