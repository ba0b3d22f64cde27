//! What a scan found: a line each, and the sum of it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, BufWriter, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::find::Finding;
use super::found_in::FoundIn;
use super::state::{TokenState, TokenStates, Unresolved};
use super::walk::ScanResult;
use crate::api::LookupAnswer;
use crate::cli::{Failure, lookup, output};
use crate::model::search::{FoundSecret, TextLayer};
use crate::model::{Shown, TokenKind, pasted};

const UNCHECKED: TokenState = TokenState::Unresolved(Unresolved::Unchecked);

/// One line of JSON.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Finding {
        /// Not of a commit or a tag itself, or of what nothing leads to.
        path: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        commit: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        object: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        versions: Option<u64>,
        /// The file in the archive at the path.
        #[serde(skip_serializing_if = "Option::is_none")]
        member: Option<Cow<'a, str>>,
        /// The path, the commit or the reference has it in its name.
        #[serde(skip_serializing_if = "is_false")]
        in_name: bool,
        line: u64,
        column: u64,
        /// What it lies below, the outermost first.
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        layers: &'a [TextLayer],
        kind: &'static str,
        hint: String,
        #[serde(flatten)]
        state: &'a TokenState,
    },
    Summary(&'a Summary),
}

/// How much was searched, and how many different tokens were found.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    pub files: u64,
    /// Of a git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects: Option<u64>,
    pub unreadable: u64,
    /// Files that could not be looked at in full.
    #[serde(skip_serializing_if = "is_zero")]
    pub partly_searched: u64,
    pub active: usize,
    /// They can be enabled again.
    pub disabled: usize,
    /// They can be renewed.
    pub expired: usize,
    pub revoked: usize,
    /// Their keys have other tokens by now.
    pub rotated: usize,
    pub unknown: usize,
    pub unchecked: usize,
    /// What looks like a token except for its checksum.
    pub wrong_checksum: u64,
}

/// Prints every finding, by path and place.
pub fn print(
    result: &ScanResult,
    states: &TokenStates,
    summary: &Summary,
    as_json: bool,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    for (source, found) in &result.matches {
        for finding in &found.findings {
            let state = states.get(&finding.hash).unwrap_or(&UNCHECKED);
            match as_json {
                true => json(&mut out, &line(source, finding, state))?,
                false => writeln!(out, "{}", Shown::new(&words(source, finding, state)))?,
            }
        }
    }
    if as_json {
        json(&mut out, &Line::Summary(summary))?;
    }
    Ok(out.flush()?)
}

fn json(out: &mut impl Write, line: &Line) -> Result<(), Failure> {
    Ok(writeln!(out, "{}", output::compact_json(line)?)?)
}

fn line<'a>(source: &'a FoundIn, finding: &'a Finding, state: &'a TokenState) -> Line<'a> {
    Line::Finding {
        path: source.path(),
        commit: source.commit(),
        object: source.git().map(|git| git.object.as_str()),
        versions: source.git().map(|git| git.versions),
        member: finding.member.as_deref().map(pasted::hinted),
        in_name: source.is_name(),
        line: finding.line,
        column: finding.column,
        layers: &finding.layers,
        kind: finding.secret.kind(),
        hint: finding.secret.hint(),
        state,
    }
}

/// `.env:3:14: kdw_…x9Qz active: Web key "Checkout" of Storefront, created by mira@acme.example (…)`
fn words(source: &FoundIn, finding: &Finding, state: &TokenState) -> String {
    format!(
        "{}:{}:{}: {} {}{}{}",
        finding.place_in(source),
        finding.line,
        finding.column,
        finding.secret.hint(),
        state_in_words(&finding.secret, state),
        layers_in_words(&finding.layers),
        source.versions_in_words()
    )
}

/// What follows a finding that nobody sees at its place: ` · in base64 of UTF-16`.
fn layers_in_words(layers: &[TextLayer]) -> String {
    let names: Vec<&str> = layers.iter().map(|layer| layer.into()).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!(" · in {}", names.join(" of ")),
    }
}

fn state_in_words(secret: &FoundSecret, state: &TokenState) -> String {
    match state {
        TokenState::Known(
            LookupAnswer::Active { key, token }
            | LookupAnswer::Disabled { key, token }
            | LookupAnswer::Expired { key, token },
        ) => {
            let which = lookup::which(key, *token);
            let which = which.map_or_else(String::new, |which| format!(" ({which})"));
            format!(
                "{}{which}: {} ({})",
                key.state.as_str(),
                lookup::active(key),
                key.id
            )
        }
        TokenState::Known(LookupAnswer::Rotated { key, replaced_at }) => format!(
            "replaced when the key was rotated: {} ({}), since {}",
            lookup::active(key),
            key.id,
            output::time(*replaced_at)
        ),
        TokenState::Known(LookupAnswer::Revoked {
            name,
            scope,
            revoked_at,
            revoked_by,
            key,
            ..
        }) => {
            let (revoked, now) = ((*revoked_at, revoked_by), Timestamp::now());
            let revoked = lookup::revoked(*scope, name, revoked, key.as_deref(), now);
            format!("revoked: {revoked}")
        }
        TokenState::Unresolved(Unresolved::Unknown) => "unknown here".into(),
        TokenState::Unresolved(Unresolved::Unchecked) => unchecked_in_words(secret),
    }
}

/// What it is, when nothing more is known of it, and what makes it worthless.
fn unchecked_in_words(secret: &FoundSecret) -> String {
    let said = match secret {
        FoundSecret::Token(token) => match token.kind() {
            TokenKind::Key(scope) => return format!("unchecked: {scope} key"),
            TokenKind::User => "sign-in token; keydeck user new-token replaces it",
            TokenKind::Gateway => "gateway token; keydeck gateway remove revokes it",
            TokenKind::SessionServer => "session server's token; keydeck project session-token replaces it",
        },
        FoundSecret::Webhook(_) => "webhook's secret; keydeck webhook rotate-secret replaces it",
    };
    format!("unchecked: {said}")
}

/// Counts each token once, wherever it is.
pub fn sum(result: &ScanResult, states: &TokenStates) -> Summary {
    let mut summary = Summary {
        files: result.files,
        objects: result.objects,
        unreadable: result.unreadable,
        partly_searched: result
            .matches
            .iter()
            .filter(|(_, found)| !found.gaps.is_empty())
            .count() as u64,
        wrong_checksum: result.matches.iter().map(|(_, found)| found.misspelt).sum(),
        ..Summary::default()
    };
    let findings = result.matches.iter().flat_map(|(_, found)| &found.findings);
    let tokens: HashSet<_> = findings.map(|finding| finding.hash).collect();
    for token in tokens {
        let count = match states.get(&token).unwrap_or(&UNCHECKED) {
            TokenState::Known(LookupAnswer::Active { .. }) => &mut summary.active,
            TokenState::Known(LookupAnswer::Disabled { .. }) => &mut summary.disabled,
            TokenState::Known(LookupAnswer::Expired { .. }) => &mut summary.expired,
            TokenState::Known(LookupAnswer::Revoked { .. }) => &mut summary.revoked,
            TokenState::Known(LookupAnswer::Rotated { .. }) => &mut summary.rotated,
            TokenState::Unresolved(Unresolved::Unknown) => &mut summary.unknown,
            TokenState::Unresolved(Unresolved::Unchecked) => &mut summary.unchecked,
        };
        *count += 1;
    }
    summary
}

impl Summary {
    /// For people, in a line.
    pub fn in_words(&self) -> String {
        let mut parts: Vec<String> = [
            (self.active, "active"),
            (self.disabled, "disabled"),
            (self.expired, "expired"),
            (self.revoked, "revoked"),
            (self.rotated, "rotated away"),
            (self.unknown, "unknown here"),
            (self.unchecked, "unchecked"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
        if parts.is_empty() {
            parts.push("no keys".into());
        }
        let misspelt = match self.wrong_checksum {
            0 => String::new(),
            1 => "; 1 looks like a key, but its checksum is wrong".into(),
            many => format!("; {many} look like keys, but their checksums are wrong"),
        };
        let searched = match (self.files, self.objects) {
            (files, None) => counted(files, "file"),
            (0, Some(objects)) => counted(objects, "object"),
            (files, Some(objects)) => {
                format!("{} and {}", counted(files, "file"), counted(objects, "object"))
            }
        };
        format!("searched {searched}: {}{misspelt}", parts.join(", "))
    }

    /// Why the scan can't be called clean.
    pub fn alarm(&self) -> Option<String> {
        let reasons = [
            (
                self.active as u64,
                "active key was found",
                "active keys were found",
            ),
            (
                (self.disabled + self.expired) as u64,
                "disabled or expired key was found that may come back",
                "disabled or expired keys were found that may come back",
            ),
            (
                self.unchecked as u64,
                "token was found that may be valid",
                "tokens were found that may be valid",
            ),
            (
                self.unreadable,
                "path could not be read",
                "paths could not be read",
            ),
            (
                self.partly_searched,
                "file was not searched in full",
                "files were not searched in full",
            ),
        ];
        let told: Vec<String> = reasons
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

fn is_false(is: &bool) -> bool {
    !is
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
