//! What PostgreSQL's catalogs say of keydeck's schema: all that can act on its tables. Who owns what and may read it
//! is the operator's concern, and so are other schemas and what belongs to an extension.

use deadpool_postgres::Transaction;

use crate::server::store::StoreResult;
use crate::server::store::schema::Schema;

/// Kind, name and definition of each object of the current schema. The schema's own name is taken out of them.
const OBJECTS: &str = "
WITH ours AS (
    SELECT oid, quote_ident(nspname) || '.' AS prefix FROM pg_namespace WHERE nspname = current_schema()
), relations AS (
    SELECT c.* FROM pg_class AS c JOIN ours ON ours.oid = c.relnamespace
     WHERE NOT EXISTS (SELECT FROM pg_depend AS d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), objects (kind, name, definition) AS (
    SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END, relname::text,
           concat_ws(' ', relkind::text, relpersistence::text, relrowsecurity, relforcerowsecurity,
                     CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END,
                     (SELECT string_agg(inhparent::regclass::text || ' over ' || inhrelid::regclass::text, ' ')
                        FROM pg_inherits WHERE r.oid IN (inhparent, inhrelid)),
                     (SELECT 'references unchecked' FROM pg_trigger
                       WHERE tgrelid = r.oid AND tgisinternal AND tgenabled <> 'O' LIMIT 1))
      FROM relations AS r WHERE relkind NOT IN ('i', 'I', 'c', 't')
    UNION ALL
    SELECT 'column', relname || '.' || attname,
           concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity::text, attgenerated::text,
                     (SELECT collname FROM pg_collation AS c WHERE c.oid = attcollation),
                     (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum))
      FROM relations AS r JOIN pg_attribute ON attrelid = r.oid AND attnum > 0 AND NOT attisdropped
     WHERE relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT 'constraint', relname || '.' || conname, concat_ws(' ', pg_get_constraintdef(k.oid), convalidated)
      FROM relations AS r JOIN pg_constraint AS k ON conrelid = r.oid WHERE contype <> 'n'
    UNION ALL
    SELECT 'index', i.relname::text, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisready, indislive)
      FROM relations AS r JOIN pg_index ON indrelid = r.oid JOIN pg_class AS i ON i.oid = indexrelid
    UNION ALL
    SELECT 'trigger', tgname || ' on ' || relname, concat_ws(' ', tgenabled::text, pg_get_triggerdef(t.oid, true))
      FROM relations AS r JOIN pg_trigger AS t ON tgrelid = r.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'rule', rulename || ' on ' || relname, concat_ws(' ', ev_enabled::text, pg_get_ruledef(w.oid))
      FROM relations AS r JOIN pg_rewrite AS w ON ev_class = r.oid WHERE rulename <> '_RETURN'
    UNION ALL
    SELECT 'row security policy', polname || ' on ' || relname,
           concat_ws(' ', polcmd::text, polpermissive, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
      FROM relations AS r JOIN pg_policy ON polrelid = r.oid
    UNION ALL
    SELECT 'function', proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
           concat_ws(' ', prokind::text, lanname, format_type(prorettype, -1), prosecdef, provolatile::text, proisstrict,
                     proconfig::text, prosrc)
      FROM pg_proc AS p JOIN ours ON ours.oid = pronamespace JOIN pg_language AS l ON l.oid = prolang
     WHERE NOT EXISTS (SELECT FROM pg_depend AS d
                        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'operator', oprname::text, concat_ws(' ', format_type(oprleft, -1), format_type(oprright, -1), oprcode)
      FROM pg_operator AS o JOIN ours ON ours.oid = oprnamespace
     WHERE NOT EXISTS (SELECT FROM pg_depend AS d
                        WHERE d.classid = 'pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e')
)
SELECT kind, name, replace(definition, prefix, '') FROM objects, ours ORDER BY kind, name, definition";

pub async fn read(tx: &Transaction<'_>) -> StoreResult<Schema> {
    let mut schema = Schema::default();
    for row in tx.query(OBJECTS, &[]).await? {
        schema.add(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    }
    Ok(schema)
}
