//! The one way a presented key comes to an outcome, at the exchange as at a gateway: what is decided is
//! counted before it is answered.

use crate::api::{PresentedAt, ProblemType};
use crate::model::connection::{Caller, Origin};
use crate::model::{Grant, Rule, Scope, UiDomain};
use crate::server::http::error::ApiError;
use crate::server::state::ServerState;
use crate::server::store::CheckedKey;

/// The longest origin or bundle identifier.
const MAX_SENT: usize = 255;

impl ServerState {
    /// The key lets the request through.
    pub(in crate::server) fn allowed(
        &self,
        at: PresentedAt,
        key: &CheckedKey,
        caller: &Caller,
        grant: &Grant,
    ) {
        self.metrics.checked(at, Ok(grant));
        let origin = origin_of_use(caller, grant);
        let token = key.has_two_tokens.then_some(key.token);
        self.usage
            .allowed(key.number, token, self.clock.now(), caller.address, origin);
    }

    /// A rule refuses; of `key`, as far as it is known which one was presented, and by whom.
    pub(in crate::server) fn refused(
        &self,
        at: PresentedAt,
        key: Option<(&CheckedKey, &Caller)>,
        rule: Rule,
    ) -> ApiError {
        self.metrics.checked(at, Err(rule));
        if let Some((key, caller)) = key {
            let (now, origin) = (self.clock.now(), origin_of_refusal(caller));
            self.usage
                .refused(key.number, rule, now, caller.own_address(), origin);
        }
        rule.into()
    }
}

/// What is counted of a page's origin or an app's bundle identifier that was refused, as it was sent; the store keeps only
/// what could be one. Nothing that is longer than either can be is kept until then.
fn origin_of_refusal<'a>(caller: &Caller<'a>) -> Option<&'a str> {
    let sent = match caller.origin {
        Origin::Page(origin) => Some(origin),
        Origin::Opaque => Some("null"),
        Origin::Unreadable | Origin::Absent => caller.bundle,
    };
    sent.filter(|sent| (1..=MAX_SENT).contains(&sent.len()))
}

/// The page's origin or the app's bundle identifier. Where no rule checked it, it is recorded only if it could be
/// one: a client may send anything there, and what it sends is stored.
fn origin_of_use<'a>(caller: &Caller<'a>, grant: &Grant) -> Option<&'a str> {
    let page = match caller.origin {
        Origin::Page(origin) => Some(origin),
        Origin::Opaque | Origin::Unreadable | Origin::Absent => None,
    };
    let could_be = |scope| move |text: &&str| UiDomain::parse(scope, text).is_ok();
    match grant {
        Grant::OriginListed | Grant::OriginWildcard(_) | Grant::LocalDevelopment => page,
        Grant::AppListed => caller.bundle,
        Grant::AnyApp => caller.bundle.filter(could_be(Scope::Mobile)),
        Grant::Analytics => page.filter(could_be(Scope::Web)),
    }
}

impl ApiError {
    /// Of a rule that refused, with what of the request decided.
    #[must_use]
    pub fn told_of(self, rule: Rule, caller: &Caller) -> Self {
        match rule {
            Rule::AddressForeign => self.saying(rule.told_of(caller.own_address())),
            _ => self,
        }
    }
}

impl From<Rule> for ApiError {
    fn from(rule: Rule) -> Self {
        let kind = match rule {
            Rule::GatewayMalformed => ProblemType::Malformed,
            Rule::GatewayUnknown => ProblemType::UnknownGateway,
            rule if rule.says_who_is_unknown() => ProblemType::UnknownKey,
            _ => ProblemType::NotByThisKey,
        };
        Self::new(kind, rule.to_string()).by_rule(rule.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_of_a_refusal_is_bounded() {
        let from = |origin, bundle| {
            origin_of_refusal(&Caller {
                origin,
                address: None,
                is_unnamed: false,
                bundle,
                resumes: false,
            })
        };
        let long = format!("https://{}.example", "a".repeat(255));
        let shop = "https://shop.acme.example";
        assert_eq!(from(Origin::Page(shop), Some("com.acme.shop")), Some(shop));
        assert_eq!(from(Origin::Absent, Some("com.acme.shop")), Some("com.acme.shop"));
        assert_eq!(from(Origin::Opaque, None), Some("null"));
        assert_eq!(from(Origin::Page(&long), None), None);
        assert_eq!(from(Origin::Page(""), None), None);
        assert_eq!(from(Origin::Unreadable, None), None);
    }

    #[test]
    fn an_invalid_origin_is_not_stored() {
        let from = |origin, bundle, grant: &Grant| {
            let caller = Caller {
                origin,
                address: None,
                is_unnamed: false,
                bundle,
                resumes: false,
            };
            origin_of_use(&caller, grant).map(str::to_owned)
        };
        let page = |text| from(Origin::Page(text), None, &Grant::Analytics);
        assert_eq!(
            page("https://shop.acme.example").as_deref(),
            Some("https://shop.acme.example")
        );
        for text in [
            "kda_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm",
            "two words",
            "esc\u{1b}",
            "",
        ] {
            assert_eq!(page(text), None, "{text}");
            assert_eq!(from(Origin::Absent, Some(text), &Grant::AnyApp), None, "{text}");
        }
        let app = from(Origin::Absent, Some("com.acme.shop"), &Grant::AnyApp);
        assert_eq!(app.as_deref(), Some("com.acme.shop"));
    }
}
