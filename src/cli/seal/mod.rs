//! `keydeck seal …`: rotates the keys that seal the secrets in a database.

pub mod args;
mod files;
mod reseal;
mod rotate;

use self::args::{SealArgs, SealCommand};
use super::Failure;

pub fn run(args: &SealArgs) -> Result<(), Failure> {
    match &args.command {
        SealCommand::Rotate(args) => rotate::run(args),
    }
}
