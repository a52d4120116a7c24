//! What is read as a command, and what is not.

use super::*;
use jiff::civil::date;

#[test]
fn a_command_and_a_text() {
    let parsed = parse("#Закрыть\n\nПериод открыт, проверьте.", Party::Specialist);
    assert_eq!(parsed.commands, [Command::Close]);
    assert_eq!(parsed.text, "Период открыт, проверьте.");
    assert_eq!(parsed.fault, None);
}

#[test]
fn a_misspelt_command_gets_a_hint_and_its_text_is_kept() {
    let parsed = parse("#закрыйть\nтекст", Party::Specialist);
    assert_eq!(
        parsed.fault,
        Some(Fault {
            word: "#закрыйть".into(),
            nearest: Some("#закрыть".into()),
            argument: false,
        })
    );
    assert_eq!(parsed.text, "текст");
}

#[test]
fn several_commands_with_their_arguments() {
    let text = "#Тема оценки\n#передать Sidorov\n#ждать 3 дня\n#отложить 01.12.2026\n#объединить [ЭЖ-17]\n\nСлова";
    let parsed = parse(text, Party::Specialist);
    assert_eq!(
        parsed.commands,
        [
            Command::Topic("оценки".into()),
            Command::Assign("sidorov".into()),
            Command::Wait(WorkSpan::Days(3)),
            Command::Snooze(date(2026, 12, 1)),
            Command::Merge(17),
        ]
    );
    assert_eq!(parsed.text, "Слова");
}

#[test]
fn an_argument_that_is_not_understood_gets_the_right_form() {
    for (line, form) in [
        ("#ждать немного", "#ждать 3д"),
        ("#wait a little", "#wait 3d"),
        ("#отложить завтра", "#отложить 2026-12-01"),
        ("#передать", "#передать ivanova"),
        (
            "#отсутствую 2026-12-05..2026-12-01",
            "#отсутствую 2026-12-01..2026-12-05",
        ),
    ] {
        let fault = parse(line, Party::Specialist).fault.unwrap();
        assert_eq!(
            (fault.argument, fault.nearest.as_deref()),
            (true, Some(form)),
            "{line}"
        );
    }
}

#[test]
fn english_forms_and_the_letter_yo() {
    let parsed = parse(
        "#not-spam\n#AWAY 2026-12-01..2026-12-05\n#raise",
        Party::Specialist,
    );
    assert_eq!(parsed.commands.len(), 3);
    assert_eq!(
        parse("#найти ёлка", Party::Specialist).commands,
        [Command::Find("ёлка".into())]
    );
}

#[test]
fn commands_end_at_the_first_line_of_text() {
    let parsed = parse("Спасибо\n#решено", Party::Requester);
    assert_eq!(parsed.commands, []);
    assert_eq!(parsed.text, "Спасибо\n#решено");
}

#[test]
fn a_number_sign_is_no_command() {
    assert_eq!(parse("#1 вопрос", Party::Requester).fault, None);
}

#[test]
fn a_specialists_command_is_not_a_requesters() {
    assert!(parse("#закрыть", Party::Requester).fault.is_some());
}

#[test]
fn a_word_that_stands_for_a_reason_is_none() {
    // The requester would read it.
    for line in [
        "#прекратить",
        "#прекратить причина",
        "#Прекратить Причина.",
        "#stop reason",
    ] {
        let parsed = parse(line, Party::Specialist);
        assert!(parsed.fault.is_some_and(|fault| fault.argument), "{line}");
        assert_eq!(parsed.commands, [], "{line}");
    }
    assert_eq!(
        parse("#прекратить причина: оскорбления", Party::Specialist).commands,
        [Command::Stop("причина: оскорбления".into())]
    );
}
