//! `keydeck serve`: where webhooks may lead, and which certificates are trusted there.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Failure;
use crate::server::{AllowedTarget, AllowedTargets, WebhookSender};

#[derive(Debug, Args)]
pub struct WebhookSendingArgs {
    /// Let webhooks lead to this private network, address or host; repeatable
    /// [env: KEYDECK_WEBHOOKS_ALLOW, separated by commas]
    #[arg(
        long,
        env = "KEYDECK_WEBHOOKS_ALLOW",
        hide_env = true,
        value_name = "NETWORK|ADDRESS|HOST",
        value_delimiter = ','
    )]
    pub webhooks_allow: Vec<AllowedTarget>,
    /// The certificate of the authority that signed those of receivers, as PEM, if the system doesn't trust it
    #[arg(long, env = "KEYDECK_WEBHOOKS_CA", value_name = "FILE")]
    pub webhooks_ca: Option<PathBuf>,
}

impl WebhookSendingArgs {
    pub fn sender(&self) -> Result<WebhookSender, Failure> {
        let allowed = AllowedTargets::new(self.webhooks_allow.clone());
        WebhookSender::new(allowed, self.webhooks_ca.as_deref())
            .map_err(|error| Failure::Failed(format!("--webhooks-ca: {error}")))
    }
}
