//! `key explain`: whether a request would be allowed, and the rule that decides.

use std::io::{self, Write};

use jiff::Timestamp;

use super::args::ExplainArgs;
use super::resolve;
use crate::api::{Explain, Key, KeyRevocation, PresentedAt, Verdict};
use crate::cli::colour::TextTone;
use crate::cli::{Failure, flags, lookup, output, table};
use crate::client::Client;
use crate::model::{Rule, Scope, Shown};
use crate::tui::view::text;

pub async fn run(client: &Client, args: ExplainArgs) -> Result<(), Failure> {
    let given = [
        ("--origin", &args.origin),
        ("--address", &args.address),
        ("--session-id", &args.session_id),
        ("--bundle", &args.bundle),
    ];
    flags::no_secrets(
        given
            .into_iter()
            .filter_map(|(flag, text)| Some((flag, text.as_deref()?))),
    )?;
    let key = resolve::key_or_revoked(client, &args.key).await?;
    if let Some(revoked) = &key.revoked {
        return is_revoked(&key, revoked, args.json);
    }
    let request = Explain {
        origin: args.origin,
        address: args.address,
        session_id: args.session_id,
        bundle: args.bundle,
    };
    let verdict = client.explain(key.id, &request).await?;
    if args.json {
        output::json(&verdict)?;
    } else {
        if let Some(gateway) = verdict.otherwise_at_gateway() {
            told(
                gateway.allowed,
                &format!("at a gateway ({}): {}", gateway.rule, gateway.sentence),
            )?;
        }
        told(verdict.allowed, &in_words(&verdict))?;
        if let Some(rotation) = &key.rotation {
            output::notice(format!(
                "the key is being rotated: this holds for its new token {}, and for the old one {} until {}",
                key.hint,
                rotation.old_hint,
                output::time(rotation.ends_at)
            ));
        }
    }
    // Without a session server, a gateway is the only place for it.
    let is_for_gateways = verdict.rule == Rule::NoSessionServer.as_str();
    let by_gateway = verdict
        .otherwise_at_gateway()
        .is_some_and(|gateway| gateway.allowed && is_for_gateways);
    match verdict.allowed || by_gateway {
        true => Ok(()),
        false => Err(Failure::Answered),
    }
}

/// The verdict is what was asked for, so it goes to standard output, refused or not.
fn told(allowed: bool, why: &str) -> Result<(), Failure> {
    let (verdict, tone) = match allowed {
        true => ("allowed", TextTone::Good),
        false => ("refused", TextTone::Bad),
    };
    let sentence = format!("{verdict} {}", Shown::new(why));
    let lines = match table::width() {
        Some(width) => text::wrap(&sentence, width),
        None => vec![sentence],
    };
    let mut stdout = io::stdout().lock();
    for (index, line) in lines.iter().enumerate() {
        match line.strip_prefix(verdict).filter(|_| index == 0) {
            Some(rest) => writeln!(stdout, "{}{rest}", tone.paint(verdict))?,
            None => writeln!(stdout, "{line}")?,
        }
    }
    Ok(stdout.flush()?)
}

/// No request with it is allowed.
fn is_revoked(key: &Key, KeyRevocation { at, by, .. }: &KeyRevocation, as_json: bool) -> Result<(), Failure> {
    let rule = Rule::KeyRevoked;
    if as_json {
        output::json(&Verdict {
            allowed: false,
            at: match key.scope {
                Scope::Web | Scope::Mobile => PresentedAt::Connection,
                Scope::Analytics => PresentedAt::Gateway,
            },
            rule: rule.as_str().into(),
            sentence: rule.to_string(),
            origin: None,
            gateway: None,
        })?;
    } else {
        let since = lookup::revoked(key.scope, &key.name, (*at, by), Some(key), Timestamp::now());
        told(false, &format!("({}): it was revoked: {since}", rule.as_str()))?;
    }
    Err(Failure::Answered)
}

/// `at the connection exchange (origin-listed): The page's origin is …`
fn in_words(verdict: &Verdict) -> String {
    let at = match verdict.at {
        PresentedAt::Connection => "at the connection exchange",
        PresentedAt::Gateway => "at a gateway",
    };
    // What was typed may be more than a browser sends.
    let of = verdict.origin.as_ref().map_or_else(String::new, |origin| {
        format!(" for {}", Shown::new(origin).as_str())
    });
    format!("{at}{of} ({}): {}", verdict.rule, verdict.sentence)
}
