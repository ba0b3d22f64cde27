//! The parameters of a gateway's check: the scope that it allows. They must be distinguished from what its client
//! asks of the API, since some gateways append the client's path and query to the path that they are given.
//!
//! At `/v1/authorize` itself, the query is the gateway's own: `scope`, at most once, and nothing else; with a
//! header `x-keydeck-scope` beside it both hold. Below it, the query is the client's, and the scope comes in the header
//! alone. A scope in a query where no header says one could be the operator's, who wrote a slash too many: passing it
//! over would let keys of other scopes through, so that it is refused. Behind the path that is nothing but
//! slashes it is refused also beside a header that says something else: some gateways pass on all headers of the
//! client. Of these headers all but ours mean nothing; one that is spelt like ours, but unknown, is refused. What a gateway gives a prefix with a segment of its own (`/v1/authorize/api`) can never be taken so.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use serde::Deserialize;
use url::form_urlencoded;
use utoipa::IntoParams;

use super::presented;
use crate::model::Scope;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract;

/// The path that is asked, and the root of those that gateways append to.
pub const PATH: &str = "/v1/authorize";
pub const SCOPE: HeaderName = HeaderName::from_static("x-keydeck-scope");
/// Our own headers: what a gateway says, and what it is told and hands on. The latter may come back from an API that
/// asks another one; they mean nothing here.
const KNOWN: [&str; 6] = [
    "x-keydeck-scope",
    "x-keydeck-gateway",
    "x-keydeck-key-id",
    "x-keydeck-project",
    "x-keydeck-expires",
    "x-keydeck-rule",
];

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckQuery {
    /// Only a key of this scope is let through. Absent: any is.
    scope: Option<Scope>,
}

/// What follows the check's path: nothing at its own, the client's where a gateway appended it.
pub fn appended(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(PATH)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// The scopes that all must be the key's.
pub fn scopes(head: &Parts) -> ApiResult<[Option<Scope>; 2]> {
    let in_header = in_header(&head.headers)?;
    let query = head.uri.query().unwrap_or_default();
    match appended(head.uri.path()) {
        None | Some("") => {
            let wanted: CheckQuery = extract::query(head)?;
            Ok([wanted.scope, in_header])
        }
        Some(rest) => match is_passed_over(rest, query, in_header) {
            false => Ok([None, in_header]),
            true => Err(ApiError::malformed(
                "scope",
                "Below /v1/authorize a query is the client's: send the scope in the header x-keydeck-scope, or take \
                 the slash off the gateway's own path.",
            )),
        },
    }
}

/// One header of this name, and none that could be meant for it.
fn in_header(headers: &HeaderMap) -> ApiResult<Option<Scope>> {
    if let Some(name) = headers.keys().find(|name| is_misspelt(name)) {
        return Err(ApiError::malformed(
            name.as_str(),
            "keydeck has no such header, so it would have no effect: the scope is in \
             x-keydeck-scope, and the gateway's token in x-keydeck-gateway.",
        ));
    }
    for name in KNOWN {
        if headers.get_all(name).iter().nth(1).is_some() {
            return Err(ApiError::malformed(name, "Send this header once."));
        }
    }
    let sent = presented::text(headers, &SCOPE).map(str::parse).transpose();
    sent.map_err(|_| ApiError::malformed(SCOPE.as_str(), "A scope is web, mobile or analytics, sent once."))
}

/// A header that only keydeck could be meant by, and that it does not know: `x-keydeck-scop`, `x_keydeck_scope`,
/// `keydeck-scope`.
fn is_misspelt(name: &HeaderName) -> bool {
    let name = name.as_str();
    // Hardly any header gets further than this.
    if !name.starts_with(['x', 'k']) {
        return false;
    }
    let begins = |prefix: &[u8]| {
        let letters = name.bytes().zip(prefix);
        name.len() > prefix.len()
            && letters
                .into_iter()
                .all(|(a, b)| a == *b || (a == b'_' && *b == b'-'))
    };
    (begins(b"x-keydeck") || begins(b"keydeck-")) && !KNOWN.contains(&name)
}

/// Whether something that narrows the check would have no effect.
fn is_passed_over(rest: &str, query: &str, in_header: Option<Scope>) -> bool {
    let mut asked = named_scopes(rest, query);
    match (in_header, is_own(rest)) {
        (Some(_), false) => false,
        (Some(scope), true) => asked.any(|asked| asked != scope.as_str()),
        // Whatever is there is the operator's too, and nothing of it has an effect.
        (None, true) => !query.is_empty() || rest.contains(';'),
        (None, false) => asked.next().is_some(),
    }
}

/// The values of all that looks like a scope, in a query or in matrix parameters.
fn named_scopes(rest: &str, query: &str) -> impl Iterator<Item = String> {
    let in_path = rest.split('/').flat_map(|segment| segment.split(';').skip(1));
    let in_query = query.split(['&', ';']);
    let pairs = in_path
        .chain(in_query)
        .flat_map(|pair| form_urlencoded::parse(pair.as_bytes()));
    let scopes = pairs.filter(|(name, _)| name.trim().to_lowercase().starts_with("scope"));
    scopes
        .map(|(_, value)| value.into_owned())
        .collect::<Vec<_>>()
        .into_iter()
}

/// Whether a path names nothing once slashes, dots and matrix parameters are taken away: the gateway's own.
fn is_own(rest: &str) -> bool {
    let mut segments: Vec<&str> = Vec::new();
    let decoded = rest.replace("%2f", "/").replace("%2F", "/");
    let decoded = decoded.replace("%2e", ".").replace("%2E", ".");
    for segment in decoded.split(['/', '\\']) {
        match segment.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => drop(segments.pop()),
            name => segments.push(name),
        }
    }
    segments.is_empty()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn asked(target: &str, headers: &[(&str, &str)]) -> Option<[Option<Scope>; 2]> {
        let request = headers
            .iter()
            .fold(Request::get(target), |request, (name, value)| {
                request.header(*name, *value)
            });
        let (head, ()) = request.body(()).expect("a request").into_parts();
        scopes(&head).ok()
    }

    const WEB: Option<Scope> = Some(Scope::Web);

    #[test]
    fn at_its_own_path_the_query_is_the_gateways_and_all_of_it_must_be_read() {
        for (query, scope) in [
            ("", None),
            ("?", None),
            ("?scope=web", WEB),
            ("?%73cope=we%62", WEB),
        ] {
            assert_eq!(
                asked(&format!("{PATH}{query}"), &[]),
                Some([scope, None]),
                "{query}"
            );
        }
        for query in [
            "?scope=",
            "?scope",
            "?scope=Web",
            "?scope=all",
            "?scope=web&scope=web",
            "?scope=web&scope=mobile",
            "?scope=web;scope=mobile",
            "?scope=web,mobile",
            "?scope=web/",
            "?scope=web%20",
            "?Scope=web",
            "?scope[]=web",
            "?scopes=web",
            "?scop=web",
            "?a=b",
            "?scope=web&a",
            "?scope=web/reports?month=11",
        ] {
            assert_eq!(asked(&format!("{PATH}{query}"), &[]), None, "{query}");
        }
        let both = asked(&format!("{PATH}?scope=web"), &[("x-keydeck-scope", "mobile")]);
        assert_eq!(both, Some([WEB, Some(Scope::Mobile)]));
    }

    #[test]
    fn a_header_that_could_be_meant_is_never_passed_over() {
        for headers in [
            &[("x-keydeck-scope", "")][..],
            &[("x-keydeck-scope", "all")],
            &[("x-keydeck-scope", "web, web")],
            &[("x-keydeck-scope", "web"), ("x-keydeck-scope", "web")],
            &[("x_keydeck_scope", "web")],
            &[("x-keydeck_scope", "web")],
            &[("x-keydeck-scopes", "web")],
            &[("x-keydeck-scope", "web"), ("x_keydeck_scope", "web")],
            &[("x-keydeck-scop", "web")],
            &[("x-keydeck-scpoe", "web")],
            &[("x-keydeck-", "web")],
            &[("x-keydeck_", "web")],
            &[("x-keydeck-only", "web")],
            &[("x-keydeck-scope-", "web")],
            &[("x-keydeck--scope", "web")],
            &[("x-keydeckscope", "web")],
            &[("x-keydeck.scope", "web")],
            &[("X_KEYDECK_SCOPES", "web")],
            &[("keydeck-scope", "web")],
            &[("keydeck_scope", "web")],
            &[("x-keydeck-scope", "web"), ("x-keydeck-network", "10.0.0.0/8")],
            &[("x_keydeck_gateway", "kdg_")],
            &[("x-keydeck-gateways", "kdg_")],
            &[("x-keydeck-key-id", "a"), ("x-keydeck-key-id", "b")],
            &[("x-keydeck-gateway", "a"), ("x-keydeck-gateway", "a")],
        ] {
            for target in [PATH, "/v1/authorize/reports"] {
                assert_eq!(asked(target, headers), None, "{target} {headers:?}");
            }
        }
        assert_eq!(asked(PATH, &[("X-Keydeck-Scope", "Web")]), Some([None, WEB]));
        assert_eq!(asked(PATH, &[("x-keydeck", "web")]), Some([None, None]));
    }

    #[test]
    fn what_else_a_client_sends_and_what_a_gateway_hands_on_is_none_of_ours() {
        for name in [
            "x-keydesk-scope",
            "x-key",
            "x-kubernetes-scope",
            "x-api-key",
            "key",
            "keydeck",
            "keep-alive",
            "scope",
            "x-scope",
            "x-request-id",
            "x-forwarded-for",
            "x-keydeck-gateway",
            "x-keydeck-key-id",
            "x-keydeck-project",
            "x-keydeck-expires",
            "x-keydeck-rule",
        ] {
            for target in [PATH, "/v1/authorize/reports"] {
                assert_eq!(asked(target, &[(name, "web")]), Some([None, None]), "{name}");
            }
        }
    }

    #[test]
    fn below_it_a_scope_that_no_header_says_is_refused() {
        for target in [
            "/v1/authorize/?scope=web",
            "/v1/authorize//?scope=web",
            "/v1/authorize/%2F?scope=web",
            "/v1/authorize/.?scope=web",
            "/v1/authorize/a/..?scope=web",
            "/v1/authorize/%2e/?scope=web",
            "/v1/authorize/?scope=",
            "/v1/authorize/?scope",
            "/v1/authorize/?Scope=web",
            "/v1/authorize/?scopes=web",
            "/v1/authorize/?scope%5B%5D=web",
            "/v1/authorize/?%73cope=web",
            "/v1/authorize/?a=b&scope=web",
            "/v1/authorize/?a=b;scope=web",
            "/v1/authorize/?scop=web",
            "/v1/authorize/;scope=web",
            "/v1/authorize/;scope=web/",
            "/v1/authorize/reports?scope=web",
            "/v1/authorize/reports;scope=web",
            "/v1/authorize/reports?month=11&scope=web",
        ] {
            assert_eq!(asked(target, &[]), None, "{target}");
        }
        for target in [
            "/v1/authorize/",
            "/v1/authorize/reports?month=11",
            "/v1/authorize/microscope?q=scope",
        ] {
            assert_eq!(asked(target, &[]), Some([None, None]), "{target}");
        }
    }

    #[test]
    fn what_a_client_asks_of_the_api_neither_widens_nor_breaks_what_the_header_says() {
        let header = [("x-keydeck-scope", "web")];
        for target in [
            "/v1/authorize/",
            "/v1/authorize/?month=11",
            "/v1/authorize/?scope=web",
            "/v1/authorize/reports?scope=mobile",
            "/v1/authorize/reports;scope=mobile?scope=all&scope=",
            "/v1/authorize/api/?scope=mobile",
            "/v1/authorize/api/?scope=openid",
        ] {
            assert_eq!(asked(target, &header), Some([None, WEB]), "{target}");
        }
        for target in ["/v1/authorize/?scope=mobile", "/v1/authorize//;scope=mobile"] {
            assert_eq!(asked(target, &header), None, "{target}");
        }
    }

    #[test]
    fn one_path_is_the_checks() {
        for (path, rest) in [
            ("/v1/authorize", Some("")),
            ("/v1/authorize/", Some("/")),
            ("/v1/authorize/a", Some("/a")),
            ("/v1/authorize%2F", None),
            ("/v1/authorize;a", None),
            ("/v1/authorized", None),
            ("/v1/%61uthorize", None),
            ("/V1/authorize", None),
            ("//v1/authorize", None),
            ("/v1//authorize", None),
            ("/v1/./authorize", None),
        ] {
            assert_eq!(appended(path), rest, "{path}");
        }
    }
}
