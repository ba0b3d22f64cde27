//! What is declared of each field of a key.

use super::{Facts, Items, Widget};
use crate::model::Scope;

const OF_PROJECTS: &[Scope] = &[Scope::Web, Scope::Mobile];

pub(super) const NAME: Facts = Facts {
    flag: "--name",
    label: "Name",
    short_label: "Name",
    edited_of: OF_PROJECTS,
    widget: Widget::Custom,
    ..Facts::OF_EVERY_KEY
};

pub(super) const PROJECT: Facts = Facts {
    flag: "--project",
    label: "Project",
    short_label: "Project",
    scopes: OF_PROJECTS,
    edited_of: &[],
    widget: Widget::Custom,
    ..Facts::OF_EVERY_KEY
};

pub(super) const UI_DOMAINS: Facts = Facts {
    column: Some("domains"),
    flag: "--domain",
    label: "UI domains",
    short_label: "UI domain",
    scopes: OF_PROJECTS,
    edited_of: OF_PROJECTS,
    widget: Widget::Custom,
    ..Facts::OF_EVERY_KEY
};

pub(super) const LOCAL_DEVELOPMENT: Facts = Facts {
    column: Some("local_address"),
    flag: "--local-address",
    label: "Local development",
    short_label: "Local development",
    absent: "off",
    scopes: &[Scope::Web],
    edited_of: &[Scope::Web],
    widget: Widget::Custom,
};

pub(super) const LOCAL_DEVELOPMENT_ENDS_AT: Facts = Facts {
    column: Some("local_ends"),
    flag: "--local-ends",
    label: "Local development ends",
    short_label: "  ends",
    absent: "no end",
    scopes: &[Scope::Web],
    edited_of: &[Scope::Web],
    widget: Widget::Time {
        always: true,
        hint: "8h, 2d, a date (through that day) or an instant; 30 days ahead at most",
        create_help: "When local development ends: 8h, 2d, a date (through that day), or an instant of RFC 3339; at most 30 \
                      days ahead [default: 8h]",
        edit_help: "When local development ends: 8h, 2d, a date (through that day), or an instant of RFC 3339; at most 30 \
                    days ahead. Where it is turned on or has ended, --local-address alone gives it 8h",
    },
};

pub(super) const CROSS_PAGE_PERSISTENCE: Facts = Facts {
    column: None,
    flag: "--cross-page-persistence",
    label: "Cross-page persistence",
    short_label: "Cross-page persist.",
    absent: "off",
    scopes: OF_PROJECTS,
    edited_of: OF_PROJECTS,
    widget: Widget::Toggle {
        label: "Sessions",
        create_help: "Let a session resume on another page",
        edit_help: "Let a session resume on another page; =false turns it off",
    },
};

pub(super) const NOTE: Facts = Facts {
    flag: "--note",
    label: "Note",
    short_label: "Note",
    widget: Widget::Text {
        most: 500,
        hint: "what others should know of this key",
        create_help: "A note for everyone who can see the key, at most 500 characters",
        edit_help: "A note for everyone who can see the key, at most 500 characters; \"\" removes it",
    },
    ..Facts::OF_EVERY_KEY
};

pub(super) const LABELS: Facts = Facts {
    flag: "--label",
    label: "Labels",
    short_label: "Labels",
    widget: Widget::List {
        most: 8,
        of: Items::Texts { longest: 40 },
        hint: "at most 8, separated by commas: production, team a",
        create_help: "A label to find it by, of at most 40 characters; up to 8, repeatable",
        edit_help: "Replace its labels; repeatable; \"\" removes all",
        add: ("--add-label", "Add a label; repeatable"),
        remove: ("--remove-label", "Remove a label; repeatable"),
    },
    ..Facts::OF_EVERY_KEY
};

pub(super) const EXPIRES_AT: Facts = Facts {
    column: Some("expires"),
    flag: "--expires",
    label: "Expiry",
    short_label: "Expires",
    widget: Widget::Time {
        always: false,
        hint: "90d, a date (valid through that day), an instant such as 2027-03-31T18:00:00Z, or never",
        create_help: "When it ends: 90d, a date (it is valid through that day), an instant of RFC 3339, or never",
        edit_help: "When it ends: 90d, a date (it is valid through that day), an instant of RFC 3339, or never; a key that \
                    has ended is renewed by it",
    },
    ..Facts::OF_EVERY_KEY
};
