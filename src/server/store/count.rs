//! How many keys there are: read from the counts that triggers keep, or, under a filter that they are not kept by,
//! counted up to a cap.

use strum::IntoEnumIterator;

use super::db::{Db, one, values};
use super::dialect::Dialect;
use super::filter::Filter;
use super::marks;
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

/// How many match a filter that the counts are kept by. Triggers don't know when a key expires: they count those that are
/// marked, and the marks that say something else than the clock are counted one by one.
pub async fn kept<D: Db>(db: &D, filter: &Filter) -> StoreResult<KeyCounts> {
    let mut sql = Sql::default();
    match filter.usage.state {
        Some(StateFilter::Revoked) => push_ended(filter, true, "", &mut sql),
        Some(StateFilter::Expired) => push_expired(filter, D::DIALECT, ["", "-"], &mut sql),
        _ => {
            sql.push("SELECT scope, n FROM key_counts WHERE ", []);
            push_kept_by(filter, &mut sql);
            sql.push(" UNION ALL ", []);
            push_expired(filter, D::DIALECT, ["-", ""], &mut sql);
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

/// Those that have expired, by scope: the marked ones, with those that are to be marked and without those that are not. The
/// signs are of what is added and of what is taken away.
fn push_expired(filter: &Filter, dialect: Dialect, [added, taken]: [&str; 2], sql: &mut Sql<'_>) {
    push_ended(filter, false, added, sql);
    for (expired, sign) in [(true, added), (false, taken)] {
        let columns = format!("k.scope, {sign}count(*)");
        let strays = marks::select_strays(dialect, expired, &columns);
        sql.push(&format!(" UNION ALL {}", strays.text), []);
        filter.push_counted_to(sql);
        sql.push(" GROUP BY k.scope", []);
    }
}

/// Those that were revoked, or those of the others that are marked.
fn push_ended(filter: &Filter, revoked: bool, sign: &str, sql: &mut Sql<'_>) {
    sql.push(&format!("SELECT scope, {sign}n FROM ended_counts WHERE "), []);
    push_kept_by(filter, sql);
    sql.push(
        if revoked {
            " AND revoked = TRUE"
        } else {
            " AND revoked = FALSE"
        },
        [],
    );
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
    let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1");
    push_rows(search, search.source(), D::DIALECT, "1", &mut sql);
    sql.push(") AS k", []);
    one(db, &sql.text, &sql.values).await
}

async fn rows<D: Db>(db: &D, search: &Search, source: Source<'_>) -> StoreResult<KeyCounts> {
    let each: Vec<_> = Scope::iter()
        .map(|scope| format!("count(*) FILTER (WHERE scope = {})", scope as i64))
        .collect();
    let mut sql = Sql::new(format!("SELECT {} FROM (SELECT k.scope", each.join(", ")));
    push_rows(search, source, D::DIALECT, "k.scope", &mut sql);
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

/// The rest of a statement that reads `column` of the keys that match.
fn push_rows<'a>(search: &'a Search, source: Source<'a>, dialect: Dialect, column: &str, sql: &mut Sql<'a>) {
    search.push_to(source, dialect, sql);
    if let (Source::Walk(_), Some(expired)) = (source, search.by_mark()) {
        let strays = marks::select_strays(dialect, expired, column);
        sql.push(&format!(" UNION ALL {}", strays.text), []);
        search.filter.push_to(dialect, sql);
    }
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
    sql.push(marks::marked(false), []);
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
