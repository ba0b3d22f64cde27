//! Why a store could not do what it was asked.

/// Why a store could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("there is no keydeck database at {0}")]
    NotInitialised(String),
    #[error("{0} already holds a keydeck database")]
    AlreadyInitialised(String),
    #[error("{0} is a database of another program")]
    Foreign(String),
    #[error("the database is of a newer keydeck (schema {found}; this one knows up to {known})")]
    Newer { found: u32, known: u32 },
    #[error("{0}")]
    EngineTooOld(String),
    #[error("the database can't be used: {0}")]
    Unavailable(String),
    /// The way to it, its settings or its rights: somebody has to change them, here or there.
    #[error("{0}")]
    Misconfigured(String),
    /// Nothing of the change was kept. Reads go on.
    #[error("the database has no room left: {0}")]
    Full(String),
    /// Nothing is written until the server is started again. Reads go on.
    #[error("the disk failed to keep what was written: {0}")]
    Stopped(String),
    /// Nothing is read or written until the server is started again.
    #[error("what is at the database's path is no longer what was acknowledged: {0}")]
    Elsewhere(String),
    /// Everything of the change was kept, or nothing.
    #[error("whether the change was kept is not known: {0}")]
    Unsure(String),
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// What its tables, triggers and views are is no longer what this program relies on.
    #[error(
        "the database's schema is not as keydeck makes it: {0}. Find out who changed it, and what else; a backup from \
         before can be restored"
    )]
    Schema(String),
    /// Once the log states who there is, no tables are taken over that it does not.
    #[error(
        "the database has the tables of an earlier keydeck (schema {0}), but its data key says that a newer one brought it \
         up to date before: somebody set it back, and may have made themselves an Owner. Restore a backup that was made \
         since, and find out who can write to the database"
    )]
    SetBack(u32),
    /// After the look at their token.
    #[error("the caller was removed, or has another token now")]
    ActorGone,
    #[error("the caller has another role now")]
    RoleChanged,
    /// Since the secret was sealed that was to be stored.
    #[error("the data key was replaced meanwhile")]
    DataKeyReplaced,
    /// They would have to be sorted, all of them, for each page.
    #[error("more keys match than can be sorted")]
    TooManyToSort,
    #[error("the database refused: {0}")]
    Fault(String),
}

pub type StoreResult<T> = Result<T, StoreError>;
