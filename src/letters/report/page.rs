//! The report as one page that needs nothing else: for a screen, a telephone, and the council's paper.

use std::fmt::Write as _;

use super::chart::{self, escaped};
use super::said::Said;
use super::{Report, Table};
use crate::desk::figures::Figures;

const STYLE: &str = include_str!("page.css");

/// The whole page.
pub(super) fn page(report: &Report, figures: &Figures, said: Said) -> String {
    let title = escaped(&report.title);
    let mut body = String::new();
    let mut tables = report.tables.iter();
    if let Some(summary) = tables.next() {
        body += &cards(summary);
    }
    body += &days(figures, said);
    body += "<div class=\"tables\">";
    for table in tables {
        body += &section(table);
    }
    body += "</div>";
    for note in &report.notes {
        let _ = write!(body, "<p class=\"note\">{}</p>", escaped(note));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body><main><h1>{title}</h1>\n{body}</main></body></html>\n",
        said.0.word()
    )
}

/// The summary as cards: a figure, and what it is.
fn cards(table: &Table) -> String {
    let mut html = "<dl class=\"cards\">".to_owned();
    for row in &table.rows {
        let class = if row.late { " class=\"late\"" } else { "" };
        let _ = write!(
            html,
            "<div{class}><dt>{}</dt><dd>{}</dd></div>",
            escaped(&row.name),
            escaped(&row.cells.join(" "))
        );
    }
    html + "</dl>\n"
}

fn days(figures: &Figures, said: Said) -> String {
    let tell = |day: &crate::desk::figures::Day| {
        format!(
            "{}: {} {}, {} {}",
            said.date(day.date),
            said.word("came"),
            day.received,
            said.word("went"),
            day.sent
        )
    };
    let Some((svg, marks)) = chart::days(&figures.days, tell) else {
        return String::new();
    };
    // In percent of the height, beside the lines that they name.
    let marks: String = marks
        .iter()
        .map(|(count, at)| format!("<span class=\"most\" style=\"bottom:{at}%\">{count}</span>"))
        .collect();
    format!(
        "<section class=\"wide\"><h2>{}</h2><p class=\"key\"><span class=\"came\"></span>{} \
         <span class=\"went\"></span>{}</p><div class=\"plot\">{marks}{svg}</div>\
         <p class=\"ends\"><span>{}</span><span>{}</span></p></section>\n",
        escaped(&said.word("days")),
        escaped(&said.word("came")),
        escaped(&said.word("went")),
        said.date(figures.from),
        said.date(figures.until)
    )
}

fn section(table: &Table) -> String {
    // Bars of tables with one figure a row are of one length all over the page.
    let class = if table.rows.iter().all(|row| row.cells.len() == 1) {
        " class=\"one\""
    } else {
        ""
    };
    let mut html = format!("<section><h2>{}</h2><table{class}>", escaped(&table.title));
    if !table.heads.is_empty() {
        html += "<thead><tr>";
        for head in &table.heads {
            let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(head));
        }
        html += "</tr></thead>";
    }
    html += "<tbody>";
    for row in &table.rows {
        let bar = row
            .bar
            .map_or_else(String::new, |bar| chart::bar(bar, row.late));
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}{bar}</th>",
            escaped(&row.name)
        );
        for cell in &row.cells {
            let _ = write!(html, "<td>{}</td>", escaped(cell));
        }
        html += "</tr>";
    }
    html + "</tbody></table></section>\n"
}
