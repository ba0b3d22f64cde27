//! `keydeck backup`: a database as it is at one moment, in one file, also while it is served.

use super::args::BackupArgs;
use super::database::{Database, RootKeySource};
use super::whole_file::WholeFile;
use super::{Failure, local, output};
use crate::config;
use crate::server::store::sqlite::{self, Contents};

pub fn run(args: &BackupArgs) -> Result<(), Failure> {
    let database = match &args.database {
        Some(url) => Database::at(url, args.root_key_file.as_deref())?,
        None => local::database(&config::data_directory()?)?,
    };
    database.file()?;
    let copy = WholeFile::new(&args.file)?;
    sqlite::back_up(database.file()?, copy.path()).map_err(Failure::failed)?;
    // What can't be restored is no backup.
    let contents = sqlite::examine(copy.path()).map_err(Failure::failed)?;
    copy.keep()?;
    told(args, &database, contents);
    Ok(())
}

fn told(args: &BackupArgs, database: &Database, contents: Contents) {
    output::talk(format!(
        "backed up {} to {}: {contents}",
        database.location.name(),
        args.file.display()
    ));
    let root_key = match &database.root_key {
        RootKeySource::File(path) if path.exists() => path.display().to_string(),
        RootKeySource::File(_) => "the one that the server is started with".into(),
        RootKeySource::Environment(_) => "the one in KEYDECK_ROOT_KEY".into(),
    };
    output::talk(format!(
        "no secret in it can be read without the root key, so keep a copy of that too, and apart from it: {root_key}"
    ));
}
