//! stub
/// stub
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let a: Vec<char> = word.chars().collect();
    among
        .filter(|n| n.chars().count().abs_diff(a.len()) <= 2)
        .min_by_key(|n| n.chars().filter(|c| !a.contains(c)).count())
}
