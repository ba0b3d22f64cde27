//! Several servers over one PostgreSQL: what one is told the others know, and one that is cut off from
//! the database lets nobody through and comes back by itself.

/// So named that they can be left out where there is no PostgreSQL.
#[path = "."]
mod on_postgres {
    mod away;
    mod balancer;
    mod revoked;
    mod rotation;
    mod together;
    mod webhooks;
    pub mod wire;
}
