//! `key lookup`: which key is this? The secret stays here; the server is asked by its hash.

use jiff::Timestamp;
use serde_json::json;

use super::args::LookupArgs;
use super::cells;
use crate::api::{Key, LookupAnswer};
use crate::cli::table::{self, field};
use crate::cli::{Failure, ask, lookup, output};
use crate::client::Client;
use crate::deck::{self, Selection};
use crate::model::around::{Around, token_in};
use crate::model::pasted::foreign::FOREIGN_LENGTH;
use crate::model::token::NotAToken;
use crate::model::{KeyState, KeyToken, Token, TokenKind, WhichToken, pasted};

pub fn run(selection: &Selection, args: &LookupArgs) -> Result<(), Failure> {
    ask::possible(selection)?;
    let token = token()?;
    deck::ask(selection, async |client| find(client, &token, args.json).await)
}

/// The token of a key, also one of another product, which may be imported; anything else is refused without a server.
fn token() -> Result<KeyToken, Failure> {
    let secret = ask::secret_until("The key's secret, or its token: ", |text| {
        pasted::token_in(text).is_some()
    })?;
    let secret = secret.ok_or_else(|| {
        Failure::Failed("there was no key to look up; paste its secret, or pipe it in".into())
    })?;
    if pasted::are_several_in(secret.expose()) {
        return Err(Failure::Failed(
            "there are several tokens in the input; look each up by itself, or give it to keydeck scan, which finds all".into(),
        ));
    }
    let extracted = |hint: String, around: Around| {
        output::notice(format!("{hint} was extracted from the input: {around}"));
    };
    let token = match token_in(secret.expose()) {
        Ok((token, around)) => {
            if let Some(around) = around {
                extracted(token.hint(), around);
            }
            token
        }
        Err(_) => match pasted::secret_in(secret.expose()) {
            Some(found) => pasted::read(&found).map_err(Failure::Failed)?,
            None => match KeyToken::pasted(secret.expose()).map_err(not_a_key)? {
                (KeyToken::Own(token), _) => token,
                (foreign, around) => {
                    if let Some(around) = around {
                        extracted(foreign.hint(), around);
                    }
                    return Ok(foreign);
                }
            },
        },
    };
    of_key(token)
}

/// A key need not be one that keydeck issued.
fn not_a_key(why: NotAToken) -> Failure {
    let (least, most) = (FOREIGN_LENGTH.start(), FOREIGN_LENGTH.end());
    match why {
        NotAToken::Prefix => Failure::Failed(format!(
            "this is no key: neither a keydeck key, which begins with kdw_, kdm_ or kda_ or is the base64 of one, nor a token of \
             another product, which has {least} to {most} visible ASCII characters; give the key and nothing else"
        )),
        NotAToken::Shape | NotAToken::Checksum => Failure::failed(why),
    }
}

fn of_key(token: Token) -> Result<KeyToken, Failure> {
    match token.kind() {
        TokenKind::Key(_) => Ok(token.into()),
        TokenKind::User => Err(Failure::Failed(format!(
            "{} is a person's sign-in token, not a key; if it leaked, keydeck user new-token replaces it",
            token.hint()
        ))),
        TokenKind::Gateway => Err(Failure::Failed(format!(
            "{} is a gateway's token, not a key; if it leaked, revoke it with keydeck gateway remove",
            token.hint()
        ))),
        TokenKind::SessionServer => Err(Failure::Failed(format!(
            "{} is a session server's token, not a key; if it leaked, keydeck project session-token replaces it",
            token.hint()
        ))),
    }
}

async fn find(client: &Client, token: &KeyToken, as_json: bool) -> Result<(), Failure> {
    let answer = lookup::ask(client, &token.hash()).await?;
    match &answer {
        Some(answer) if as_json => output::json(answer)?,
        None if as_json => output::json(&json!({"state": "unknown"}))?,
        _ => {}
    }
    let hint = token.hint();
    match &answer {
        Some(LookupAnswer::Active { .. }) if as_json => Ok(()),
        Some(LookupAnswer::Active { key, token }) => shown(key, &hint, *token),
        Some(LookupAnswer::Disabled { key, token } | LookupAnswer::Expired { key, token }) => {
            if !as_json {
                shown(key, &hint, *token)?;
            }
            let standing = match key.state {
                KeyState::Expired => "has expired, and can be renewed",
                _ => "is disabled, and can be enabled",
            };
            let since = key.refused_since.as_ref();
            let since = since.map(|since| format!("; {}", lookup::presented(since, Timestamp::now())));
            Err(Failure::Failed(format!(
                "{hint} {standing}{}",
                since.unwrap_or_default()
            )))
        }
        Some(LookupAnswer::Rotated { key, replaced_at }) => Err(Failure::Failed(format!(
            "{hint} was replaced when its key was rotated, and is refused: {}, since {}",
            lookup::active(key),
            output::time(*replaced_at)
        ))),
        Some(LookupAnswer::Revoked {
            name,
            scope,
            revoked_at,
            revoked_by,
            key,
            ..
        }) => {
            let (revoked, now) = ((*revoked_at, revoked_by), Timestamp::now());
            let what = lookup::revoked(*scope, name, revoked, key.as_deref(), now);
            let since = output::long_ago(*revoked_at, now);
            Err(Failure::Failed(format!("revoked {since} ({hint}): {what}")))
        }
        None => Err(Failure::Failed(format!(
            "unknown: {hint} is {}, but no key that you can see here has this secret",
            match token.is_foreign() {
                true => "no keydeck token and may be one of another product",
                false => "well-formed",
            }
        ))),
    }
}

fn shown(key: &Key, hint: &str, token: WhichToken) -> Result<(), Failure> {
    let now = Timestamp::now();
    let mut fields = cells::fields(key, now);
    let rotation = key.rotation.iter();
    fields.extend(rotation.flat_map(|rotation| super::rotate::rows(rotation, None, now)));
    let which = lookup::which(key, token);
    fields.extend(which.map(|which| field("Looked up", format!("{hint}: {which}"))));
    table::fields(fields)
}
