//! The model hub: addresses of files, the list of a model's files, and their digests.
//!
//! `HF_ENDPOINT` names another hub, `HF_TOKEN` a key for models that need one; the key goes into a header and nowhere
//! else.

use crate::error::{Error, Result};
use crate::fetch::{Client, Expected, Method, Sink, header, network};
use serde_json::Value as Json;
use std::path::Path;
use std::sync::OnceLock;
use url::Url;

/// The hub that is used when nothing else is set.
pub const PUBLIC_HUB: &str = "https://huggingface.co";

fn base() -> String {
    let set = std::env::var("HF_ENDPOINT").ok().filter(|v| !v.is_empty());
    set.unwrap_or_else(|| PUBLIC_HUB.into()).trim_end_matches('/').to_string()
}

/// Where a file of a repository is.
pub(crate) fn address(repository: &str, revision: &str, file: &str) -> Result<Url> {
    let text = format!("{}/{repository}/resolve/{revision}/{file}", base());
    Url::parse(&text).map_err(|e| Error::Store(format!("{text} is no address ({e}): check HF_ENDPOINT")))
}

/// The key of the environment as a header.
pub(crate) fn key() -> Vec<(&'static str, &'static str)> {
    static KEY: OnceLock<Option<String>> = OnceLock::new();
    let key =
        KEY.get_or_init(|| std::env::var("HF_TOKEN").ok().filter(|k| !k.is_empty()).map(|k| format!("Bearer {k}")));
    key.as_deref().map(|k| ("Authorization", k)).into_iter().collect()
}

/// Files a model is run from.
fn wanted(name: &str) -> bool {
    let settings = [
        "config.json",
        "generation_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "chat_template.jinja",
        "model.safetensors.index.json",
    ];
    let plain = !name.contains(['/', '\\']) && !name.starts_with('.');
    plain && (settings.contains(&name) || name.ends_with(".safetensors"))
}

/// Names of the files of a model that are needed to run it.
pub(crate) fn files(client: &Client, repository: &str) -> Result<Vec<String>> {
    let text = format!("{}/api/models/{repository}", base());
    let url = Url::parse(&text).map_err(|e| Error::Store(format!("{text} is no address ({e}): check HF_ENDPOINT")))?;
    let (page, _) = client.page(&url, "application/json")?;
    let page: Json = serde_json::from_str(&page).map_err(|e| network(&url, format!("the answer is no JSON: {e}")))?;
    let all = page["siblings"].as_array().into_iter().flatten().filter_map(|f| f["rfilename"].as_str());
    let files: Vec<String> = all.filter(|n| wanted(n)).map(str::to_string).collect();
    match files.iter().any(|f| f.ends_with(".safetensors")) && files.iter().any(|f| f == "config.json") {
        true => Ok(files),
        false => Err(network(&url, "the model has no config.json with safetensors; others cannot be run")),
    }
}

/// Fetches files into a folder. Large files carry their digest in the answer's headers, and are checked.
pub(crate) fn fetch(client: &Client, repository: &str, files: &[String], to: &Path, progress: &mut Sink) -> Result<()> {
    for file in files {
        let url = address(repository, "main", file)?;
        let about = client.ask(Method::Head, &url, &key())?;
        let digest = header(&about, "x-linked-etag").map(|e| e.trim_matches('"').to_lowercase());
        let digest = digest.filter(|d| d.len() == 64 && d.chars().all(|c| c.is_ascii_hexdigit()));
        let bytes = header(&about, "x-linked-size").and_then(|n| n.parse().ok());
        let expected = digest.map(|sha256| Expected { sha256, bytes });
        client.download(&url, &to.join(file), expected.as_ref(), &key(), progress)?;
    }
    Ok(())
}
