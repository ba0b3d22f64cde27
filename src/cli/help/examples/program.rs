//! Examples of the program itself.

use super::example::{Declared, to};

pub(super) const PROGRAM: &[Declared] = &[
    (
        "",
        &[
            to("Look around with sample data", "keydeck demo"),
            to("Open your own deck on this machine", "keydeck"),
            to(
                "Sign in to your organisation's server",
                "keydeck login https://keys.acme.example",
            ),
            to(
                "List the keys that nobody used in the last 180 days",
                "keydeck key list --filter idle:180d",
            ),
        ],
    ),
    (
        "login",
        &[
            to(
                "Sign in; the token is asked for without echo",
                "keydeck login https://keys.acme.example",
            ),
            to(
                "Mark the production server red, and change nothing from here",
                "keydeck login https://keys.acme.example --profile production --colour red --read-only",
            ),
            to(
                "Sign in from a script",
                "keydeck login https://keys.acme.example --no-keyring < token.txt",
            ),
        ],
    ),
    (
        "logout",
        &[
            to("Remove the token of the default profile", "keydeck logout"),
            to(
                "Remove the token of another profile",
                "keydeck logout --profile staging",
            ),
        ],
    ),
    (
        "whoami",
        &[
            to(
                "Show who you are signed in as, and what you may do",
                "keydeck whoami",
            ),
            to(
                "Check the sign-in of another profile",
                "keydeck whoami --profile staging",
            ),
        ],
    ),
    (
        "demo",
        &[
            to("Look around with sample data", "keydeck demo"),
            to("See what an Editor sees", "keydeck demo --role editor"),
            to("Try it with 100,000 keys", "keydeck demo --keys 100000"),
        ],
    ),
    (
        "config",
        &[
            to(
                "Begin with a file that has everything, as it is set by default",
                "keydeck config default > config.toml",
            ),
            to(
                "See whether keydeck understands your file",
                "keydeck config check",
            ),
        ],
    ),
    (
        "config default",
        &[
            to("See what can be set", "keydeck config default"),
            to(
                "Begin with a file that has everything, as it is set by default",
                "keydeck config default > config.toml",
            ),
        ],
    ),
    (
        "config check",
        &[to(
            "See whether keydeck understands your file",
            "keydeck config check",
        )],
    ),
    (
        "config path",
        &[to("See where the file is", "keydeck config path")],
    ),
    (
        "guide",
        &[
            to("See what there is to read", "keydeck guide"),
            to("Read how keys are rotated", "keydeck guide rotation"),
        ],
    ),
    (
        "completions",
        &[
            to(
                "Complete in bash, from the next shell on",
                "keydeck completions bash > ~/.local/share/bash-completion/completions/keydeck",
            ),
            to(
                "Complete in fish",
                "keydeck completions fish > ~/.config/fish/completions/keydeck.fish",
            ),
            to(
                "Complete in zsh, in a directory of $fpath",
                "keydeck completions zsh > ~/.zfunc/_keydeck",
            ),
        ],
    ),
    (
        "man",
        &[
            to(
                "Write the man pages where man finds them",
                "keydeck man ~/.local/share/man/man1",
            ),
            to("Write them to look at one", "keydeck man /tmp/keydeck-man"),
        ],
    ),
];
