//! The mail services that schools use: their servers, and what a person has to do there.

use clap::ValueEnum;

/// Whose servers the mailbox is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Provider {
    #[value(aliases = ["yandex.ru", "ya.ru", "yandex360", "яндекс"])]
    Yandex,
    #[value(aliases = ["mail.ru", "mail", "vk", "vkworkspace", "мэйл"])]
    Mailru,
    #[value(aliases = ["gmail.com", "google", "workspace"])]
    Gmail,
    #[value(aliases = ["microsoft", "office365", "outlook", "m365"])]
    Microsoft365,
    #[value(aliases = ["own", "свой"])]
    Custom,
}

/// IMAP, SMTP, and the port and protection of SMTP where they are not the usual ones.
pub(super) type Servers = (&'static str, &'static str, Option<(u16, &'static str)>);

impl Provider {
    /// Its servers; those of a server of one's own are asked for.
    pub(super) fn servers(self) -> Option<Servers> {
        match self {
            Self::Yandex => Some(("imap.yandex.ru", "smtp.yandex.ru", None)),
            Self::Mailru => Some(("imap.mail.ru", "smtp.mail.ru", None)),
            Self::Gmail => Some(("imap.gmail.com", "smtp.gmail.com", None)),
            Self::Microsoft365 => Some((
                "outlook.office365.com",
                "smtp.office365.com",
                Some((587, "starttls")),
            )),
            Self::Custom => None,
        }
    }

    /// What a person has to do on the provider's side.
    pub(super) fn quirks(self) -> &'static str {
        match self {
            Self::Yandex => {
                "В настройках ящика включите «Почтовые программы»: доступ по IMAP с паролем приложения. Пароль приложения создайте в Яндекс ID."
            }
            Self::Mailru => {
                "Создайте «пароль для внешнего приложения» в настройках безопасности ящика: обычный пароль не примут."
            }
            Self::Gmail => {
                "Включите двухэтапную проверку и создайте пароль приложения. Gmail отправляет до 500 писем в день, Workspace — до 2000."
            }
            Self::Microsoft365 => {
                "Microsoft 365 не принимает паролей: доступ дают один раз командой dezhurny login. Программу для этого регистрируют в Azure (см. docs/administrators.ru.md). Не больше 30 писем в минуту."
            }
            Self::Custom => {
                "Если сертификат выдан своим центром, назовите его в ca_file; готовую строку подскажет check --online."
            }
        }
    }

    /// Letters an hour; 0 is none. A day's limit is spread over a working day with room to spare.
    pub(super) fn per_hour(self) -> u32 {
        match self {
            Self::Gmail => 40,
            Self::Microsoft365 => 1500,
            Self::Yandex | Self::Mailru | Self::Custom => 0,
        }
    }

    /// As people call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Yandex => "Яндекс 360",
            Self::Mailru => "Mail.ru для бизнеса (VK WorkSpace)",
            Self::Gmail => "Gmail, Google Workspace",
            Self::Microsoft365 => "Microsoft 365",
            Self::Custom => "свой сервер",
        }
    }

    /// Does it open mailboxes by consent alone?
    pub(super) fn needs_consent(self) -> bool {
        self == Self::Microsoft365
    }
}
