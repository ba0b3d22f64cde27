//! Gateways: each change with its row of the activity log.

use serde_json::Map;
use uuid::Uuid;

use super::changes::Subject;
use super::db::{Change, Db, columns, insert, values};
use super::row::{Columns, Read, Record, Row};
use super::statement::Entity;
use super::tables::GATEWAYS;
use super::{NewGatewayRecord, StoreResult, Taken};
use crate::api::{ActivityAction, Gateway, PersonRef};
use crate::model::are_alike;

impl Read for Gateway {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            id: columns.next()?,
            name: columns.next()?,
            added_at: columns.next()?,
            added_by: columns.next()?,
        })
    }
}

/// All of them, by name: an organisation has a handful.
pub async fn all(db: &impl Db) -> StoreResult<Vec<Gateway>> {
    let sql = format!(
        "SELECT g.id, g.name, g.added_at, {} FROM gateways AS g JOIN users AS u ON u.seq = g.added_by
          WHERE g.removed_at IS NULL ORDER BY g.name",
        PersonRef::columns("u")
    );
    db.all(&sql, &[]).await
}

pub async fn add(change: &mut impl Change, new: &NewGatewayRecord) -> StoreResult<Result<Gateway, Taken>> {
    // There is a handful: each is compared.
    let gateways = all(change.db()).await?;
    if gateways.iter().any(|gateway| are_alike(&gateway.name, &new.name)) {
        return Ok(Err(Taken));
    }
    let by = change.actor()?.clone();
    let row = columns! {
        id: new.id,
        name: &new.name,
        added_by: by.seq,
        added_at: new.added_at,
        token_hash: new.token,
    };
    insert(change.db(), &GATEWAYS, row).await?;
    record(change, ActivityAction::GatewayAdded, new.id, &new.name);
    Ok(Ok(Gateway {
        id: new.id,
        name: new.name.clone(),
        added_by: by.person,
        added_at: new.added_at,
    }))
}

/// The row stays for those who ask later what there was; its token becomes invalid.
pub async fn remove(change: &mut impl Change, id: Uuid) -> StoreResult<bool> {
    let sql = "UPDATE gateways SET token_hash = NULL, removed_at = ? WHERE id = ? AND removed_at IS NULL RETURNING name";
    let removed: Option<String> = change.db().maybe(sql, values![change.now(), id]).await?;
    if let Some(name) = &removed {
        record(change, ActivityAction::GatewayRemoved, id, name);
    }
    Ok(removed.is_some())
}

fn record(change: &mut impl Change, action: ActivityAction, id: Uuid, name: &str) {
    change.record(Subject::of(action, name, Map::new()).about(Entity::Gateway(id)));
}
