//! TLS with the system's roots, a root of the school's, or one pinned certificate.

use std::path::Path;
use std::sync::{Arc, Mutex};

use ring::digest::{SHA256, digest};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio_rustls::TlsConnector;

use super::{NetError, Stream};
use crate::config::settings::Server;

/// Shakes hands over a plain connection.
pub(super) async fn handshake(
    server: &Server,
    stream: Stream,
    place: &str,
) -> Result<Stream, NetError> {
    let lasting = |what: String| NetError::Lasting(format!("{place}: {what}"));
    let Some(tcp) = stream.into_tcp() else {
        return Err(lasting("соединение уже защищено".to_owned()));
    };
    let name = ServerName::try_from(server.host.clone())
        .map_err(|_| lasting("имя сервера не годится для TLS. Проверьте host.".to_owned()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let seen = Arc::new(Mutex::new(None));
    let verifier =
        Verifier::new(server, Arc::clone(&provider), Arc::clone(&seen)).map_err(lasting)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| lasting(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    match TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await
    {
        Ok(tls) => Ok(Stream::tls(tls)),
        Err(error) => Err(explain(
            place,
            &error,
            seen.lock().ok().and_then(|seen| seen.clone()),
        )),
    }
}

/// Checks the server's certificate, and remembers its fingerprint to be told.
#[derive(Debug)]
struct Verifier {
    roots: Option<Arc<WebPkiServerVerifier>>,
    pinned: Option<String>,
    provider: Arc<CryptoProvider>,
    seen: Arc<Mutex<Option<String>>>,
}

impl Verifier {
    fn new(
        server: &Server,
        provider: Arc<CryptoProvider>,
        seen: Arc<Mutex<Option<String>>>,
    ) -> Result<Self, String> {
        if server.fingerprint.is_some() {
            return Ok(Self {
                roots: None,
                pinned: server.fingerprint.clone(),
                provider,
                seen,
            });
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = &server.ca_file {
            for certificate in
                authorities(path).map_err(|(what, hint)| format!("{what}. {hint}."))?
            {
                roots
                    .add(certificate)
                    .map_err(|error| format!("файл {} не годится: {error}", path.display()))?;
            }
        }
        if roots.is_empty() {
            return Err(
                "в системе нет корневых сертификатов. Установите пакет ca-certificates.".to_owned(),
            );
        }
        let roots =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|error| error.to_string())?;
        Ok(Self {
            roots: Some(roots),
            pinned: None,
            provider,
            seen,
        })
    }
}

/// The certificates of a `ca_file`: one at least.
///
/// # Errors
/// What is wrong with the file, and what to do.
pub fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, (String, String)> {
    let shown = path.display();
    let found: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(path).and_then(|certificates| certificates.collect());
    match found {
        Err(error) => Err((
            format!("файл {shown} не читается как сертификат: {error}"),
            "Проверьте путь и права".to_owned(),
        )),
        Ok(found) if found.is_empty() => Err((
            format!("в {shown} нет ни одного сертификата PEM"),
            format!("Двоичный (DER) переведите: openssl x509 -inform der -in {shown} -out ca.pem"),
        )),
        Ok(found) => Ok(found),
    }
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    digest(&SHA256, certificate)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found = fingerprint(certificate);
        if let Ok(mut seen) = self.seen.lock() {
            *seen = Some(found.clone());
        }
        match (&self.pinned, &self.roots) {
            (Some(pinned), _) if *pinned == found => Ok(ServerCertVerified::assertion()),
            (None, Some(roots)) => {
                roots.verify_server_cert(certificate, intermediates, name, ocsp, now)
            }
            _ => Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            )),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn explain(place: &str, error: &std::io::Error, seen: Option<String>) -> NetError {
    let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>())
    else {
        return NetError::Passing(format!(
            "{place}: соединение оборвалось при согласовании TLS ({error})."
        ));
    };
    let Error::InvalidCertificate(why) = tls else {
        return NetError::Lasting(format!(
            "{place}: TLS не согласуется ({tls}). Проверьте port и tls: implicit или starttls."
        ));
    };
    let said = match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "срок сертификата истёк".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "срок сертификата ещё не начался; проверьте часы этого компьютера".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "сертификат выдан на другое имя; проверьте host".to_owned()
        }
        CertificateError::ApplicationVerificationFailure => {
            "сертификат не тот, что закреплён в fingerprint".to_owned()
        }
        CertificateError::UnknownIssuer => "сертификат выдан неизвестным центром".to_owned(),
        other => format!("сертификату нельзя верить ({other})"),
    };
    let hint = seen.map_or_else(String::new, |seen| {
        format!(" Если это сервер школы, укажите его центр в ca_file или закрепите сертификат: fingerprint = \"sha256:{seen}\".")
    });
    NetError::Lasting(format!("{place}: {said}.{hint}"))
}
