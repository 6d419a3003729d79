//! Harvesting: a corpus through a model, the activations of some sites into a store on disk.
//!
//! Documents of about the same length share a pass; a pass ends behind the last layer that is asked for. What has been
//! written is skipped when a harvest is started again, so it may be killed at any time; more files may be added behind
//! those of an earlier harvest. Dictionaries, probes and transcoders stream from the [`Store`](symbolon_store::Store).

use crate::corpus::{Corpus, Document};
use crate::error::{Error, Result};
use crate::fetch::digest;
use crate::local::Local;
use crate::model::LanguageModel;
use serde::{Deserialize, Serialize};
use std::path::Path;
use symbolon_net::pretrained::Pass;
use symbolon_net::{Activation, Axis, Network, Pattern, SiteInfo, Trace, fingerprint};
use symbolon_store::{Part, Passage, Schema, Writer};
use symbolon_tensor::{DType, Tensor, no_grad};

/// What is harvested, and how.
#[derive(Clone, Debug)]
pub struct Harvest {
    /// Patterns of sites: `blocks.*.resid_post`. Sites with heads give their heads side by side.
    pub sites: Vec<String>,
    /// Kind of number on disk: `F32`, `F16` or `BF16`.
    pub dtype: DType,
    /// Tokens that see each other: longer documents are run in windows. Never more than the model's context.
    pub window: usize,
    /// This machine's share of the documents.
    pub part: Part,
    /// Tokens in a pass, over all its documents; decides memory and speed, not results.
    pub at_once: usize,
}

impl Harvest {
    /// Sites in `F16`, in windows of 1024 tokens, all documents.
    pub fn new<S: Into<String>>(sites: impl IntoIterator<Item = S>) -> Self {
        let sites = sites.into_iter().map(Into::into).collect();
        Self { sites, dtype: DType::F16, window: 1024, part: Part::ALL, at_once: 2048 }
    }
}

/// How far a harvest has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Harvested {
    /// Documents written now.
    pub documents: u64,
    /// Documents that were there before.
    pub skipped: u64,
    /// Rows written now: one a token.
    pub rows: u64,
    /// Bytes of the corpus that have been looked at.
    pub read: u64,
    /// All bytes of the corpus.
    pub bytes: u64,
    /// Whether the listener ended it; what has been counted is safe.
    pub interrupted: bool,
}

/// The file that says what a store was harvested from.
const NOTE: &str = "harvest.json";

/// What a store was harvested from; numbers of documents mean the same only while this holds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    model: String,
    window: usize,
    piece: usize,
    /// Name, length and SHA-256 digest of each file.
    files: Vec<(String, u64, String)>,
}

impl Harvest {
    /// The sites that the patterns mean, with the numbers of a row each, and the layer before which a pass may end.
    ///
    /// # Errors
    /// When a pattern means none (with the nearest names) or a site has no fixed number of units for each position.
    pub fn resolve(&self, network: &dyn Network) -> Result<Vec<(String, usize)>> {
        Ok(self.found(network)?.into_iter().map(|f| (f.name, f.units)).collect())
    }

    fn found(&self, network: &dyn Network) -> Result<Vec<Found>> {
        let all = network.sites();
        // The trace's own check: patterns that cannot be read or mean nothing, heads that are not there.
        self.sites.iter().fold(Trace::new(), |t, s| t.record(s)).check(&all)?;
        let mut found: Vec<Found> = Vec::new();
        for text in &self.sites {
            let pattern = Pattern::new(text)?;
            for info in &all {
                let site = pattern.head().map_or_else(|| info.site.clone(), |h| info.site.with_head(h));
                if !pattern.matches(&site) || found.iter().any(|f| f.name == site.to_string()) {
                    continue;
                }
                let heads = if pattern.head().is_some() { 1 } else { info.heads().unwrap_or(1) };
                let flat = info.axes.contains(&Axis::Position) && !info.axes.contains(&Axis::Query);
                let units = info.width().filter(|_| flat).ok_or_else(|| unfit(info))?;
                found.push(Found { name: site.to_string(), units: heads * units, layer: info.site.layer() });
            }
        }
        match found.is_empty() {
            true => Err(Error::Request("no sites to harvest".into())),
            false => Ok(found),
        }
    }
}

struct Found {
    name: String,
    units: usize,
    layer: Option<usize>,
}

fn unfit(info: &SiteInfo) -> Error {
    Error::Request(format!(
        "`{}` has no fixed number of units for each position ({:?}), so it cannot be kept as rows; harvest `attn.z` or \
         `attn.q` and `attn.k` instead of patterns",
        info.site, info.axes
    ))
}

/// Runs a corpus through a model and writes the activations of the sites to a folder; goes on with the store that is
/// there. Rows are the tokens of the texts, without those that the model expects around every text; their position
/// counts from the document's beginning.
///
/// `progress` is called after every few documents; answering `false` ends the harvest, with all it has done safe.
///
/// # Errors
/// Before any work: sites that are not there or have no rows, a store of another model, other sites or another kind of
/// number, a corpus other than the one the store was begun with (files may be added behind). Later: texts that cannot
/// be read, numbers that do not fit the kind on disk, a full disk.
pub fn harvest(
    model: &Local,
    corpus: &Corpus,
    how: &Harvest,
    folder: impl AsRef<Path>,
    progress: &mut dyn FnMut(&Harvested) -> bool,
) -> Result<Harvested> {
    let folder = folder.as_ref();
    let sites = how.found(&model.network)?;
    let frame = Frame::of(model)?;
    let context = model.network.config.context;
    let window = how.window.min(context).saturating_sub(frame.len());
    if window == 0 {
        return Err(Error::Request(format!("windows of {} tokens have no room for text", how.window)));
    }
    let layers = sites.iter().map(|s| s.layer.map(|l| l + 1).or((s.name == "embed").then_some(0)));
    let until = layers.collect::<Option<Vec<_>>>().and_then(|l| l.into_iter().max());
    let columns = sites.iter().map(|s| (s.name.clone(), s.units));
    let schema = Schema::new(columns, how.dtype, fingerprint(&model.network))?;
    let note = Note::of(model, corpus, window)?;
    note.check(folder)?;
    let mut writer = Writer::open(folder, &schema)?;
    note.write(folder)?;

    let mut so_far = Harvested { bytes: corpus.bytes(), ..Harvested::default() };
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut tokens = 0;
    let mut documents = corpus.documents();
    loop {
        let next = documents.next().transpose()?;
        let last = next.is_none();
        if let Some(document) = next {
            so_far.read = document.read;
            if !how.part.holds(document.number) {
                continue;
            }
            if writer.has(document.number) {
                so_far.skipped += 1;
                continue;
            }
            let ids = model.tokenizer.encode(&document.text)?;
            if !ids.is_empty() {
                tokens += ids.len();
                waiting.push(Waiting::new(document, ids, &sites));
            }
        }
        if tokens < how.at_once && !last {
            continue;
        }
        run(model, &frame, &sites, until, window, how.at_once, &mut waiting)?;
        for done in waiting.drain(..) {
            so_far.documents += 1;
            so_far.rows += done.ids.len() as u64;
            done.write(model, &sites, &mut writer)?;
        }
        tokens = 0;
        so_far.interrupted = !progress(&so_far);
        if last || so_far.interrupted {
            break;
        }
    }
    writer.finish()?;
    if !so_far.interrupted {
        so_far.read = so_far.bytes;
    }
    Ok(so_far)
}

/// A document and what has been computed for it.
struct Waiting {
    number: u64,
    ids: Vec<u32>,
    values: Vec<Vec<f32>>,
}

impl Waiting {
    fn new(document: Document, ids: Vec<u32>, sites: &[Found]) -> Self {
        let values = sites.iter().map(|s| vec![0.0; ids.len() * s.units]).collect();
        Self { number: document.number, ids, values }
    }
    fn write(self, model: &Local, sites: &[Found], writer: &mut Writer) -> Result<()> {
        let rows = self.ids.len();
        let positions: Vec<u32> = (0..rows as u32).collect();
        let texts: Vec<String> = self.ids.iter().map(|&id| model.tokenizer.show(id)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let tensors = self.values.into_iter().zip(sites).map(|(v, s)| Ok(Tensor::new(v, [rows, s.units])?));
        let tensors = tensors.collect::<Result<Vec<_>>>()?;
        let named: Vec<(&str, &Tensor)> = sites.iter().map(|s| &*s.name).zip(&tensors).collect();
        let passage = Passage { document: self.number, positions: &positions, ids: &self.ids, texts: &texts };
        Ok(writer.append(&passage, &named)?)
    }
}

/// Tokens that the model expects around every text.
struct Frame {
    before: Vec<u32>,
    after: Vec<u32>,
}

impl Frame {
    fn of(model: &Local) -> Result<Self> {
        let (plain, framed) = (model.tokenizer.encode("a")?, model.tokenizer.encode_framed("a", true)?);
        let at = framed.windows(plain.len().max(1)).position(|w| w == plain);
        let Some(at) = at else { return Err(Error::Text("the tokenizer changes texts that it frames".into())) };
        Ok(Self { before: framed[..at].to_vec(), after: framed[at + plain.len()..].to_vec() })
    }
    fn len(&self) -> usize {
        self.before.len() + self.after.len()
    }
}

/// Runs all windows of some documents, those of like length together.
fn run(
    model: &Local,
    frame: &Frame,
    sites: &[Found],
    until: Option<usize>,
    window: usize,
    at_once: usize,
    documents: &mut [Waiting],
) -> Result<()> {
    // Document, first token, number of tokens.
    let cut = |(d, w): (usize, &Waiting)| {
        let n = w.ids.len();
        (0..n).step_by(window).map(move |at| (d, at, window.min(n - at))).collect::<Vec<_>>()
    };
    let mut windows: Vec<(usize, usize, usize)> = documents.iter().enumerate().flat_map(cut).collect();
    windows.sort_by_key(|w| std::cmp::Reverse(w.2));
    let mut rest = &windows[..];
    while let Some(&(_, _, longest)) = rest.first() {
        let wide = longest + frame.len();
        let (some, more) = rest.split_at((at_once / wide).clamp(1, rest.len()));
        rest = more;
        let (mut ids, mut mask) = (vec![0i64; some.len() * wide], vec![0f32; some.len() * wide]);
        for (i, &(d, at, n)) in some.iter().enumerate() {
            let text = &documents[d].ids[at..at + n];
            let all = frame.before.iter().chain(text).chain(&frame.after);
            for (j, &id) in all.enumerate() {
                ids[i * wide + j] = i64::from(id);
                mask[i * wide + j] = 1.0;
            }
        }
        let inputs = [Tensor::new(ids, [some.len(), wide])?, Tensor::new(mask, [some.len(), wide])?];
        let mut trace = sites.iter().fold(Trace::new(), |t, s| t.record(&s.name));
        no_grad(|| model.network.run(&inputs, Pass { until, last_only: false, ..Pass::default() }, &mut trace))?;
        for (s, site) in sites.iter().enumerate() {
            let found = trace.get(&site.name.parse()?).ok_or_else(|| Error::Text(format!("no `{}`", site.name)))?;
            let values = by_position(found).to_vec::<f32>();
            for (i, &(d, at, n)) in some.iter().enumerate() {
                let from = (i * wide + frame.before.len()) * site.units;
                let to = at * site.units..(at + n) * site.units;
                documents[d].values[s][to].copy_from_slice(&values[from..from + n * site.units]);
            }
        }
    }
    Ok(())
}

/// `[batch, position, heads · units]`.
fn by_position(x: &Activation) -> Tensor {
    let t = x.tensor();
    match x.axes().iter().position(|a| *a == Axis::Head) {
        Some(1) => t.transpose(1, 2).flatten(2, 3),
        _ => t.clone(),
    }
}

impl Note {
    fn of(model: &Local, corpus: &Corpus, window: usize) -> Result<Self> {
        let name = |p: &Path| p.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = |f: &crate::corpus::CorpusFile| Ok((name(&f.path), f.bytes, digest(&f.path, &mut |_| {})?));
        let files = corpus.files().iter().map(file).collect::<Result<_>>()?;
        Ok(Self { model: model.name().into(), window, piece: corpus.piece(), files })
    }
    /// Refuses a store whose documents have other numbers.
    fn check(&self, folder: &Path) -> Result<()> {
        let path = folder.join(NOTE);
        let there: Self = match std::fs::read(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(crate::error::io(&path)(e)),
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| Error::format(&path, "JSON", e.to_string()))?,
        };
        if (there.window, there.piece) != (self.window, self.piece) {
            let was = format!(
                "the harvest was begun with windows of {} tokens and pieces of {} bytes, not {} and {}",
                there.window, there.piece, self.window, self.piece
            );
            return Err(Error::format(&path, "settings", format!("{was}; use the same, or another folder")));
        }
        for (i, (name, _, digest)) in there.files.iter().enumerate() {
            if self.files.get(i).is_none_or(|f| f.2 != *digest) {
                return Err(Error::format(
                    &path,
                    format!("file {}", i + 1),
                    format!(
                        "the harvest was begun with `{name}`, which is missing or has changed; give the same files, new ones behind them"
                    ),
                ));
            }
        }
        Ok(())
    }
    fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(NOTE);
        let text = serde_json::to_vec_pretty(self).map_err(|e| Error::format(&path, "JSON", e.to_string()))?;
        symbolon_tensor::io::replace(&path, |beside| std::fs::write(beside, &text).map_err(crate::error::io(&path)))
    }
}
