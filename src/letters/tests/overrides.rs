//! A school's own templates, good and faulty.

use super::*;

fn load(path: &str, source: &str) -> (Templates, Vec<TemplateFault>) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("ru")).unwrap();
    std::fs::write(dir.path().join(path), source).unwrap();
    Templates::load(Some(dir.path()))
}

fn fault(path: &str, source: &str) -> String {
    let (_, faults) = load(path, source);
    let one = &faults[0];
    assert!(one.file.ends_with(path), "{one:?}");
    format!("{}:{}: {} ({})", one.line, one.column, one.what, one.hint)
}

#[test]
fn a_good_one_is_used() {
    let (templates, faults) = load("ru/closed.txt", "Re: {{ base }}\nВсё, {{ case }} закрыт.\n");
    assert!(faults.is_empty());
    let words = one(Tongue::Ru, "closed", "by the desk")
        .words(&templates)
        .unwrap();
    assert_eq!(words.text, "Всё, ЭЖ-41 закрыт.\n");
}

#[test]
fn a_faulty_one_gives_way_to_the_built_in_one_and_the_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("ru")).unwrap();
    let good = "Re: {{ base }}\nВсё, {{ case }} закрыт.\n";
    std::fs::write(dir.path().join("ru/closed.txt"), good).unwrap();
    for (name, bad) in [
        ("ru/reply.txt", "x\n{{ nothing }}\n"),
        ("ru/note.txt", "x\n{% if %}\n"),
        (
            "ru/followup.txt",
            "x\n{% for one in earlier %}{{ one.name }}{% endfor %}\n",
        ),
    ] {
        std::fs::write(dir.path().join(name), bad).unwrap();
    }
    let (templates, faults) = Templates::load(Some(dir.path()));
    let files: Vec<_> = faults
        .iter()
        .map(|one| one.file.file_name().unwrap())
        .collect();
    assert_eq!(files, ["followup.txt", "note.txt", "reply.txt"]);
    for sample in samples(Tongue::Ru) {
        let words = sample.words(&templates).unwrap();
        if sample.name == "closed" {
            assert!(
                words.text.starts_with("Всё, ЭЖ-41 закрыт."),
                "{}",
                words.text
            );
        } else {
            assert_eq!(words, sample.words(&Templates::builtin()).unwrap());
        }
    }
}

#[test]
fn faults_name_line_and_column() {
    let unknown = fault("ru/closed.txt", "Re: {{ base }}\n\nАх, {{ specialist }}\n");
    assert!(
        unknown.starts_with("3:8: в этом письме нет значения specialist"),
        "{unknown}"
    );
    assert!(unknown.contains("есть: base, by, case"), "{unknown}");
    let near = fault("ru/closed.txt", "Re: {{ bese }}\n");
    assert!(near.contains("возможно, base"), "{near}");
    let syntax = fault("ru/closed.txt", "Re: {{ base }}\n  {% if %}\n");
    assert!(
        syntax.starts_with("2:9: шаблон написан с ошибкой"),
        "{syntax}"
    );
    let filter = fault("ru/closed.txt", "Re: {{ base|prosе }}\n");
    assert!(filter.starts_with("1:"), "{filter}");
    let absent = fault(
        "ru/reply.txt",
        "x\n\n{% for one in earlier %}\n{{ one.name }}\n{% endfor %}\n",
    );
    assert!(
        absent.starts_with("4:4: этого значения может не быть"),
        "{absent}"
    );
    let name = fault("ru/replyy.txt", "x\n");
    assert!(
        name.contains("письма с таким именем нет") && name.contains("ru/reply.txt"),
        "{name}"
    );
}

#[test]
fn an_endless_one_is_stopped() {
    let endless =
        "x\n{% for a in range(9999) %}{% for b in range(9999) %}.{% endfor %}{% endfor %}\n";
    assert!(fault("ru/closed.txt", endless).contains("слишком долго"));
}

#[test]
fn a_folder_that_is_not_there_is_a_fault() {
    let (_, faults) = Templates::load(Some(std::path::Path::new("/nowhere/templates")));
    assert_eq!(faults.len(), 1);
    assert!(Templates::load(None).1.is_empty());
}

#[test]
fn the_built_in_ones_pass_as_overrides() {
    let dir = tempfile::tempdir().unwrap();
    for folder in ["ru", "en"] {
        std::fs::create_dir(dir.path().join(folder)).unwrap();
    }
    for (path, source) in sources::SOURCES {
        std::fs::write(dir.path().join(path), source).unwrap();
    }
    let (_, faults) = Templates::load(Some(dir.path()));
    assert!(faults.is_empty(), "{:?}", faults[0]);
}

#[test]
fn a_letter_written_anew_by_half_is_told() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("ru")).unwrap();
    let write = |name: &str| {
        let built_in = crate::letters::sources::SOURCES
            .iter()
            .find(|(path, _)| *path == name)
            .unwrap()
            .1;
        std::fs::write(dir.path().join(name), built_in).unwrap();
    };
    for name in [
        "ru/closed.txt",
        "ru/reply.html",
        "ru/note.txt",
        "ru/note.html",
        "layout.html",
    ] {
        write(name);
    }
    let told = Templates::halves(dir.path());
    let files: Vec<_> = told
        .iter()
        .map(|one| one.file.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(files, ["closed.txt", "reply.html"]);
    assert!(
        told[0].hint.starts_with("измените и ru/closed.html"),
        "{}",
        told[0].hint
    );
}

#[test]
fn one_that_loses_what_the_letter_carries_gives_way() {
    let no_words = "Re: {{ base }}\nМы ответили.\n";
    let said = fault("ru/reply.txt", no_words);
    assert!(
        said.contains("в письме нет ответа специалиста") && said.contains("верните {{ words }}"),
        "{said}"
    );
    let (templates, _) = load("ru/reply.txt", no_words);
    for sample in samples(Tongue::Ru) {
        let built_in = sample.words(&Templates::builtin()).unwrap();
        assert_eq!(sample.words(&templates).unwrap(), built_in);
    }
    assert!(fault("ru/reply.txt", "").contains("у письма нет темы"));
    assert!(fault("ru/reply.txt", "\n{{ words }}\n").contains("у письма нет темы"));
    assert!(fault("ru/reply.html", "").contains("письмо выходит пустым"));
    let html = "{% extends \"layout.html\" %}{% block main %}<p>Мы ответили.</p>{% endblock %}";
    assert!(fault("ru/reply.html", html).contains("нет ответа специалиста"));
    let question = fault("ru/assignment.txt", "{{ base }}\nОбращение Ваше.\n");
    assert!(
        question.contains("нет того, что написал человек")
            && question.contains("верните {{ enclosed.text }}"),
        "{question}"
    );
    // What all letters share.
    assert!(fault("layout.html", "<html></html>").contains("в письме нет"));
    let (_, faults) = load("ru/reply.txt", "Re: {{ base }}\n{{ words }}\n");
    assert!(faults.is_empty(), "{:?}", faults[0]);
}

#[test]
fn one_that_fails_on_a_letter_though_it_passed_the_samples_gives_way_to_the_built_in_one() {
    let source = "Re: {{ base }}\nЗакрыто.{% if case != \"ЭЖ-41\" %}{{ case.x.y }}{% endif %}\n";
    let (templates, faults) = load("ru/closed.txt", source);
    assert!(faults.is_empty(), "{:?}", faults[0]);
    let mut sample = one(Tongue::Ru, "closed", "by the desk");
    assert_eq!(sample.words(&templates).unwrap().text, "Закрыто.\n");
    sample.notice.ticket.as_mut().unwrap().number = 42;
    assert_eq!(
        sample.words(&templates).unwrap(),
        sample.words(&Templates::builtin()).unwrap()
    );
}
