//! The data folder is for the program alone: folder 0700, files 0600, and wider ones are refused.
//!
//! Letters of parents and children lie in it, and the key of the tokens.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::StoreError;

/// Makes the folder where it is missing, and refuses one that others may look into.
///
/// # Errors
/// When it cannot be made, or is open to others.
pub fn private_folder(folder: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| StoreError::of_file(folder, &error))?;
    refuse_wider(folder, 0o700, foreign(folder).as_deref())
}

/// How the names of what the program keeps there begin; `lost+found` comes with a disk of its own.
const OURS: [&str; 6] = [
    "dezhurny",
    "oauth2-",
    ".oauth2-",
    "being-read",
    "last-backup",
    "lost+found",
];

/// Something in the folder that is not the program's: the folder serves others too, and to close it to them
/// would do harm (`/tmp`, `/var/lib`).
fn foreign(folder: &Path) -> Option<String> {
    let names = std::fs::read_dir(folder).ok()?.flatten();
    names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !OURS.iter().any(|ours| name.starts_with(ours)))
        .min()
}

/// Makes the file where it is missing, readable by its owner alone, and refuses one that others may read.
/// SQLite gives its `-wal` and `-shm` beside it the same permissions.
///
/// # Errors
/// When it cannot be made, or is open to others.
pub fn private_file(path: &Path) -> Result<(), StoreError> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => refuse_wider(path, 0o600, None),
        Err(error) => Err(StoreError::of_file(path, &error)),
    }
}

fn refuse_wider(path: &Path, most: u32, foreign: Option<&str>) -> Result<(), StoreError> {
    let found = std::fs::metadata(path)
        .map_err(|error| StoreError::of_file(path, &error))?
        .permissions();
    let others = mode(&found) & 0o077;
    if others == 0 {
        return Ok(());
    }
    let remedy = match foreign {
        Some(name) => format!(
            "здесь лежит и чужое ({name}), а data_dir должна быть отдельной папкой: впишите data_dir = \"/var/lib/dezhurny\""
        ),
        None => format!("выполните: chmod {most:o} {}", path.display()),
    };
    Err(StoreError::Open {
        path: path.to_owned(),
        why: format!(
            "права {:o}, и сюда могут заглянуть другие, а здесь письма людей; {remedy}",
            mode(&found),
        ),
    })
}

fn mode(permissions: &Permissions) -> u32 {
    permissions.mode() & 0o777
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn set(path: &Path, mode: u32) {
        std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn of(path: &Path) -> u32 {
        mode(&std::fs::metadata(path).unwrap().permissions())
    }

    #[test]
    fn the_data_folder_and_its_files_are_for_their_owner_alone() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("below/data");
        let database = folder.join("dezhurny.sqlite");
        let store = Store::open(&database).unwrap();
        assert_eq!(of(&folder), 0o700);
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(of(&path), 0o600, "{}", path.display());
        }
        store.close();
    }

    #[test]
    fn what_others_may_read_is_refused_with_the_remedy() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("data");
        let database = folder.join("dezhurny.sqlite");
        Store::open(&database).unwrap().close();
        for (path, wide, narrow) in [(&folder, 0o755, 0o700), (&database, 0o640, 0o600)] {
            set(path, wide);
            let said = match Store::open(&database) {
                Ok(_) => panic!("{} was taken with {wide:o}", path.display()),
                Err(error) => error.to_string(),
            };
            assert!(
                said.contains(&format!("chmod {narrow:o} {}", path.display())),
                "{said}"
            );
            set(path, narrow);
        }
        Store::open(&database).unwrap().close();
    }

    #[test]
    fn a_folder_that_serves_others_too_is_not_closed_to_them() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("shared");
        std::fs::create_dir(&folder).unwrap();
        set(&folder, 0o755);
        let said = || private_folder(&folder).unwrap_err().to_string();
        assert!(said().contains("chmod 700"), "{}", said());
        std::fs::write(folder.join("other.socket"), "").unwrap();
        assert!(!said().contains("chmod"), "{}", said());
        assert!(
            said().contains("data_dir должна быть отдельной папкой"),
            "{}",
            said()
        );
    }
}
