//! How a mail server is shown an access token.

/// The initial response of `XOAUTH2`, before base64.
pub fn xoauth2(user: &str, token: &str) -> String {
    format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}")
}

/// The initial response of `OAUTHBEARER` (RFC 7628 §3.1), before base64.
pub fn oauthbearer(user: &str, host: &str, port: u16, token: &str) -> String {
    // The name is a saslname: these two are written otherwise (RFC 5801 §4).
    let user = user.replace('=', "=3D").replace(',', "=2C");
    format!("n,a={user},\u{1}host={host}\u{1}port={port}\u{1}auth=Bearer {token}\u{1}\u{1}")
}
