//! Reports what was found to the server, as whoever has the tokens: no sign-in is needed.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::sleep;

use super::walk::ScanResult;
use crate::api::ProblemType;
use crate::cli::{Failure, output};
use crate::client::{Client, Error};
use crate::credentials;
use crate::deck::{self, Selection};
use crate::model::Token;

/// How often a report that has to wait is sent: in all a little longer than an address may have to wait.
const TRIES: u32 = 14;
/// For others from the same address.
const IN_TURN: Duration = Duration::from_secs(5);
const AWAY: Duration = Duration::from_millis(500);

/// Whether somebody is signed in to the server; otherwise nothing can be asked of it.
pub fn is_signed_in(selection: &Selection) -> bool {
    let Ok((config, name)) = deck::choose(selection) else {
        return true;
    };
    match config.profile(&name).map(|profile| (profile, &profile.servers)) {
        Ok((profile, Some(servers))) => credentials::find(profile, servers).is_ok(),
        _ => true,
    }
}

/// Each token once, with the first place where it is.
pub fn report(selection: &Selection, result: &ScanResult) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    let mut tokens: Vec<(&Token, String)> = Vec::new();
    for (source, found) in &result.matches {
        for finding in &found.findings {
            if let Some(token) = finding.secret.of_key().filter(|_| seen.insert(finding.hash)) {
                tokens.push((token, format!("{}:{}", finding.place_in(source), finding.line)));
            }
        }
    }
    if tokens.is_empty() {
        return Ok(());
    }
    deck::ask_unsigned(selection, async |client| {
        for (token, place) in &tokens {
            sent(client, token, place).await?;
        }
        let server = client.server().host();
        output::notice(format!(
            "reported {} to {server}; its people see which are theirs",
            output::counted(tokens.len() as u64, "key")
        ));
        Ok(())
    })
}

async fn sent(client: &Client, token: &Token, place: &str) -> Result<(), Failure> {
    let url: String = place.chars().rev().take(1000).collect();
    let url: String = url.chars().rev().collect();
    for _ in 1..TRIES {
        match client.report_leak(token, &url, "found by keydeck scan").await {
            Ok(_) => return Ok(()),
            Err(error) => match wait(&error) {
                Some(time) => sleep(time).await,
                None => return Err(error.into()),
            },
        }
    }
    client.report_leak(token, &url, "found by keydeck scan").await?;
    Ok(())
}

/// How long to wait before it is sent again, which stores nothing twice.
fn wait(error: &Error) -> Option<Duration> {
    match error {
        Error::Refused(problem) if problem.kind == ProblemType::TooManyAtOnce => Some(IN_TURN),
        error => error.is_retryable().then_some(AWAY),
    }
}
