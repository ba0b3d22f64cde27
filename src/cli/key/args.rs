//! `keydeck key …`: the flags. None of them takes a secret.

use clap::{ArgGroup, Args, Subcommand};
use strum::{EnumIter, IntoStaticStr};

use super::field_flags::{CHANGE, FieldFlags};
use super::many::args::{INSTEAD_OF_KEY, ManyArgs};
use crate::api::{Order, Sort};
use crate::cli::values;
use crate::model::{FilterWords, Scope, StateFilter, rotation};

#[derive(Debug, Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    pub command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// List keys: active and disabled ones, or with --state those that have expired or were revoked
    List(KeyListArgs),
    /// Show a key without its secret; of a revoked one, what is left of it
    Show(OneKey),
    /// Show how a key is used: requests allowed and refused, by which rule, and from where
    Usage(KeyUsageArgs),
    /// Create a key and print its secret
    Create(CreateArgs),
    /// Edit a key; its secret stays the same
    ///
    /// Of many keys at once, the end is set with --expires, or labels are added and removed.
    Edit(KeyEditArgs),
    /// Disable a key: it is refused immediately, until it is enabled
    ///
    /// Refused requests are still counted, and key show reports them. Sessions that have begun go on for up to 30 minutes,
    /// unless their session server asks keydeck.
    Disable(DisableArgs),
    /// Enable a key that was disabled
    Enable(EnableArgs),
    /// Rotate a key: it gets a new token, and the old one is valid for a while
    ///
    /// Everything else of the key stays. The new secret is printed; key show counts the uses of the old one. A rotation
    /// that is repeated before the new token was used gives another new token, as the first one may have been lost.
    Rotate(KeyRotateArgs),
    /// Revoke a key, immediately and permanently
    Revoke(RevokeArgs),
    /// Print the secret of a Web or Mobile key; the activity log records it
    Reveal(OneKey),
    /// Show which key a secret or token belongs to
    ///
    /// The secret is read from the terminal without echo, or from standard input, and never leaves this
    /// machine: a typing error is detected by the checksum, and only the hash is sent to the server.
    Lookup(LookupArgs),
    /// Show whether a request with this key would be allowed, and which rule decides
    Explain(ExplainArgs),
}

#[derive(Debug, Clone, Copy, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Direction {
    Asc,
    Desc,
}

impl From<Direction> for Order {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Asc => Order::Asc,
            Direction::Desc => Order::Desc,
        }
    }
}

#[derive(Debug, Args)]
pub struct KeyListArgs {
    #[command(flatten)]
    pub sort: SortArgs,
    #[command(flatten)]
    pub which: WhichKeysArgs,
    /// The maximum number of keys
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = values::limit)]
    pub limit: u64,
    /// List every key
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
    /// Continue after this cursor: the "next" of an earlier list
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// In which order keys come.
#[derive(Debug, Default, Args)]
pub struct SortArgs {
    /// The field to sort by [default: created_at; of expired and revoked keys, what ended last comes first]
    #[arg(long, value_parser = values::word::<Sort>())]
    pub sort: Option<Sort>,
    /// The sort order [default: newest first for past times, A to Z or what ends first otherwise]
    #[arg(long, value_parser = values::word::<Direction>())]
    pub order: Option<Direction>,
    /// Reverse the default order
    #[arg(long, conflicts_with = "order")]
    pub reverse: bool,
}

/// Which keys are meant.
#[derive(Debug, Args)]
pub struct WhichKeysArgs {
    /// Only keys of this scope
    #[arg(long, value_parser = values::word::<Scope>())]
    pub scope: Option<Scope>,
    /// Only keys of this project, by id or exact name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only keys that this person created: an id, an email address, or me
    #[arg(long = "created-by", alias = "creator", value_name = "USER")]
    pub creator: Option<String>,
    /// Only keys in this state [default: all but expired and revoked ones]
    #[arg(long, value_parser = values::word::<StateFilter>())]
    pub state: Option<StateFilter>,
    #[arg(long, value_name = "TEXT", value_parser = FilterWords::parse, help = FilterWords::help())]
    pub filter: Option<FilterWords>,
}

#[derive(Debug, Args)]
pub struct OneKey {
    /// The key's id, or its name when no other key has the same
    #[arg(value_name = "ID|NAME")]
    pub key: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct KeyUsageArgs {
    /// The key's id, or its name when no other key has the same
    #[arg(value_name = "ID|NAME")]
    pub key: String,
    /// Count so many days alone
    #[arg(long, value_name = "DAYS", value_parser = values::word::<UsageDays>())]
    pub days: Option<UsageDays>,
    /// Print JSON: the 7 days by hour, and the 30 by day
    #[arg(long)]
    pub json: bool,
}

/// What `key usage` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
pub enum UsageDays {
    #[strum(serialize = "7")]
    Seven,
    #[strum(serialize = "30")]
    Thirty,
}

#[derive(Debug, Args)]
pub struct LookupArgs {
    /// Print JSON, also for a revoked or unknown key
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The key's id, or its name when no other key has the same
    #[arg(value_name = "ID|NAME")]
    pub key: String,
    /// The page that sends the request, such as https://shop.acme.example; null for one that hides its origin
    #[arg(long, value_name = "URL")]
    pub origin: Option<String>,
    /// The IP address that the request comes from
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<String>,
    /// The session of another page to resume
    #[arg(long, value_name = "ID")]
    pub session_id: Option<String>,
    /// The bundle identifier of the app that sends the request
    #[arg(long, value_name = "IDENTIFIER")]
    pub bundle: Option<String>,
    /// Print JSON, also for a refusal
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The scope of the key
    #[arg(long, value_parser = values::word::<Scope>())]
    pub scope: Scope,
    /// The key's name, unique among the keys of its project that you can see
    #[arg(long)]
    pub name: String,
    /// The deployed project of a Web or Mobile key, by id or exact name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// A UI domain (an origin) of a Web key, or a bundle identifier of a Mobile key; repeatable
    #[arg(long = "domain", visible_alias = "bundle", value_name = "DOMAIN")]
    pub domains: Vec<String>,
    /// Allow local development from this public address or network until --local-ends; Web only
    #[arg(long, value_name = "ADDRESS")]
    pub local_address: Option<String>,
    #[command(flatten)]
    pub more: FieldFlags<false>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(
    override_usage = "keydeck key edit <ID|NAME> [OPTIONS]\n       keydeck key edit --filter <TEXT> [OPTIONS]\n       keydeck key edit --plan <PLAN>"
)]
#[command(group = ArgGroup::new(CHANGE).required(true).multiple(true).args([
    "name", "domains", "add_domains", "remove_domains", "local_address", "no_local_development",
    "plan",
]))]
pub struct KeyEditArgs {
    /// The key's id, or its name when no other key has the same
    #[arg(value_name = "ID|NAME", required_unless_present_any = INSTEAD_OF_KEY, conflicts_with_all = INSTEAD_OF_KEY)]
    pub key: Option<String>,
    /// A new name
    #[arg(long)]
    pub name: Option<String>,
    /// Replace all UI domains (bundle identifiers for Mobile); repeatable
    #[arg(long = "domain", visible_alias = "bundle", value_name = "DOMAIN", conflicts_with_all = ["add_domains", "remove_domains"])]
    pub domains: Vec<String>,
    /// Add a UI domain or bundle identifier; repeatable
    #[arg(long = "add-domain", visible_alias = "add-bundle", value_name = "DOMAIN")]
    pub add_domains: Vec<String>,
    /// Remove a UI domain or bundle identifier; repeatable
    #[arg(
        long = "remove-domain",
        visible_alias = "remove-bundle",
        value_name = "DOMAIN"
    )]
    pub remove_domains: Vec<String>,
    /// Allow local development from this public address or network until --local-ends; Web only
    #[arg(long, value_name = "ADDRESS", conflicts_with = "no_local_development")]
    pub local_address: Option<String>,
    /// Turn local development off
    #[arg(long, conflicts_with = "local_development_ends_at")]
    pub no_local_development: bool,
    #[command(flatten)]
    pub more: FieldFlags<true>,
    /// Don't ask before an edit that refuses addresses or origins from which the key was used recently; of many keys it
    /// needs --expect
    #[arg(long)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub many: ManyArgs,
}

#[derive(Debug, Args)]
pub struct DisableArgs {
    /// The key's id, or its name when no other key has the same
    #[arg(value_name = "ID|NAME", required_unless_present_any = INSTEAD_OF_KEY, conflicts_with_all = INSTEAD_OF_KEY)]
    pub key: Option<String>,
    /// Why, in at most 500 characters, for whoever sees the key
    #[arg(long, value_name = "TEXT", conflicts_with = "plan")]
    pub reason: Option<String>,
    /// Don't ask before many keys are disabled; needs --expect
    #[arg(long)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub many: ManyArgs,
}

#[derive(Debug, Args)]
pub struct EnableArgs {
    /// The key's id, or its name when no other key has the same
    #[arg(value_name = "ID|NAME", required_unless_present_any = INSTEAD_OF_KEY, conflicts_with_all = INSTEAD_OF_KEY)]
    pub key: Option<String>,
    /// Don't ask before many keys are enabled; needs --expect
    #[arg(long)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub many: ManyArgs,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("rotation").required(true).args(["overlap", "extend", "end", "cancel"]))]
pub struct KeyRotateArgs {
    /// The key's id, or its name when no other key has the same
    #[arg(value_name = "ID|NAME")]
    pub key: String,
    /// How long the old token is valid beside the new one, such as 24h; at most 30d, and no longer than the key. At 0 it is
    /// refused at once
    #[arg(long, value_name = "TIME", value_parser = rotation::overlap)]
    pub overlap: Option<u32>,
    /// Let the old token be valid for so much longer; 30d in all at most
    #[arg(long, value_name = "TIME", value_parser = rotation::overlap)]
    pub extend: Option<u32>,
    /// Refuse the old token from now on
    #[arg(long)]
    pub end: bool,
    /// Keep the old token and drop the new one, if that was never used
    #[arg(long)]
    pub cancel: bool,
    /// Don't ask before --extend, --end or --cancel
    #[arg(long)]
    pub yes: bool,
    /// Print JSON: the key, and after --overlap its new secret
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// The key's id, or its name when no other key has the same
    #[arg(value_name = "ID|NAME", required_unless_present_any = INSTEAD_OF_KEY, conflicts_with_all = INSTEAD_OF_KEY)]
    pub key: Option<String>,
    /// Why, in at most 500 characters, for whoever sees the key
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Don't ask for confirmation; of many keys it needs --expect
    #[arg(long)]
    pub yes: bool,
    /// Print JSON: the key as it is now, revoked, or what was done to many
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub many: ManyArgs,
}
