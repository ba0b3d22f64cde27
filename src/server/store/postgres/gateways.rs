//! Gateways.

use serde_json::Map;
use tokio_postgres::Row;
use uuid::Uuid;

use super::ask::{self, Db};
use super::change::Change;
use super::rows::time;
use crate::api::{ActivityAction, Gateway, PersonRef};
use crate::model::are_alike;
use crate::server::store::changes::Subject;
use crate::server::store::statement::Entity;
use crate::server::store::{NewGatewayRecord, StoreResult, Taken};

/// All of them, by name: an organisation has a handful.
pub async fn all(db: &impl Db) -> StoreResult<Vec<Gateway>> {
    let sql = "SELECT g.id, g.name, u.id, u.email, g.added_at FROM gateways AS g JOIN users AS u ON u.seq = g.added_by
                WHERE g.removed_at IS NULL ORDER BY g.name";
    let gateway = |row: &Row| {
        Ok(Gateway {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            added_by: PersonRef {
                id: row.try_get(2)?,
                email: row.try_get(3)?,
            },
            added_at: time(row, 4)?,
        })
    };
    ask::all(db, sql, &[]).await?.iter().map(gateway).collect()
}

pub async fn add(change: &mut Change<'_>, new: &NewGatewayRecord) -> StoreResult<Result<Gateway, Taken>> {
    let by = change.actor()?;
    // There is a handful: each is compared.
    let gateways = all(&change.tx).await?;
    if gateways.iter().any(|gateway| are_alike(&gateway.name, &new.name)) {
        return Ok(Err(Taken));
    }
    ask::run_one(
        &change.tx,
        "INSERT INTO gateways (id, name, added_by, added_at, token_hash) VALUES ($1, $2, $3, $4, $5)",
        &[
            &new.id,
            &new.name,
            &by.seq,
            &new.added_at.as_microsecond(),
            &new.token.0.as_slice(),
        ],
    )
    .await?;
    change.record(
        None,
        Subject::of(ActivityAction::GatewayAdded, &new.name, Map::new()).about(Entity::Gateway(new.id)),
    );
    Ok(Ok(Gateway {
        id: new.id,
        name: new.name.clone(),
        added_by: by.person,
        added_at: new.added_at,
    }))
}

/// The row stays for those who ask later what there was; its token stops counting.
pub async fn remove(change: &mut Change<'_>, id: Uuid) -> StoreResult<bool> {
    let sql = "UPDATE gateways SET token_hash = NULL, removed_at = $1 WHERE id = $2 AND removed_at IS NULL
               RETURNING name";
    let now = change.now.as_microsecond();
    let Some(row) = ask::maybe(&change.tx, sql, &[&now, &id]).await? else {
        return Ok(false);
    };
    let subject = Subject::of(ActivityAction::GatewayRemoved, row.try_get(0)?, Map::new());
    change.record(None, subject.about(Entity::Gateway(id)));
    Ok(true)
}
