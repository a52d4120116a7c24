//! Any report and any prose of a mail server are understood without a panic, in one line each.
#![no_main]

use dezhurny::mail::{self, Nature};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, &str, &str)| {
    let (standard, said, status) = input;
    let letter = if standard {
        format!(
            "From: MAILER-DAEMON@b.test\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{said}\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n--b--\r\n"
        )
    } else {
        format!("Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@b.test>\r\nSubject: {status}\r\n\r\n{said}")
    };
    if let Nature::Bounce(bounce) = mail::read(letter.as_bytes()).nature {
        for one in [bounce.recipient, bounce.status, bounce.diagnostic, bounce.message_id].into_iter().flatten() {
            assert!(!one.contains('\n'), "{one:?}");
        }
    }
});
