//! Why the store could not do what was asked.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::private::foreign;

/// A failure of the database, in one plain sentence.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite says no.
    #[error("база данных: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file cannot be made or opened.
    #[error(
        "база данных {path} не открывается: {why}; проверьте, что папка есть и доступна для записи"
    )]
    Open {
        /// The database file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// A newer program made it.
    #[error(
        "база данных {path} создана более новой версией программы (схема {found}, эта версия знает {known}); \
         обновите программу"
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest schema known here.
        known: u32,
    },
    /// An older program made it, and this one has not been started yet.
    #[error(
        "база данных {path} ещё не готова (схема {found}, этой версии нужна {known}); её подготовит запуск \
         программы: dezhurny run"
    )]
    Older {
        /// The database file.
        path: PathBuf,
        /// Its schema; 0 while it is being made.
        found: u32,
        /// The schema needed here.
        known: u32,
    },
    /// What is stored cannot be understood.
    #[error("база данных повреждена: {0}; восстановите её из резервной копии")]
    Corrupt(String),
    /// The job broke off; its changes were taken back.
    #[error("внутренняя ошибка при записи: {0}; изменения отменены")]
    Broken(String),
    /// Nothing of the whole transaction was stored: it says nothing about the one job in it.
    #[error("база данных не записывает: {0}; проверьте место на диске и права")]
    NotDurable(String),
    /// The writer has ended.
    #[error("база данных закрыта")]
    Closed,
}

impl StoreError {
    /// A file of the data folder cannot be made or opened.
    pub fn of_file(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::ReadOnlyFilesystem | ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                Self::NotDurable(format!("{}: {error}", path.display()))
            }
            ErrorKind::PermissionDenied => Self::not_opened(path, error),
            _ => Self::Open {
                path: path.to_owned(),
                why: error.to_string(),
            },
        }
    }

    /// The file cannot be opened, and why as far as one can see.
    pub(super) fn not_opened(path: &Path, error: &dyn std::error::Error) -> Self {
        Self::Open {
            path: path.to_owned(),
            why: foreign(path).unwrap_or_else(|| error.to_string()),
        }
    }

    /// Is the database file damaged, or no database at all?
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => matches!(
                error.code,
                rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase
            ),
            Self::Corrupt(_) => true,
            _ => false,
        }
    }

    /// Is the disk full, or read-only? A person must mend it, and is told at once.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => matches!(
                error.code,
                rusqlite::ErrorCode::DiskFull
                    | rusqlite::ErrorCode::ReadOnly
                    | rusqlite::ErrorCode::SystemIoFailure
            ),
            Self::NotDurable(_) => true,
            _ => false,
        }
    }

    /// Can nothing be stored now, for this or another reason? No letter is to blame, and none is set aside for it.
    pub fn is_storage(&self) -> bool {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => {
                self.is_full()
                    || matches!(
                        error.code,
                        rusqlite::ErrorCode::DatabaseBusy
                            | rusqlite::ErrorCode::DatabaseLocked
                            | rusqlite::ErrorCode::CannotOpen
                    )
            }
            Self::Open { .. }
            | Self::Newer { .. }
            | Self::Older { .. }
            | Self::NotDurable(_)
            | Self::Closed => true,
            _ => false,
        }
    }
}
