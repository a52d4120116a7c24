use super::header::Headers;
use super::*;
use mail_parser::{MessageParser, MimeHeaders, PartType};
fn visit<'a>(
    m: &'a mail_parser::Message<'a>,
    raw: &[u8],
) -> (Option<String>, Option<String>, String) {
    let mut ds = None;
    let mut rh = None;
    let mut text = String::new();
    for p in &m.parts {
        let ct = p
            .content_type()
            .map(|c| format!("{}/{}", c.ctype(), c.subtype().unwrap_or("")))
            .unwrap_or_default()
            .to_lowercase();
        let bytes = raw
            .get(p.offset_body as usize..p.offset_end as usize)
            .unwrap_or_default();
        if ct == "message/delivery-status" || ct == "message/global-delivery-status" {
            if ds.is_none() {
                ds = Some(match &p.body {
                    PartType::Text(t) => t.to_string(),
                    PartType::Binary(b) | PartType::InlineBinary(b) => {
                        String::from_utf8_lossy(b).to_string()
                    }
                    _ => String::from_utf8_lossy(bytes).to_string(),
                });
            }
            continue;
        }
        if ct == "message/rfc822" || ct == "text/rfc822-headers" {
            if rh.is_none() {
                rh = Some(match &p.body {
                    PartType::Text(t) => t.to_string(),
                    PartType::Message(m) => String::from_utf8_lossy(m.raw_message()).to_string(),
                    _ => String::from_utf8_lossy(bytes).to_string(),
                });
            }
            continue;
        }
    }
    for i in 0..m.text_body_count() {
        if let Some(t) = m.body_text(i) {
            text.push_str(&t);
            text.push('\n');
        }
    }
    if let Some(r) = &rh {
        let r2 = r.replace("\r\n", "\n");
        rh = Some(r2.split("\n\n").next().unwrap_or("").to_string());
    }
    (ds, rh, text)
}
#[test]
fn field() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let verbose = std::env::var("V").is_ok();
    let mut sets: std::collections::BTreeMap<String, (u32, u32)> = Default::default();
    let (mut b, mut bf, mut rn, mut rf, mut sn, mut sf, mut mid) = (0, 0, 0, 0, 0, 0, 0);
    for dir in std::fs::read_dir("/work/shared/corpus").unwrap().flatten() {
        if !dir.path().is_dir() {
            continue;
        }
        let set = dir.file_name().to_string_lossy().to_string();
        if !only.is_empty() && only != set {
            continue;
        }
        let mut files: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .flatten()
            .map(|f| f.path())
            .filter(|p| p.extension().is_some_and(|e| e == "eml"))
            .collect();
        files.sort();
        for f in files {
            let raw = std::fs::read(&f).unwrap();
            let e: serde_json::Value = std::fs::read(f.with_extension("expect.json"))
                .ok()
                .and_then(|b| serde_json::from_slice(&b).ok())
                .unwrap_or_default();
            let Some(m) = MessageParser::default().parse(&raw) else {
                println!("UNPARSED {f:?}");
                continue;
            };
            let hs = m
                .root_part()
                .headers
                .iter()
                .map(|h| {
                    (h.name().to_lowercase(), {
                        let v = String::from_utf8_lossy(
                            raw.get(h.offset_start as usize..h.offset_end as usize)
                                .unwrap_or_default(),
                        )
                        .replace("\r\n", " ")
                        .replace('\n', " ")
                        .trim()
                        .to_string();
                        if h.name().eq_ignore_ascii_case("subject") {
                            m.subject().unwrap_or(&v).to_string()
                        } else {
                            v
                        }
                    })
                })
                .collect();
            let headers = Headers::from_pairs(hs);
            let (ds, rh, text) = visit(&m, &raw);
            let subject = m.subject().unwrap_or("").to_string();
            let report = bounce::bounce(&headers, ds.as_deref(), rh.as_deref(), &text);
            let n = automatic::nature(&headers, report.as_ref(), &subject, &text);
            let name = format!("{set}/{}", f.file_name().unwrap().to_string_lossy());
            let want = e.get("is_bounce").and_then(|v| v.as_bool());
            if want == Some(true) {
                b += 1;
                if let Some(r) = &report {
                    bf += 1;
                    if r.message_id.is_some() {
                        mid += 1
                    } else if verbose {
                        println!("NO MID {name}");
                    }
                    if let Some(w) = e.get("bounce_recipient") {
                        rn += 1;
                        let w: Vec<String> = match w {
                            serde_json::Value::Array(a) => a
                                .iter()
                                .filter_map(|x| x.as_str())
                                .map(str::to_lowercase)
                                .collect(),
                            serde_json::Value::String(s) => vec![s.to_lowercase()],
                            _ => vec![],
                        };
                        if r.recipient.as_ref().is_some_and(|x| w.contains(x)) {
                            rf += 1
                        } else {
                            println!("RCPT {name}: want {w:?} got {:?}", r.recipient)
                        }
                    } else if r.recipient.is_none() {
                        println!("NORCPT {name}");
                    }
                    if let Some(w) = e.get("bounce_status").and_then(|v| v.as_str()) {
                        sn += 1;
                        if r.status.as_deref() == Some(w) {
                            sf += 1
                        } else if verbose {
                            println!(
                                "STATUS {name}: want {w} got {:?} ({:?}) reason {:?}",
                                r.status,
                                r.diagnostic,
                                e.get("bounce_reason")
                            )
                        }
                    }
                } else {
                    println!(
                        "MISSED {name}: subject {subject:?} from {:?} ds={} ",
                        headers.first("from"),
                        ds.is_some()
                    );
                }
            } else if report.is_some() {
                println!("BOUNCE? {name} want={want:?} subject {subject:?} {report:?}");
            }
            if !matches!(n, Nature::Human | Nature::Bounce(_)) {
                println!(
                    "NATURE {name}: {n:?} subject {subject:?} auto={:?}",
                    e.get("is_auto_reply")
                );
            }
            if e.get("is_auto_reply").and_then(|v| v.as_bool()) == Some(true)
                && matches!(n, Nature::Human)
            {
                println!("AUTOMISS {name}");
            }
            if let (Some(w), Some(mm)) = (
                e.get("reply_text").and_then(|v| v.as_str()),
                e.get("reply_match").and_then(|v| v.as_str()),
            ) {
                let p = quote::split(&text);
                let sq = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                let n = |s: &str| {
                    s.replace("\r\n", "\n")
                        .lines()
                        .map(str::trim_end)
                        .collect::<Vec<_>>()
                        .join("\n")
                        .trim()
                        .to_string()
                };
                let ok = match mm {
                    "exact" => n(&p.new_text) == n(w),
                    "ws" => sq(&p.new_text) == sq(w),
                    "prefix" => sq(&p.new_text).starts_with(&sq(w)),
                    "contains" => sq(&p.new_text).contains(&sq(w)),
                    _ => sq(&p.new_text) == sq(w),
                };
                let s = sets.entry(set.clone()).or_default();
                s.0 += 1;
                if ok {
                    s.1 += 1
                } else if std::env::var("R").is_ok() {
                    println!(
                        "==== REPLY {name} ({mm})\n---- want\n{w}\n---- got\n{}\n---- quoted\n{}\n---- sig\n{}",
                        p.new_text, p.quoted, p.signature
                    )
                } else {
                    println!("REPLY {name} ({mm})");
                }
            }
            forward::forwarded(&subject, &text, None);
        }
    }
    println!("bounces {bf}/{b} recipients {rf}/{rn} status {sf}/{sn} mid {mid}");
    println!("{sets:?}");
}
