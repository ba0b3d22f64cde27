//! How many keys there are: read from the counts that triggers keep, or, under a filter that they are not kept by,
//! counted up to a cap.

use strum::IntoEnumIterator;

use super::db::{Db, one, values};
use super::dialect::Dialect;
use super::filter::Filter;
use super::search::{Candidates, Search, Source};
use super::sql::Sql;
use super::{StoreResult, Visible};
use crate::api::{AtLeast, COUNT_CAP, KeyAttention, KeyCounts, KeyFilter};
use crate::model::{Scope, StateFilter};

/// How many a creator has in a project that were not revoked; 0 is any.
pub async fn active(db: &impl Db, creator: i64, project: i64) -> StoreResult<u64> {
    let sql = "SELECT CAST(coalesce(sum(n), 0) AS bigint) FROM key_counts WHERE creator = ? AND project = ?";
    one(db, sql, values![creator, project]).await
}

/// How many microseconds a span of `ended_counts` has, as a power of two.
const SPAN: u32 = 38;

/// How many match a filter that the counts are kept by. Triggers don't know when a key expires, but keep how many do in each
/// span of time: those of the spans that are over have expired, and of the present span one index has all of what is asked.
pub async fn kept<D: Db>(db: &D, filter: &Filter) -> StoreResult<KeyCounts> {
    // Read once: between two looks at the clock a span may end.
    let mut sql = Sql::new(format!(
        "WITH late AS MATERIALIZED (SELECT {} AS at) ",
        D::DIALECT.now()
    ));
    match filter.usage.state {
        Some(StateFilter::Revoked) => {
            sql.push("SELECT scope, n FROM ended_counts WHERE ", []);
            push_kept_by(filter, &mut sql);
            sql.push(" AND span = -1", []);
        }
        Some(StateFilter::Expired) => push_expired(filter, D::DIALECT, "", &mut sql),
        _ => {
            sql.push("SELECT scope, n FROM key_counts WHERE ", []);
            push_kept_by(filter, &mut sql);
            sql.push(" UNION ALL ", []);
            push_expired(filter, D::DIALECT, "-", &mut sql);
        }
    }
    let mut sums = [0; 3];
    for (scope, n) in sql.all::<(Scope, i64)>(db).await? {
        sums[scope as usize] += n;
    }
    let of = |scope: Scope| u64::try_from(sums[scope as usize]).unwrap_or_default();
    Ok(KeyCounts {
        web: of(Scope::Web),
        mobile: of(Scope::Mobile),
        analytics: of(Scope::Analytics),
        ..KeyCounts::default()
    })
}

/// Those that have expired, by scope: of the spans that are over, and of the present one.
fn push_expired(filter: &Filter, dialect: Dialect, sign: &str, sql: &mut Sql<'_>) {
    let began = format!("(SELECT at >> {SPAN} FROM late)");
    let over = format!("SELECT scope, {sign}CAST(sum(n) AS bigint) FROM ended_counts WHERE ");
    sql.push(&over, []);
    push_kept_by(filter, sql);
    let along = dialect.keys_along("keys_by_expires_at", false);
    let present = format!(
        " AND span >= 0 AND span < {began} GROUP BY scope
          UNION ALL SELECT k.scope, {sign}count(*){along}
            AND k.expires_at >= ({began} << {SPAN}) AND k.expires_at <= (SELECT at FROM late)"
    );
    sql.push(&present, []);
    filter.push_counted_to(sql);
    sql.push(" GROUP BY k.scope", []);
}

/// What the counts of a filter are found by.
fn push_kept_by(filter: &Filter, sql: &mut Sql<'_>) {
    match filter.creator {
        None => sql.push("creator = 0", []),
        Some(row) => row.push_to(sql, "creator"),
    }
    match filter.project {
        None => sql.push(" AND project = 0", []),
        Some(row) => row.push_to(sql, " AND project"),
    }
    match filter.scope {
        // Said, so that each of them is gone to.
        None => sql.push(" AND scope IN (0, 1, 2)", []),
        Some(scope) => sql.push(" AND scope = ?", [scope.into()]),
    }
}

/// Looks at the keys, as far as they are counted.
pub async fn counted(db: &impl Db, search: &Search) -> StoreResult<KeyCounts> {
    if let Some(Candidates {
        seqs,
        complete: false,
    }) = &search.candidates
    {
        // Some that match are missing, which is no matter when there are enough without them.
        let counts = rows(db, search, Source::Rows(seqs)).await?;
        if counts.capped {
            return Ok(counts);
        }
    }
    rows(db, search, search.source()).await
}

/// How many there are, however long it takes to look at all of them.
pub async fn all<D: Db>(db: &D, search: &Search) -> StoreResult<u64> {
    let mut sql = Sql::new("SELECT count(*)");
    search.push_to(search.source(), D::DIALECT, &mut sql);
    one(db, &sql.text, &sql.values).await
}

async fn rows<D: Db>(db: &D, search: &Search, source: Source<'_>) -> StoreResult<KeyCounts> {
    let each: Vec<_> = Scope::iter()
        .map(|scope| format!("count(*) FILTER (WHERE scope = {})", scope as i64))
        .collect();
    let mut sql = Sql::new(format!("SELECT {} FROM (SELECT k.scope", each.join(", ")));
    search.push_to(source, D::DIALECT, &mut sql);
    sql.at_least(D::DIALECT, COUNT_CAP as usize + 1);
    sql.push(") AS k", []);
    let (web, mobile, analytics) = one(db, &sql.text, &sql.values).await?;
    let mut counts = KeyCounts {
        web,
        mobile,
        analytics,
        ..KeyCounts::default()
    };
    if counts.total() > COUNT_CAP {
        counts.capped = true;
        // The one that told.
        let scopes = [&mut counts.web, &mut counts.mobile, &mut counts.analytics];
        if let Some(most) = scopes.into_iter().max() {
            *most -= 1;
        }
    }
    Ok(counts)
}

/// How many of the keys that may be seen need attention. Of each kind no more rows are looked at than are counted, along the
/// index that has those first that were refused last, or were not used for the longest.
pub async fn attention(db: &impl Db, visible: Visible) -> StoreResult<KeyAttention> {
    let refused = KeyFilter {
        refused_hours: Some(KeyAttention::REFUSED_HOURS),
        ..KeyFilter::default()
    };
    let idle = KeyFilter {
        idle_days: Some(KeyAttention::IDLE_DAYS),
        ..KeyFilter::default()
    };
    let (Some(refused), Some(idle)) = (
        Filter::resolve(db, &refused, visible).await?,
        Filter::resolve(db, &idle, visible).await?,
    ) else {
        return Ok(KeyAttention::default());
    };
    let since = refused.usage.refused_since.unwrap_or_default();
    let before = idle.usage.idle_since.unwrap_or_default();
    let along = match idle.creator {
        None => "keys_by_last_used_at",
        Some(_) => "keys_by_creator_last_used_at",
    };
    let used = looked_at(
        db,
        &idle,
        along,
        "last_used_at > 0 AND k.last_used_at < ?",
        before,
    )
    .await?;
    // In the order in which they were made.
    let unused = "created_at > ? AND k.last_used_at = 0";
    Ok(KeyAttention {
        refused: looked_at(
            db,
            &refused,
            "keys_by_last_refused_at",
            "last_refused_at >= ?",
            since,
        )
        .await?,
        idle: used.plus(looked_at(db, &idle, along, unused, 0).await?),
    })
}

/// How many match, among the first that lie in a range of an index.
async fn looked_at<D: Db>(
    db: &D,
    filter: &Filter,
    index: &str,
    range: &str,
    bound: i64,
) -> StoreResult<AtLeast> {
    let mut sql =
        Sql::new("SELECT count(*), CAST(coalesce(sum(k.matches), 0) AS bigint) FROM (SELECT CASE WHEN true");
    filter.push_to(D::DIALECT, &mut sql);
    sql.push(" THEN 1 ELSE 0 END AS matches", []);
    sql.push(&D::DIALECT.keys_along(index, false), []);
    sql.push(&format!(" AND k.{range}"), [bound.into()]);
    if let (Some(creator), true) = (filter.creator, index.contains("creator")) {
        creator.push_to(&mut sql, " AND k.creator");
    }
    sql.at_least(D::DIALECT, KeyAttention::CAP as usize + 1);
    sql.push(") AS k", []);
    let (looked_at, count): (u64, u64) = one(db, &sql.text, &sql.values).await?;
    Ok(AtLeast {
        count: count.min(KeyAttention::CAP),
        capped: looked_at > KeyAttention::CAP,
    })
}
