//! The data folder is for the program alone: folder 0700, files 0600, and wider ones are refused.
//!
//! Letters of parents and children lie in it, and the key of the tokens. Its files belong to whom the folder belongs to,
//! though root made them: the service runs as another user, and must open them.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

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
    refuse_wider(folder, 0o700, stranger_in(folder).as_deref())
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
fn stranger_in(folder: &Path) -> Option<String> {
    let names = std::fs::read_dir(folder).ok()?.flatten();
    names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !OURS.iter().any(|ours| name.starts_with(ours)))
        .min()
}

/// Makes the file where it is missing, readable by the owner of the folder alone, and refuses one that others may
/// read. SQLite gives its `-wal` and `-shm` beside it the same permissions and the same owner.
///
/// # Errors
/// When it cannot be made, or is open to others.
pub fn private_file(path: &Path) -> Result<(), StoreError> {
    match made(path) {
        Ok(()) => {
            hand_over(path);
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => refuse_wider(path, 0o600, None),
        Err(error) => Err(StoreError::of_file(path, &error)),
    }
}

/// A new file, readable by whoever makes it alone.
pub(super) fn made(path: &Path) -> std::io::Result<()> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map(|_| ())
}

/// Gives a file of the data folder to the folder's owner. Where it may not be given away it stays as it is.
pub fn hand_over(path: &Path) {
    let give = || {
        let (file, folder) = (
            std::fs::metadata(path)?,
            std::fs::metadata(folder_of(path))?,
        );
        if file.uid() == folder.uid() {
            return Ok(());
        }
        chown(path, Some(folder.uid()), Some(folder.gid()))
    };
    if let Err(error) = give() {
        let error: std::io::Error = error;
        tracing::warn!(%error, path = %path.display(), "the file could not be given to the owner of its folder");
    }
}

/// Of a file that cannot be opened: does it, or what SQLite keeps beside it, belong to another than its folder does?
pub(super) fn foreign(path: &Path) -> Option<String> {
    let owner = |path: &Path| std::fs::metadata(path).ok().map(|found| found.uid());
    let folder = folder_of(path);
    let its = owner(folder)?;
    ["", "-wal", "-shm"]
        .iter()
        .filter_map(|end| owner(&beside(path, end)))
        .any(|found| found != its)
        .then(|| {
            format!(
                "файл принадлежит не тому пользователю, что папка; выполните: chown --reference={} {}*",
                folder.display(),
                path.display()
            )
        })
}

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    let folder = path.parent();
    folder
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// The file whose name ends so besides.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn refuse_wider(path: &Path, most: u32, stranger: Option<&str>) -> Result<(), StoreError> {
    let found = std::fs::metadata(path)
        .map_err(|error| StoreError::of_file(path, &error))?
        .permissions();
    let others = mode(&found) & 0o077;
    if others == 0 {
        return Ok(());
    }
    let remedy = match stranger {
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
    fn what_root_makes_belongs_to_the_owner_of_the_folder() {
        let outer = tempfile::tempdir().unwrap();
        let owner = |path: &Path| std::fs::metadata(path).unwrap().uid();
        if owner(outer.path()) != 0 {
            eprintln!("only root can give files away: nothing was tested");
            return;
        }
        let folder = outer.path().join("data");
        private_folder(&folder).unwrap();
        chown(&folder, Some(4321), Some(4321)).unwrap();
        let (database, copied) = (folder.join("dezhurny.sqlite"), outer.path().join("copy"));
        let store = Store::open(&database).unwrap();
        private_file(&folder.join("dezhurny.lock")).unwrap();
        crate::store::copy(&database, &copied, |_| {}).unwrap();
        for name in ["dezhurny.sqlite", "dezhurny.sqlite-wal", "dezhurny.lock"] {
            assert_eq!(owner(&folder.join(name)), 4321, "{name}");
        }
        store.close();
        crate::store::put_back(&copied, &database, |_| {}).unwrap();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(owner(&path), 4321, "{}", path.display());
        }
        assert_eq!(owner(&copied), 0, "a copy stays with whoever made it");

        // A database that root left behind: the remedy is named.
        assert_eq!(foreign(&database), None);
        chown(&database, Some(0), Some(0)).unwrap();
        let denied = std::io::Error::from(ErrorKind::PermissionDenied);
        let said = StoreError::of_file(&database, &denied).to_string();
        let remedy = format!("chown --reference={} ", folder.display());
        assert!(said.contains(&remedy), "{said}");
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
