//! Unsealing for an answer: where a data key is newer than the server, it is taken first.

use super::{SealError, Sealer};
use crate::api::ProblemType;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::state::ServerState;

impl ServerState {
    /// Takes the data keys of a rotation.
    pub(in crate::server) async fn renew_seals(&self) -> ApiResult<()> {
        let seals = &self.seals;
        match seals.renew(self.data_keys(), self.organisation.id).await? {
            true => Ok(()),
            false => {
                tracing::error!(
                    "the root key was rotated, and the new one is not where this server read the old one; restart it \
                     with the new one"
                );
                Err(ApiError::new(
                    ProblemType::Unavailable,
                    "The root key was rotated and this server does not have the new one, so it can't seal or unseal this \
                     secret; its operator must restart it with the new root key.",
                ))
            }
        }
    }

    /// What `unseal` opens, also when it was sealed under a data key that is newer than this server's.
    pub(in crate::server) async fn unsealed<T>(
        &self,
        unseal: impl Fn(&Sealer) -> Result<T, SealError> + Send,
    ) -> ApiResult<T> {
        match unseal(&self.seals.now()) {
            Err(SealError::UnknownDataKey(_)) => {}
            opened => return Ok(opened?),
        }
        self.renew_seals().await?;
        Ok(unseal(&self.seals.now())?)
    }
}
