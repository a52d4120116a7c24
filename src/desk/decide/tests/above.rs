//! Those above the specialists who are not of the roster.

use super::*;
use crate::desk::outcome::{NoteWhy, Refusal};

const DIRECTOR: &str = "director@home.test";

/// What follows when the director, who is the supervisor of the ticket's assignee, answers their own letter.
fn answers(text: &str, failed: bool) -> Outcome {
    let (policy, mut roster) = (policy(), roster());
    roster.specialists[0].supervisor = Some(DIRECTOR.to_owned());
    let mut letter = answering(DIRECTOR, text, Some((DIRECTOR, Audience::Staff)));
    letter.failed = failed;
    let desk = Desk {
        policy: &policy,
        roster: &roster,
        resources: &Resources::default(),
        now: now(),
    };
    decide(&desk, &Memory::default(), &letter)
}

fn told(outcome: &Outcome) -> Vec<(&str, &Message)> {
    let notices = outcome.notices.iter();
    notices
        .map(|one| (one.to.address.as_str(), &one.message))
        .collect()
}

#[test]
fn a_director_passes_a_ticket_on() {
    let outcome = answers("#передать sidorov\nВыручайте.", false);
    let told = told(&outcome);
    assert!(
        matches!(
            told[..],
            [
                ("sidorov@school.test", Message::Assignment { reason, .. }),
                ("ivanova@school.test", Message::Reassigned { .. }),
                (DIRECTOR, Message::CommandResult(CommandResult::Done(_)))
            ] if reason.note == "Выручайте."
        ),
        "{told:?}"
    );
}

#[test]
fn what_a_specialist_alone_can_do_is_refused_and_nobody_else_hears_of_it() {
    for text in ["#взять", "#закрыть\nПериод открыт.", "#выше", "#спам"]
    {
        let outcome = answers(text, false);
        let told = told(&outcome);
        assert!(
            matches!(
                told[..],
                [(
                    DIRECTOR,
                    Message::CommandResult(CommandResult::Refused {
                        why: Refusal::ForSpecialists(Some(_)),
                        ..
                    })
                )]
            ),
            "{text}: {told:?}"
        );
    }
}

#[test]
fn a_directors_words_are_for_the_specialist() {
    for text in ["Ответьте, пожалуйста.", "#заметка\nОтветьте, пожалуйста."]
    {
        let outcome = answers(text, false);
        assert_eq!(outcome.end, EndState::Note);
        let told = told(&outcome);
        assert!(
            matches!(
                told[..],
                [
                    (
                        "ivanova@school.test",
                        Message::Note {
                            why: NoteWhy::Internal
                        }
                    ),
                    (DIRECTOR, Message::CommandResult(CommandResult::Done(_)))
                ]
            ),
            "{text}: {told:?}"
        );
    }
}

#[test]
fn a_forged_director_changes_nothing() {
    let outcome = answers("#передать sidorov", true);
    assert_eq!(outcome.end, EndState::Note);
    assert!(
        !outcome
            .changes
            .iter()
            .any(|one| matches!(one, Change::Update(_)))
    );
    assert!(outcome.notices.iter().all(|one| one.to.address != DIRECTOR));
}
