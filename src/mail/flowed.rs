//! Text whose lines flow (RFC 3676): soft line ends are joined again.

/// Joins the soft line ends of a `format=flowed` text. With `delete_space` the space before them goes too.
pub(super) fn unflow(text: &str, delete_space: bool) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.chars().take_while(|one| *one == '>').count();
        let content = line.get(depth..).unwrap_or_default();
        let content = content.strip_prefix(' ').unwrap_or(content);
        // A signature's delimiter is never soft (§4.3).
        let soft = content.ends_with(' ') && content != "-- ";
        if open == Some(depth) && content != "-- " {
            // The line goes on.
        } else {
            if open.is_some() {
                joined.push('\n');
            }
            joined.extend(std::iter::repeat_n('>', depth));
            if depth > 0 {
                joined.push(' ');
            }
        }
        joined.push_str(if soft && delete_space {
            content.strip_suffix(' ').unwrap_or(content)
        } else {
            content
        });
        open = soft.then_some(depth);
        if !soft {
            joined.push('\n');
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::unflow;

    #[test]
    fn soft_lines_are_joined_and_others_kept() {
        assert_eq!(
            unflow("Здравствуйте, \nкак дела?\n\n-- \nАнна", false),
            "Здравствуйте, как дела?\n\n-- \nАнна\n"
        );
        assert_eq!(unflow("> раз \n> два\nтри", false), "> раз два\nтри\n");
        assert_eq!(unflow("сло \nво", true), "слово\n");
        assert_eq!(unflow("мягкая \n> цитата", false), "мягкая \n> цитата\n");
    }
}
