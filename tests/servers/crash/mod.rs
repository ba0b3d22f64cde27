//! Nothing that was acknowledged is lost: the real server is killed, its disk fails, its room runs out,
//! its database is killed; behind each restart all that was answered with a yes is there.
//!
//! `CRASH_CYCLES` is how many times each kind of server is killed; 200 when nothing is said.

mod disk;
mod full;
mod init;
mod kill;
mod limits;
mod path;
mod replaced;
mod strace;
mod sync;
mod verify;
mod ways;
mod webhooks;
mod work;
