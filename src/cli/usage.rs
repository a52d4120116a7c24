//! The command line's own words: help and faults of usage, in Russian.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::say::{self, Trouble};

/// Headings of the help, instead of the library's English ones.
const HELP: &str = "{about-with-newline}\nКак запускать: {usage}\n\n{all-args}{after-help}";

/// The command with all its subcommands, its help in Russian.
pub(super) fn in_russian(command: clap::Command) -> clap::Command {
    let mut command = headed(command);
    command.build();
    with_usage(command)
}

/// The library writes its usage line in English and says nothing of it in its settings.
fn with_usage(mut command: clap::Command) -> clap::Command {
    let usage = command.render_usage().to_string();
    let usage = usage
        .trim_start_matches("Usage: ")
        .replace("[OPTIONS]", "[КЛЮЧИ]");
    let names: Vec<String> = command
        .get_subcommands()
        .map(|one| one.get_name().to_owned())
        .collect();
    let mut command = command.override_usage(usage);
    for name in names {
        command = command.mut_subcommand(name, with_usage);
    }
    command
}

fn headed(command: clap::Command) -> clap::Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|one| one.get_name().to_owned())
        .collect();
    let mut command = command
        .help_template(HELP)
        .disable_help_flag(true)
        .subcommand_help_heading("Команды")
        .subcommand_value_name("КОМАНДА");
    let arguments: Vec<(clap::Id, bool)> = command
        .get_arguments()
        .map(|one| (one.get_id().clone(), one.is_positional()))
        .collect();
    for (id, positional) in arguments {
        let heading = if positional {
            "Что указать"
        } else {
            "Ключи"
        };
        command = command.mut_arg(id, |one| {
            let one = one.help_heading(heading);
            if !one.get_action().takes_values() {
                return one;
            }
            // The library says these two in English; the words of each key say them in Russian.
            one.hide_default_value(true).hide_possible_values(true)
        });
    }
    for name in names {
        command = command.mut_subcommand(name, headed);
    }
    command
}

/// Prints help, the version, or what is wrong with the command line, and ends the process. 64 is a
/// faulty command line (sysexits); help and version are no faults.
pub(super) fn end(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        let _ = error.print();
        std::process::exit(0)
    }
    say::error(&explain(error));
    std::process::exit(64)
}

fn explain(error: &clap::Error) -> Trouble {
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(one)) => Some(one.clone()),
        Some(ContextValue::Strings(all)) => Some(all.join(", ")),
        Some(ContextValue::StyledStr(one)) => Some(one.to_string()),
        Some(ContextValue::StyledStrs(all)) => Some(
            all.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        ),
        Some(ContextValue::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let suggested = text(ContextKind::SuggestedSubcommand)
        .or(text(ContextKind::SuggestedArg))
        .or(text(ContextKind::SuggestedValue));
    let what = match error.kind() {
        ErrorKind::InvalidSubcommand => format!(
            "команды {} нет",
            text(ContextKind::InvalidSubcommand).unwrap_or_default()
        ),
        ErrorKind::UnknownArgument => format!("ключ или слово {argument} здесь не к месту"),
        ErrorKind::InvalidValue if value.is_empty() => format!("после {argument} нужно значение"),
        ErrorKind::InvalidValue => format!("значение «{value}» для {argument} не годится"),
        ErrorKind::ValueValidation => format!("значение «{value}» для {argument} не понято"),
        ErrorKind::MissingRequiredArgument => format!("не хватает: {argument}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "не сказано, что делать".to_owned()
        }
        ErrorKind::ArgumentConflict => format!(
            "{argument} нельзя указать вместе с {}",
            text(ContextKind::PriorArg).unwrap_or_else(|| "другим ключом".to_owned())
        ),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("не то число значений у {argument}")
        }
        ErrorKind::NoEquals => format!("после {argument} нужен знак «=»"),
        ErrorKind::InvalidUtf8 => "в командной строке не UTF-8".to_owned(),
        _ => "командная строка не понята".to_owned(),
    };
    let hint = match (suggested, text(ContextKind::ValidValue)) {
        (Some(near), _) => format!("возможно, {near}; все команды и ключи: dezhurny --help"),
        (None, Some(valid)) if !valid.is_empty() => format!("можно: {valid}"),
        _ => "команды и ключи показывает dezhurny --help, ключи команды — dezhurny КОМАНДА --help"
            .to_owned(),
    };
    Trouble::new(what).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::super::command;
    use super::*;

    fn said(words: &[&str]) -> String {
        let words = std::iter::once("dezhurny").chain(words.iter().copied());
        let error = command().try_get_matches_from(words).unwrap_err();
        let trouble = explain(&error);
        format!("{} | {}", trouble.what, trouble.hint.unwrap_or_default())
    }

    #[test]
    fn the_definition_is_sound_and_all_its_help_is_russian() {
        command().debug_assert();
        let mut all = vec![command()];
        while let Some(mut one) = all.pop() {
            all.extend(one.get_subcommands().cloned());
            let help = one.render_long_help().to_string();
            for english in [
                "Usage",
                "Options",
                "Commands",
                "Arguments",
                "Print",
                "OPTIONS",
                "[default",
                "[possible",
                "NUMBER",
                "FILE",
                "ADDRESS",
            ] {
                assert!(!help.contains(english), "{english} in\n{help}");
            }
        }
    }

    #[test]
    fn a_ticket_is_named_as_the_list_shows_it() {
        for named in ["1", "ЭЖ-1", "эж-1", "[ЭЖ-1]"] {
            let words = ["dezhurny", "tickets", "show", named];
            assert!(command().try_get_matches_from(words).is_ok(), "{named}");
        }
    }

    #[test]
    fn faults_are_told_in_russian_with_the_nearest() {
        assert!(said(&["chek"]).starts_with("команды chek нет | возможно, check"));
        assert!(said(&["check", "--onlin"]).contains("возможно, --online"));
        assert!(said(&["tickets", "show", "x"]).starts_with("значение «x» для <НОМЕР> не понято"));
        assert!(said(&["tickets", "show"]).starts_with("не хватает: "));
        assert!(said(&["-v", "-q", "status"]).contains("нельзя указать вместе"));
        assert!(
            said(&["init", "--provider", "x"])
                .ends_with("можно: yandex, mailru, gmail, microsoft365, custom")
        );
        assert!(said(&[]).starts_with("не сказано, что делать"));
        assert!(said(&["tickets", "--status"]).contains("нужно значение"));
    }
}
