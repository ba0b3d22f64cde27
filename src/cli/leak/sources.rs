//! `keydeck serve`: who may report leaks besides whoever has the token.

use std::path::PathBuf;

use clap::Args;
use url::Url;

use crate::cli::{Failure, shared_token};
use crate::model::domain::is_loopback;
use crate::server::{GithubKeys, LeakSources};

/// Where GitHub answers the public keys of its secret scanning.
const GITHUB: &str = "https://api.github.com/meta/public_keys/secret_scanning";

#[derive(Debug, Args)]
pub struct LeakSourceArgs {
    /// Take reports of GitHub's secret scanning, verified with the public keys in this file, as GitHub answers them
    #[arg(
        long,
        env = "KEYDECK_GITHUB_KEYS",
        value_name = "FILE",
        conflicts_with = "fetch_github_keys"
    )]
    pub github_keys: Option<PathBuf>,
    /// Take reports of GitHub's secret scanning, verified with the public keys that are fetched from this URL
    #[arg(
        long,
        env = "KEYDECK_FETCH_GITHUB_KEYS",
        value_name = "URL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = GITHUB,
        value_parser = keys_url
    )]
    pub fetch_github_keys: Option<Url>,
    /// Take reports of the GitLab server that presents the token in this file
    #[arg(long, env = "KEYDECK_GITLAB_TOKEN_FILE", value_name = "FILE")]
    pub gitlab_token_file: Option<PathBuf>,
}

impl LeakSourceArgs {
    pub fn sources(&self) -> Result<LeakSources, Failure> {
        let github = match (&self.github_keys, &self.fetch_github_keys) {
            (Some(path), _) => Some(
                GithubKeys::in_file(path.clone())
                    .map_err(|why| Failure::Failed(format!("--github-keys: {why}")))?,
            ),
            (None, Some(url)) => Some(GithubKeys::at(url.clone())),
            (None, None) => None,
        };
        let sources = LeakSources { github, gitlab: None };
        Ok(match &self.gitlab_token_file {
            Some(path) => sources.with_gitlab(&shared_token::read("--gitlab-token-file", path)?),
            None => sources,
        })
    }
}

/// Whoever could answer in its place could sign any report.
fn keys_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "write it like https://api.github.com/…".to_owned())?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err("it must begin with https://, or anyone on the way could answer".into()),
    }
}
