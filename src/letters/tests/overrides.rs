//! A school's own templates, good and faulty.

use super::*;

fn load(path: &str, source: &str) -> Result<Templates, Vec<TemplateFault>> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("ru")).unwrap();
    std::fs::write(dir.path().join(path), source).unwrap();
    Templates::load(Some(dir.path()))
}

fn fault(path: &str, source: &str) -> String {
    let faults = load(path, source).unwrap_err();
    assert!(faults[0].file.ends_with(path), "{}", faults[0]);
    faults[0].to_string()
}

#[test]
fn a_good_one_is_used() {
    let templates = load("ru/closed.txt", "Re: {{ base }}\nВсё, {{ case }} закрыт.\n").unwrap();
    let words = one(Tongue::Ru, "closed", "by the desk")
        .words(&templates)
        .unwrap();
    assert_eq!(words.text, "Всё, ЭЖ-41 закрыт.\n");
}

#[test]
fn faults_name_file_and_line() {
    let unknown = fault("ru/closed.txt", "Re: {{ base }}\n\n{{ specialist }}\n");
    assert!(
        unknown.contains("closed.txt:3: this letter has no value `specialist`"),
        "{unknown}"
    );
    assert!(unknown.contains("it has: base, by, case"), "{unknown}");
    let syntax = fault("ru/closed.txt", "Re: {{ base }}\n{% if %}\n");
    assert!(syntax.contains("closed.txt:2:"), "{syntax}");
    let absent = fault(
        "ru/reply.txt",
        "x\n\n{% for one in earlier %}\n{{ one.name }}\n{% endfor %}\n",
    );
    assert!(absent.contains("reply.txt:4:"), "{absent}");
    let name = fault("ru/reply2.txt", "x\n");
    assert!(name.contains("no letter has this name"), "{name}");
}

#[test]
fn an_endless_one_is_stopped() {
    let endless =
        "x\n{% for a in range(9999) %}{% for b in range(9999) %}.{% endfor %}{% endfor %}\n";
    assert!(fault("ru/closed.txt", endless).contains("closed.txt"));
}

#[test]
fn a_folder_that_is_not_there_is_a_fault() {
    let faults = Templates::load(Some(std::path::Path::new("/nowhere/templates"))).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(Templates::load(None).is_ok());
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
    let faults = Templates::load(Some(dir.path())).err().unwrap_or_default();
    assert!(faults.is_empty(), "{}", faults[0]);
}
