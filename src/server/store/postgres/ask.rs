//! One statement asked of a connection or a transaction, prepared at its first use.

use deadpool_postgres::{ClientWrapper, Transaction};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};

use crate::server::store::StoreResult;
use crate::server::store::db::Db;
use crate::server::store::dialect::Dialect;
use crate::server::store::for_rows::ForRows;
use crate::server::store::row::{Read, read};
use crate::server::store::value::Value;

/// A value, as it is bound to `$1`, `$2`, ….
pub type Param<'a> = &'a (dyn ToSql + Sync);

/// What can be asked: a connection, shared or not, or a transaction.
pub trait PostgresClient: Db + Sync {
    fn prepared(&self, sql: &str) -> impl Future<Output = Result<Statement, Error>> + Send;
    fn rows(
        &self,
        statement: &Statement,
        values: &[Param<'_>],
    ) -> impl Future<Output = Result<Vec<Row>, Error>> + Send;
    fn changed(
        &self,
        statement: &Statement,
        values: &[Param<'_>],
    ) -> impl Future<Output = Result<u64, Error>> + Send;
}

macro_rules! can_be_asked {
    ($client:ty) => {
        impl PostgresClient for $client {
            fn prepared(&self, sql: &str) -> impl Future<Output = Result<Statement, Error>> + Send {
                self.prepare_cached(sql)
            }

            fn rows(
                &self,
                statement: &Statement,
                values: &[Param<'_>],
            ) -> impl Future<Output = Result<Vec<Row>, Error>> + Send {
                self.query(statement, values)
            }

            fn changed(
                &self,
                statement: &Statement,
                values: &[Param<'_>],
            ) -> impl Future<Output = Result<u64, Error>> + Send {
                self.execute(statement, values)
            }
        }
    };
}

/// As operations see it that are written for both engines.
macro_rules! is_asked_by_operations {
    ($client:ty) => {
        impl Db for $client {
            const DIALECT: Dialect = Dialect::Postgres;

            async fn all<T: Read + Send>(&self, sql: &str, values: &[Value<'_>]) -> StoreResult<Vec<T>> {
                let rows = all(self, &Self::DIALECT.rendered(sql), &bound(values)).await?;
                rows.iter().map(read).collect()
            }

            async fn maybe<T: Read + Send>(&self, sql: &str, values: &[Value<'_>]) -> StoreResult<Option<T>> {
                let row = maybe(self, &Self::DIALECT.rendered(sql), &bound(values)).await?;
                row.as_ref().map(read).transpose()
            }

            async fn run(&self, sql: &str, values: &[Value<'_>]) -> StoreResult<u64> {
                run(self, &Self::DIALECT.rendered(sql), &bound(values)).await
            }

            async fn run_rows(
                &self,
                statement: &ForRows,
                rows: &[Vec<Value<'_>>],
                same: &[Value<'_>],
            ) -> StoreResult<u64> {
                let columns = columns(rows);
                let values = columns.iter().map(|column| column as Param);
                let values: Vec<Param> = values.chain(bound(same)).collect();
                run(self, statement.rendered(Self::DIALECT), &values).await
            }
        }
    };
}

/// Rows, turned into a list of values for each column.
fn columns<'a, 'b>(rows: &'a [Vec<Value<'b>>]) -> Vec<Vec<&'a Value<'b>>> {
    let width = rows.first().map_or(0, Vec::len);
    let column = |n: usize| rows.iter().filter_map(move |row| row.get(n)).collect();
    (0..width).map(column).collect()
}

fn bound<'a>(values: &'a [Value<'_>]) -> Vec<Param<'a>> {
    values.iter().map(|value| value as _).collect()
}

is_asked_by_operations!(ClientWrapper);
is_asked_by_operations!(Transaction<'_>);
can_be_asked!(ClientWrapper);
can_be_asked!(Transaction<'_>);

async fn all(db: &impl PostgresClient, sql: &str, values: &[Param<'_>]) -> StoreResult<Vec<Row>> {
    let statement = db.prepared(sql).await?;
    Ok(db.rows(&statement, values).await?)
}

async fn maybe(db: &impl PostgresClient, sql: &str, values: &[Param<'_>]) -> StoreResult<Option<Row>> {
    Ok(all(db, sql, values).await?.into_iter().next())
}

/// How many rows were changed.
pub async fn run(db: &impl PostgresClient, sql: &str, values: &[Param<'_>]) -> StoreResult<u64> {
    let statement = db.prepared(sql).await?;
    Ok(db.changed(&statement, values).await?)
}
