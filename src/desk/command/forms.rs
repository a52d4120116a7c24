//! The right form of a command, for whoever gave it an argument that is not understood, or none.

use super::Verb;

impl Verb {
    /// In the language that the command was typed in; empty for one that takes no argument.
    pub(super) fn form(self, english: bool) -> &'static str {
        let (russian, in_english) = match self {
            Self::Assign => ("#передать ivanova", "#assign ivanova"),
            Self::Wait => ("#ждать 3д", "#wait 3d"),
            Self::Snooze => ("#отложить 2026-12-01", "#snooze 2026-12-01"),
            Self::Topic => ("#тема оценки", "#topic NAME"),
            Self::Material => ("#материал пароль", "#material NAME"),
            Self::Join => ("#записаться 1", "#join 1"),
            Self::Leave => ("#отписаться 1", "#leave 1"),
            Self::Merge => ("#объединить 17", "#merge 17"),
            Self::Incident => ("#сбой 17", "#incident 17"),
            Self::Remove => ("#убрать anna@example.org", "#remove anna@example.org"),
            // No word that could be sent as it stands: the requester reads it.
            Self::Stop => (
                "#прекратить и причина в той же строке, например: #прекратить оскорбления в письме",
                "#stop and the reason on the same line, for example: #stop insults in the letter",
            ),
            Self::Status => ("#статус 17", "#status 17"),
            Self::Find => ("#найти четверть", "#find marks"),
            Self::Away => (
                "#отсутствую 2026-12-01..2026-12-05",
                "#away 2026-12-01..2026-12-05",
            ),
            Self::Why => ("#почему 12", "#why 12"),
            Self::Release => ("#принять 12", "#release 12"),
            Self::Drop => ("#выбросить 12", "#drop 12"),
            _ => ("", ""),
        };
        if english { in_english } else { russian }
    }
}

/// A reason that only stands for one: copied from a list of commands, it would go to the requester.
pub(super) fn is_placeholder(reason: &str) -> bool {
    ["причина", "reason"].contains(&reason.trim_end_matches('.').to_lowercase().as_str())
}
