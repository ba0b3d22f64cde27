//! `keydeck policy …`: the flags.

use clap::{ArgGroup, Args, Subcommand};

use crate::model::Scope;
use crate::model::expiry::MAX_DAYS;

#[derive(Debug, Args)]
pub struct PolicyArgs {
    #[command(subcommand)]
    pub command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Show the longest lifetime of keys, and which keys exceed it
    Show(PolicyShowArgs),
    /// Set the longest lifetime of keys; for Owners
    ///
    /// It applies to keys that are created, renewed or rotated from now on. Keys that exceed it are listed and stay as they are.
    Set(PolicySetArgs),
}

#[derive(Debug, Args)]
pub struct PolicyShowArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("limit").required(true).multiple(true).args(["web", "mobile", "analytics"]))]
pub struct PolicySetArgs {
    /// The longest lifetime of a Web key, such as 90d; none takes the limit away
    #[arg(long, value_name = "DAYS", value_parser = limit)]
    pub web: Option<Limit>,
    /// The longest lifetime of a Mobile key
    #[arg(long, value_name = "DAYS", value_parser = limit)]
    pub mobile: Option<Limit>,
    /// The longest lifetime of an Analytics key
    #[arg(long, value_name = "DAYS", value_parser = limit)]
    pub analytics: Option<Limit>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Days; without a number, no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub Option<u32>);

impl PolicySetArgs {
    pub fn of(&self, scope: Scope) -> Option<Limit> {
        match scope {
            Scope::Web => self.web,
            Scope::Mobile => self.mobile,
            Scope::Analytics => self.analytics,
        }
    }
}

fn limit(text: &str) -> Result<Limit, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Limit(None));
    }
    let days = text.strip_suffix(['d', 'D']).and_then(|days| days.parse().ok());
    let days = days.filter(|days| (1..=MAX_DAYS).contains(days));
    days.map(|days| Limit(Some(days)))
        .ok_or_else(|| format!("Write a number of days like 90d (1 to {MAX_DAYS}), or none for no limit."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_days_or_none() {
        assert_eq!(limit("90d"), Ok(Limit(Some(90))));
        assert_eq!(limit("none"), Ok(Limit(None)));
        assert_eq!(limit("None"), Ok(Limit(None)));
        assert_eq!(limit("90D"), Ok(Limit(Some(90))));
        for text in [
            "",
            "90",
            "0d",
            "-1d",
            "3651d",
            "d",
            "12h",
            "never",
            "99999999999d",
        ] {
            assert!(limit(text).is_err(), "{text}");
        }
    }
}
