//! All keys of a filter in one answer. It is one JSON document, [`KeyExport`], with a line for each key, so that either end
//! reads and writes it key by key; an answer that was cut off is no JSON.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Key, KeyExtra};
use crate::model::filter::filtering;
use crate::model::{Scope, StateFilter};

/// The lines of a [`KeyExport`] around those of its keys, which end with a comma before another key.
pub const EXPORT_BEGIN: &str = "{\"items\":[";
pub const EXPORT_END: &str = "],\"count\":";

filtering! {
/// Which keys are exported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
KeyExporting {
    /// `week`: of each key how often it was allowed and refused on each of the last seven days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<KeyExtra>,
}
}

/// Keys as they were at one moment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyExport {
    /// The newest first; of revoked ones, those that were revoked last.
    pub items: Vec<Key>,
    /// How many there are.
    pub count: u64,
}
