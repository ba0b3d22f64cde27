//! Examples with webhooks.

use super::example::{Declared, to};

pub(super) const WEBHOOKS: &[Declared] = &[
    (
        "webhook",
        &[
            to("List the webhooks", "keydeck webhook list"),
            to(
                "Tell a receiver of all that happens",
                "keydeck webhook create https://hooks.acme.example/keydeck",
            ),
        ],
    ),
    (
        "webhook list",
        &[
            to("List the webhooks", "keydeck webhook list"),
            to(
                "Those that the server disabled",
                "keydeck webhook list --json | jq '.[] | select(.disabled)'",
            ),
        ],
    ),
    (
        "webhook create",
        &[
            to(
                "Tell a receiver of all that happens, and keep the secret in a file",
                "keydeck webhook create https://hooks.acme.example/keydeck > webhook.secret",
            ),
            to(
                "Only of what is urgent",
                "keydeck webhook create https://hooks.acme.example/keydeck --event key.leaked,key.used_after_revocation,key.expired",
            ),
        ],
    ),
    (
        "webhook edit",
        &[
            to(
                "Send to another URL",
                "keydeck webhook edit https://hooks.acme.example/keydeck --url https://hooks.acme.example/v2",
            ),
            to(
                "Enable it again, once the receiver works",
                "keydeck webhook edit https://hooks.acme.example/keydeck --enable",
            ),
        ],
    ),
    (
        "webhook remove",
        &[to(
            "Remove it without being asked",
            "keydeck webhook remove https://hooks.acme.example/keydeck --yes",
        )],
    ),
    (
        "webhook rotate-secret",
        &[to(
            "Sign with both secrets for a day",
            "keydeck webhook rotate-secret https://hooks.acme.example/keydeck --overlap 24h",
        )],
    ),
    (
        "webhook reveal",
        &[to(
            "Print the secret",
            "keydeck webhook reveal https://hooks.acme.example/keydeck",
        )],
    ),
    (
        "webhook deliveries",
        &[
            to(
                "What was sent, and what came of it",
                "keydeck webhook deliveries https://hooks.acme.example/keydeck",
            ),
            to(
                "The ids of those that were given up",
                "keydeck webhook deliveries https://hooks.acme.example/keydeck --json | jq -r '.deliveries[] | select(.state == \"given_up\").id'",
            ),
        ],
    ),
    (
        "webhook test",
        &[to(
            "Try whether it works",
            "keydeck webhook test https://hooks.acme.example/keydeck",
        )],
    ),
    (
        "webhook redeliver",
        &[to(
            "Send what was given up once more",
            "keydeck webhook redeliver 01890a5d-ac96-774b-bcce-b302099a8057",
        )],
    ),
];
