//! Examples for who runs a server.

use super::example::{Declared, to};

pub(super) const SERVER: &[Declared] = &[
    (
        "init",
        &[
            to(
                "Create a database in a file",
                "keydeck init --database sqlite:keys.db --organisation 'Acme Studios' --owner mira@acme.example",
            ),
            to(
                "Create one in PostgreSQL",
                "keydeck init --database postgres://keydeck@db.acme.example/keydeck --root-key-file root.key --organisation 'Acme Studios' --owner mira@acme.example",
            ),
        ],
    ),
    (
        "serve",
        &[
            to(
                "Serve on this machine, behind a proxy that terminates TLS",
                "keydeck serve --database sqlite:keys.db --public-url https://keys.acme.example --trusted-proxy 127.0.0.1",
            ),
            to(
                "Serve HTTPS to everyone",
                "keydeck serve --database sqlite:keys.db --public-url https://keys.acme.example --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem",
            ),
        ],
    ),
    (
        "backup",
        &[
            to("Back up the local deck", "keydeck backup deck.keydeck-backup"),
            to(
                "Back up a server's database while it runs",
                "keydeck backup keys.keydeck-backup --database sqlite:keys.db",
            ),
        ],
    ),
    (
        "restore",
        &[to(
            "Restore a backup under another name",
            "keydeck restore keys.keydeck-backup --database sqlite:restored.db --root-key-file keys.db.root-key",
        )],
    ),
    (
        "migrate",
        &[to(
            "Move to PostgreSQL, with the server stopped",
            "keydeck migrate --from sqlite:keys.db --to postgres://keydeck@db.acme.example/keydeck",
        )],
    ),
    (
        "seal",
        &[to(
            "Replace the root key of the local deck",
            "keydeck seal rotate",
        )],
    ),
    (
        "seal rotate",
        &[
            to(
                "Replace the root key of a server's database",
                "keydeck seal rotate --database sqlite:keys.db",
            ),
            to(
                "Reseal all secrets as well",
                "keydeck seal rotate --database sqlite:keys.db --reseal",
            ),
        ],
    ),
];
