//! Who gets what: every operation of the OpenAPI document by eight actors.

/// The actors, in the order of the statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    Owner,
    Support,
    Analytics,
    /// An Editor who created the project and the keys that the table calls theirs.
    Creator,
    /// An Editor who did not.
    OtherEditor,
    Removed,
    WrongToken,
    NoToken,
}

impl Actor {
    pub const ALL: [Actor; 8] = [
        Actor::Owner,
        Actor::Support,
        Actor::Analytics,
        Actor::Creator,
        Actor::OtherEditor,
        Actor::Removed,
        Actor::WrongToken,
        Actor::NoToken,
    ];
}

/// One way to call an operation.
pub struct Row {
    /// As in the document.
    pub operation: &'static str,
    /// What stands for `{id}`, and the query behind it. Names in braces are those of `things`.
    pub with: &'static str,
    /// JSON, or nothing.
    pub body: &'static str,
    /// What each actor gets.
    pub statuses: [u16; 8],
}

const fn row(
    operation: &'static str,
    with: &'static str,
    body: &'static str,
    [owner, support, analytics, creator, other]: [u16; 5],
) -> Row {
    Row {
        operation,
        with,
        body,
        // Nobody who is not signed in gets anything.
        statuses: [owner, support, analytics, creator, other, 401, 401, 401],
    }
}

const fn public(operation: &'static str) -> Row {
    Row {
        operation,
        with: "",
        body: "",
        statuses: [200; 8],
    }
}

/// Asks for a key or a token of another kind, and takes no sign-in for one.
const fn with_a_key(operation: &'static str) -> Row {
    Row {
        operation,
        with: "",
        body: "",
        statuses: [401; 8],
    }
}

const WEB: &str =
    r#"{"scope": "web", "name": "Web {n}", "project": "{project}", "ui_domains": ["https://a.example"]}"#;
const MOBILE: &str = r#"{"scope": "mobile", "name": "Mobile {n}", "project": "{project}"}"#;
const ANALYTICS: &str = r#"{"scope": "analytics", "name": "Board {n}"}"#;
/// A name that somebody has whom Editors don't see.
const THEIRS: &str = r#"{"name": "{theirs}"}"#;
const THEIRS_IN_IT: &str = r#"{"scope": "mobile", "name": "Visitor", "project": "{visited}"}"#;
const RENEW: &str = r#"{"expires_at": "2099-01-01T00:00:00Z"}"#;
const BIND: &str = r#"{"allowed_networks": ["203.0.113.0/24"]}"#;
const ROTATE: &str = r#"{"overlap_seconds": 60}"#;
const EXTEND: &str = r#"{"extend_seconds": 60}"#;
/// What they may not do to it, is in the plan that they get.
const DISABLE_IT: &str = r#"{"action": "disable", "ids": ["{key}"]}"#;
const REVOKE_ALL: &str = r#"{"action": "revoke", "filter": {}, "all": true}"#;
const IMPORTED_BOARD: &str = r#"{"keys": [{"line": 1, "token": "sk_live_51HqLyjWDarjtT1zdp7dcXYZ",
    "fields": {"scope": "analytics", "name": "Board {n}"}}]}"#;
const RENAME: &str = r#"{"name": "Renamed {n}"}"#;
const SESSION_SERVER: &str = r#"{"url": "wss://sessions.acme.example", "key_name": "main", "private_key": "kR7wq2Zt9BvXe4LmN8cYh3JpS6dFg1U5-{n}"}"#;

#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    //   operation                                   with                  body         Owner Support Analytics Creator OtherEditor
    row("GET /v1/me",                                "",                   "",             [200, 200, 200, 200, 200]),
    row("GET /v1/keys",                              "",                   "",             [200, 200, 200, 200, 200]),
    row("GET /v1/keys",                              "?project={project}", "",             [200, 200, 200, 200, 200]),
    row("GET /v1/keys",                              "?creator={creator}", "",             [200, 200, 200, 200, 200]),
    row("GET /v1/keys",                              "?state=revoked",     "",             [200, 200, 200, 200, 200]),
    row("GET /v1/keys",                              "?state=revoked&around={revoked}", "", [200, 200, 200, 200, 404]),
    row("GET /v1/keys",                              "?around={key}",      "",             [200, 200, 200, 200, 404]),
    row("GET /v1/keys/counts",                       "",                   "",             [200, 200, 200, 200, 200]),
    row("GET /v1/keys/counts",                       "?project={project}", "",             [200, 200, 200, 200, 200]),
    row("GET /v1/keys/counts",                       "?creator={creator}", "",             [200, 200, 200, 200, 200]),
    row("GET /v1/keys/export",                       "",                   "",             [200, 200, 200, 200, 200]),
    row("GET /v1/keys/export",                       "?state=revoked",     "",             [200, 200, 200, 200, 200]),
    row("POST /v1/keys",                             "",                   WEB,            [201, 201, 403, 201, 422]),
    row("POST /v1/keys",                             "",                   MOBILE,         [201, 201, 403, 201, 422]),
    row("POST /v1/keys",                             "",                   THEIRS_IN_IT,   [422, 422, 403, 201, 422]),
    row("POST /v1/keys",                             "",                   ANALYTICS,      [201, 201, 201, 403, 403]),
    row("POST /v1/keys/lookup",                      "",                   r#"{"sha256": "{sha256}"}"#,
                                                                                           [200, 200, 200, 200, 404]),
    row("GET /v1/keys/{id}",                         "{key}",              "",             [200, 200, 200, 200, 404]),
    row("GET /v1/keys/{id}",                         "{board}",            "",             [200, 200, 200, 404, 404]),
    row("GET /v1/keys/{id}",                         "{revoked}",          "",             [410, 410, 410, 410, 404]),
    row("PATCH /v1/keys/{id}",                       "{key}",              RENAME,         [200, 200, 403, 200, 404]),
    row("PATCH /v1/keys/{id}",                       "{board}",            RENAME,         [422, 422, 422, 404, 404]),
    row("PATCH /v1/keys/{id}",                       "{revoked}",          RENAME,         [410, 410, 410, 410, 404]),
    row("DELETE /v1/keys/{id}",                      "{key}",              "",             [204, 204, 403, 204, 404]),
    row("DELETE /v1/keys/{id}",                      "{board}",            "",             [204, 204, 204, 404, 404]),
    row("DELETE /v1/keys/{id}",                      "{revoked}",          "",             [410, 410, 410, 410, 404]),
    row("POST /v1/keys/{id}/revoke",                 "{key}",              "{}",           [200, 200, 403, 200, 404]),
    row("POST /v1/keys/{id}/revoke",                 "{board}",            "{}",           [200, 200, 200, 404, 404]),
    row("POST /v1/keys/{id}/revoke",                 "{revoked}",          "{}",           [410, 410, 410, 410, 404]),
    row("PATCH /v1/keys/{id}",                       "{board}",            RENEW,          [200, 200, 200, 404, 404]),
    row("PATCH /v1/keys/{id}",                       "{key}",              RENEW,          [200, 200, 403, 200, 404]),
    row("PATCH /v1/keys/{id}",                       "{board}",            BIND,           [200, 200, 200, 404, 404]),
    row("PATCH /v1/keys/{id}",                       "{key}",              BIND,           [200, 200, 403, 200, 404]),
    row("POST /v1/keys/{id}/disable",                "{key}",              "{}",           [200, 200, 403, 200, 404]),
    row("POST /v1/keys/{id}/disable",                "{board}",            "{}",           [200, 200, 200, 404, 404]),
    row("POST /v1/keys/{id}/disable",                "{revoked}",          "{}",           [410, 410, 410, 410, 404]),
    row("POST /v1/keys/{id}/enable",                 "{disabled}",         "",             [200, 200, 403, 200, 404]),
    row("POST /v1/keys/{id}/enable",                 "{board}",            "",             [200, 200, 200, 404, 404]),
    row("POST /v1/keys/{id}/enable",                 "{revoked}",          "",             [410, 410, 410, 410, 404]),
    row("POST /v1/keys/{id}/rotation",               "{key}",              ROTATE,         [200, 200, 403, 200, 404]),
    row("POST /v1/keys/{id}/rotation",               "{board}",            ROTATE,         [200, 200, 200, 404, 404]),
    row("POST /v1/keys/{id}/rotation",               "{revoked}",          ROTATE,         [410, 410, 410, 410, 404]),
    row("PATCH /v1/keys/{id}/rotation",              "{key}",              EXTEND,         [409, 409, 403, 409, 404]),
    row("PATCH /v1/keys/{id}/rotation",              "{board}",            EXTEND,         [409, 409, 409, 404, 404]),
    row("PATCH /v1/keys/{id}/rotation",              "{revoked}",          EXTEND,         [410, 410, 410, 410, 404]),
    row("DELETE /v1/keys/{id}/rotation",             "{key}?keep=new",     "",             [409, 409, 403, 409, 404]),
    row("DELETE /v1/keys/{id}/rotation",             "{board}?keep=old",   "",             [409, 409, 409, 404, 404]),
    row("DELETE /v1/keys/{id}/rotation",             "{revoked}?keep=new", "",             [410, 410, 410, 410, 404]),
    row("POST /v1/keys/plan",                        "",                   DISABLE_IT,     [201, 201, 201, 201, 201]),
    row("POST /v1/keys/plan",                        "",                   REVOKE_ALL,     [201, 201, 201, 201, 201]),
    row("GET /v1/keys/plan/{id}",                    "{plan}",             "",             [404, 404, 404, 200, 404]),
    row("POST /v1/keys/plan/{id}",                   "{plan}",             "",             [404, 404, 404, 200, 404]),
    row("POST /v1/imports",                          "",                   "",             [201, 201, 201, 201, 201]),
    row("POST /v1/imports/{id}/keys",                "01930000-0000-7000-8000-000000000000",
        r#"{"keys": []}"#,                                                                 [404, 404, 404, 404, 404]),
    // What somebody may not create they may not import.
    row("POST /v1/imports/{id}/keys",                "01930000-0000-7000-8000-000000000000",
        IMPORTED_BOARD,                                                                    [404, 404, 404, 422, 422]),
    row("POST /v1/imports/{id}",                     "01930000-0000-7000-8000-000000000000",
        "{}",                                                                              [404, 404, 404, 404, 404]),
    row("DELETE /v1/imports/{id}",                   "01930000-0000-7000-8000-000000000000",
        "",                                                                                [404, 404, 404, 404, 404]),
    row("POST /v1/keys/{id}/reveal",                 "{key}",              "",             [200, 200, 200, 200, 404]),
    row("POST /v1/keys/{id}/reveal",                 "{board}",            "",             [409, 409, 409, 404, 404]),
    row("POST /v1/keys/{id}/reveal",                 "{revoked}",          "",             [410, 410, 410, 410, 404]),
    row("GET /v1/keys/{id}/usage",                   "{key}",              "",             [200, 200, 200, 200, 404]),
    row("GET /v1/keys/{id}/usage",                   "{board}",            "",             [200, 200, 200, 404, 404]),
    row("GET /v1/keys/{id}/usage",                   "{revoked}",          "",             [200, 200, 200, 200, 404]),
    row("GET /v1/keys/{id}/check",                   "{key}",              "",             [200, 200, 200, 200, 404]),
    row("GET /v1/keys/{id}/check",                   "{board}",            "",             [200, 200, 200, 404, 404]),
    row("GET /v1/keys/{id}/check",                   "{revoked}",          "",             [200, 200, 200, 200, 404]),
    row("GET /v1/keys/{id}/explain",                 "{key}",              "",             [200, 200, 200, 200, 404]),
    row("GET /v1/keys/{id}/explain",                 "{board}?address=203.0.113.7", "",    [200, 200, 200, 404, 404]),
    row("GET /v1/keys/{id}/explain",                 "{revoked}",          "",             [410, 410, 410, 410, 404]),
    row("GET /v1/projects",                          "",                   "",             [200, 200, 200, 200, 200]),
    row("GET /v1/projects",                          "?q={project}",       "",             [200, 200, 200, 200, 200]),
    row("GET /v1/projects",                          "?after={project}",   "",             [200, 200, 200, 200, 200]),
    row("POST /v1/projects",                         "",                   RENAME,         [201, 201, 403, 201, 201]),
    row("PATCH /v1/projects/{id}",                   "{project}",          RENAME,         [200, 200, 403, 200, 404]),
    row("POST /v1/projects",                         "",                   THEIRS,         [422, 422, 403, 201, 201]),
    row("PATCH /v1/projects/{id}",                   "{project}",          THEIRS,         [422, 422, 403, 200, 404]),
    row("PATCH /v1/projects/{id}",                   "{project}",          r#"{"deployed": false}"#,
                                                                                           [200, 200, 403, 200, 404]),
    row("DELETE /v1/projects/{id}",                  "{project}",          "",             [204, 204, 403, 204, 404]),
    row("DELETE /v1/projects/{id}",                  "{used}",             "",             [409, 409, 403, 409, 404]),
    row("PUT /v1/projects/{id}/session-server",      "{project}",          SESSION_SERVER, [200, 403, 403, 403, 404]),
    row("DELETE /v1/projects/{id}/session-server",   "{served}",           "",             [204, 403, 403, 403, 404]),
    row("DELETE /v1/projects/{id}/session-server",   "{project}",          "",             [404, 403, 403, 403, 404]),
    row("POST /v1/projects/{id}/session-token",      "{served}",           "",             [200, 403, 403, 403, 404]),
    row("POST /v1/projects/{id}/session-token",      "{project}",          "",             [422, 403, 403, 403, 404]),
    row("DELETE /v1/projects/{id}/session-token",    "{tokened}",          "",             [204, 403, 403, 403, 404]),
    row("DELETE /v1/projects/{id}/session-token",    "{served}",           "",             [404, 403, 403, 403, 404]),
    row("GET /v1/users",                             "",                   "",             [200, 403, 403, 403, 403]),
    row("POST /v1/users",                            "",                   r#"{"email": "new{n}@acme.example", "role": "editor"}"#,
                                                                                           [201, 403, 403, 403, 403]),
    row("PATCH /v1/users/{id}",                      "{user}",             r#"{"role": "support"}"#,
                                                                                           [200, 403, 403, 403, 403]),
    row("POST /v1/users/{id}/token",                 "{user}",             "",             [200, 403, 403, 403, 403]),
    row("DELETE /v1/users/{id}",                     "{user}",             "",             [200, 403, 403, 403, 403]),
    row("DELETE /v1/users/{id}",                     "{holder}",           "",             [409, 403, 403, 403, 403]),
    row("DELETE /v1/users/{id}",                     "{holder}?keys=revoke", "",           [200, 403, 403, 403, 403]),
    row("DELETE /v1/users/{id}",                     "{holder}?keys=hand_over&to={creator}", "",
                                                                                           [200, 403, 403, 403, 403]),
    row("GET /v1/removals/{id}",                     "{user}",             "",             [404, 403, 403, 403, 403]),
    row("GET /v1/policy",                            "",                   "",             [200, 200, 200, 200, 200]),
    row("PATCH /v1/policy",                          "",                   r#"{"longest_lifetime_days": {"web": 3650}}"#,
                                                                                           [200, 403, 403, 403, 403]),
    row("PATCH /v1/policy",                          "",                   r#"{"longest_lifetime_days": {"web": null}}"#,
                                                                                           [200, 403, 403, 403, 403]),
    row("GET /v1/leaks",                             "?undecided=true",    "",             [200, 200, 200, 200, 200]),
    row("POST /v1/leaks/{id}/decision",              "01930000-0000-7000-8000-000000000000",
        r#"{"decision": "dismissed"}"#,                                                    [404, 404, 404, 404, 404]),
    // Without a sign-in: having the token is the proof, GitLab has one of its own.
    Row {
        operation: "POST /v1/leaks",
        with: "",
        body: r#"{"token": "kda_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm"}"#,
        statuses: [422; 8],
    },
    with_a_key("GET /v1/revocable_token_types"),
    Row { operation: "POST /v1/revoke_tokens", with: "", body: "[]", statuses: [401; 8] },
    row("GET /v1/webhooks",                          "",                   "",             [200, 403, 403, 403, 403]),
    row("POST /v1/webhooks",                         "",                   r#"{"url": "https://hooks.acme.example/{n}"}"#,
                                                                                           [201, 403, 403, 403, 403]),
    row("PATCH /v1/webhooks/{id}",                   "{webhook}",          r#"{"events": ["key.revoked"]}"#,
                                                                                           [200, 403, 403, 403, 403]),
    row("DELETE /v1/webhooks/{id}",                  "{webhook}",          "",             [204, 403, 403, 403, 403]),
    row("POST /v1/webhooks/{id}/rotation",           "{webhook}",          r#"{"overlap_seconds": 60}"#,
                                                                                           [200, 403, 403, 403, 403]),
    row("POST /v1/webhooks/{id}/reveal",             "{webhook}",          "",             [200, 403, 403, 403, 403]),
    row("GET /v1/webhooks/{id}/deliveries",          "{webhook}",          "",             [200, 403, 403, 403, 403]),
    row("POST /v1/webhooks/{id}/test",               "{webhook}",          "",             [202, 403, 403, 403, 403]),
    row("GET /v1/webhook-deliveries/{id}",           "{delivery}",         "",             [200, 403, 403, 403, 403]),
    row("POST /v1/webhook-deliveries/{id}/redelivery", "{delivery}",       "",             [202, 403, 403, 403, 403]),
    row("GET /v1/gateways",                          "",                   "",             [200, 403, 403, 403, 403]),
    row("POST /v1/gateways",                         "",                   r#"{"name": "Gateway {n}"}"#,
                                                                                           [201, 403, 403, 403, 403]),
    row("DELETE /v1/gateways/{id}",                  "{gateway}",          "",             [204, 403, 403, 403, 403]),
    row("GET /v1/activity",                          "",                   "",             [200, 200, 200, 200, 200]),
    row("GET /v1/activity",                          "?key={key}",         "",             [200, 200, 200, 200, 200]),
    row("GET /v1/activity",                          "?actor={creator}",   "",             [200, 200, 200, 200, 200]),
    row("GET /v1/activity",                          "?before={n}",        "",             [200, 200, 200, 200, 200]),
    row("GET /v1/activity/head",                     "",                   "",             [200, 200, 200, 403, 403]),
    row("GET /v1/activity/comparison",               "",                   "",             [200, 200, 200, 403, 403]),
    row("GET /v1/events",                            "",                   "",             [200, 200, 200, 200, 200]),
    // For session servers, by a token of their own.
    with_a_key("POST /v1/introspect"),
    with_a_key("GET /api/jwt"),
    with_a_key("GET /v1/authorize"),
    // They are asked through a proxy here, and no token opens the metrics.
    Row { operation: "GET /metrics", with: "", body: "", statuses: [403; 8] },
    public("GET /livez"),
    public("GET /readyz"),
];
