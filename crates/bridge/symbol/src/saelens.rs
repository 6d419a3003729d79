//! Dictionaries in the folder format of SAELens (`cfg.json`, `sae_weights.safetensors`), in which most published sparse
//! autoencoders are distributed: architectures `standard`, `topk`, `jumprelu` and `transcoder`.
//!
//! Scales of the decoder's rows (`rescale_acts_by_decoder_norm`, fine-tuning factors) are folded into the weights when a folder is
//! loaded. `expected_average_only_in` asks for nothing at run time: SAELens folds that factor in before it publishes.

use std::path::Path;

use serde_json::{Map, Value, json};
use symbolon_net::Site;
use symbolon_tensor::{DType, Tensor, io};

use crate::dictionary::{Dictionary, Normalise, Sparsity};
use crate::error::{Error, Result};

const CONFIG: &str = "cfg.json";
const WEIGHTS: &str = "sae_weights.safetensors";

/// A dictionary with what its folder says about it.
#[derive(Clone, Debug)]
pub struct SaeLens {
    /// The dictionary, in `F32`.
    pub dictionary: Dictionary,
    /// Where in the network, if the folder says so in words that we know.
    pub site: Option<Site>,
    /// The model it was trained on, as SAELens calls it.
    pub model: Option<String>,
    /// `cfg.json` as it is.
    pub config: Value,
}

impl SaeLens {
    /// Reads a folder.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Net`] for files that are missing or broken, [`Error::Definition`] for architectures and
    /// settings that this version cannot represent, with their names.
    pub fn load(folder: impl AsRef<Path>) -> Result<SaeLens> {
        let folder = folder.as_ref();
        let file = folder.join(CONFIG);
        let place = file.display().to_string();
        let text = std::fs::read_to_string(&file).map_err(|source| Error::Io { file: place.clone(), source })?;
        let config: Value = serde_json::from_str(&text).map_err(|e| Error::Definition(format!("{place}: {e}")))?;
        let bad = |problem: String| Error::Definition(format!("{place}: {problem}"));
        if !config.is_object() {
            return Err(bad("it is no JSON object".into()));
        }
        let arrays = io::load(folder.join(WEIGHTS))?;
        let array = |name: &str| {
            let found = arrays.get(name).filter(|t| t.dtype().is_float()).map(|t| t.to(DType::F32));
            found.ok_or_else(|| bad(format!("`{WEIGHTS}` has no array of real numbers `{name}`")))
        };
        let says = |name: &str| config.get(name).filter(|v| !v.is_null());
        let word = |name: &str, default: &str| says(name).and_then(Value::as_str).unwrap_or(default).to_owned();
        let yes = |name: &str, default: bool| says(name).and_then(Value::as_bool).unwrap_or(default);
        let (mut encoder, mut decoder) = (array("W_enc")?, array("W_dec")?);
        let (mut encoder_bias, decoder_bias) = (array("b_enc")?, array("b_dec")?);
        if encoder.rank() != 2 || decoder.rank() != 2 || encoder.size(1) != decoder.size(0) || encoder_bias.rank() != 1
        {
            let shapes = (encoder.shape(), decoder.shape());
            return Err(bad(format!("W_enc [d_in, d_sae] and W_dec [d_sae, d_out] have shapes {shapes:?}")));
        }
        let k = || {
            let k = says("k").or_else(|| config.get("activation_fn_kwargs")?.get("k")).and_then(Value::as_u64);
            k.and_then(|k| usize::try_from(k).ok()).ok_or_else(|| bad("`k` is missing".into()))
        };
        // Before version 6, `standard` named its activation apart.
        let activation = word("activation_fn", &word("activation_fn_str", "relu"));
        let architecture = word("architecture", "standard");
        let sparsity = match (architecture.as_str(), activation.as_str()) {
            ("topk", _) | ("standard", "topk") => Sparsity::TopK(k()?),
            ("standard" | "transcoder", "relu") => Sparsity::Relu,
            ("jumprelu", _) => Sparsity::JumpRelu(array("threshold")?),
            (other, activation) => {
                let problem = format!(
                    "architecture `{other}` with activation `{activation}` cannot be represented; standard, topk, jumprelu and transcoder can"
                );
                return Err(bad(problem));
            }
        };
        let normalise = match word("normalize_activations", "none").as_str() {
            "none" | "expected_average_only_in" => Normalise::None,
            "constant_norm_rescale" => Normalise::Length,
            "layer_norm" => Normalise::Layer,
            other => return Err(bad(format!("normalisation `{other}` cannot be represented"))),
        };
        if let other @ ("hook_z" | "hook_z_reshaping") = word("reshape_activations", "none").as_str() {
            return Err(bad(format!(
                "it joins the heads of an activation (`{other}`): such sites are read head by head here"
            )));
        }
        if yes("rescale_acts_by_decoder_norm", false) {
            let lengths = decoder.norm(2.0, &[1], false);
            encoder = encoder * &lengths;
            encoder_bias = encoder_bias * &lengths;
            decoder = decoder / lengths.unsqueeze(1);
        }
        if let Some(factors) =
            arrays.get("finetuning_scaling_factor").filter(|_| yes("finetuning_scaling_factor", false))
        {
            decoder = decoder * factors.to(DType::F32).unsqueeze(1);
        }
        let offset = match yes("apply_b_dec_to_input", architecture != "transcoder") {
            true => decoder_bias.clone(),
            false => Tensor::zeros([encoder.size(0)], DType::F32),
        };
        let dictionary = Dictionary { encoder, encoder_bias, decoder, decoder_bias, offset, sparsity, normalise };
        let dictionary = dictionary.checked().map_err(|e| bad(e.to_string()))?;
        let about = |name: &str| {
            let part = says("metadata").or_else(|| says("meta")).and_then(|m| m.get(name));
            part.or_else(|| says(name)).and_then(Value::as_str).map(str::to_owned)
        };
        let site = about("hook_name").and_then(|hook| site(&hook));
        Ok(SaeLens { dictionary, site, model: about("model_name"), config })
    }

    /// Writes a folder that SAELens loads. An offset that is not the decoder's bias is folded into the encoder's bias.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Net`] with the file; [`Error::Definition`] for transcoders with other codes than ReLU, which
    /// the format has no name for.
    pub fn save(folder: impl AsRef<Path>, dictionary: &Dictionary, site: &Site, model: &str) -> Result<()> {
        let folder = folder.as_ref();
        let d = dictionary.to(DType::F32);
        let transcoder = d.units() != d.targets();
        if transcoder && !matches!(d.sparsity, Sparsity::Relu) {
            let problem = "SAELens has no transcoders but those with ReLU: keep it in a reading".to_owned();
            return Err(Error::Definition(problem));
        }
        let io_error = |path: &Path| {
            let file = path.display().to_string();
            move |source| Error::Io { file, source }
        };
        std::fs::create_dir_all(folder).map_err(io_error(folder))?;
        let shared = !transcoder && d.offset.to_vec::<f32>() == d.decoder_bias.to_vec::<f32>();
        let encoder_bias = match shared {
            true => d.encoder_bias.clone(),
            false => &d.encoder_bias - d.offset.unsqueeze(0).matmul(&d.encoder).get(0),
        };
        let normalise = match d.normalise {
            Normalise::None => "none",
            Normalise::Length => "constant_norm_rescale",
            Normalise::Layer => "layer_norm",
        };
        let architecture = match d.sparsity {
            Sparsity::Relu if transcoder => "transcoder",
            Sparsity::Relu => "standard",
            Sparsity::TopK(_) => "topk",
            Sparsity::JumpRelu(_) => "jumprelu",
        };
        let mut config = Map::new();
        let mut say = |name: &str, value: Value| config.insert(name.to_owned(), value);
        say("architecture", json!(architecture));
        say("d_in", json!(d.units()));
        say("d_sae", json!(d.features()));
        say("dtype", json!("float32"));
        say("device", json!("cpu"));
        say("apply_b_dec_to_input", json!(shared));
        say("normalize_activations", json!(normalise));
        say("reshape_activations", json!("none"));
        say("metadata", json!({"hook_name": hook(site), "model_name": model}));
        if transcoder {
            say("d_out", json!(d.targets()));
        }
        let mut arrays = vec![
            ("W_enc", d.encoder.contiguous()),
            ("W_dec", d.decoder.contiguous()),
            ("b_enc", encoder_bias),
            ("b_dec", d.decoder_bias.clone()),
        ];
        match &d.sparsity {
            Sparsity::TopK(k) => {
                say("k", json!(k));
                say("rescale_acts_by_decoder_norm", json!(false));
            }
            Sparsity::JumpRelu(threshold) => arrays.push(("threshold", threshold.clone())),
            Sparsity::Relu => (),
        }
        io::save(folder.join(WEIGHTS), arrays.iter().map(|(n, t)| (*n, t)))?;
        let text = serde_json::to_string_pretty(&config).map_err(|e| Error::Definition(e.to_string()))?;
        io::replace(folder.join(CONFIG), |beside| std::fs::write(beside, text + "\n").map_err(io_error(beside)))
    }
}

/// Names of places: as TransformerLens hooks them, and as sites.
const HOOKS: [(&str, &str); 8] = [
    ("hook_resid_pre", "resid_pre"),
    ("hook_resid_mid", "resid_mid"),
    ("hook_resid_post", "resid_post"),
    ("hook_attn_out", "attn.out"),
    ("hook_mlp_out", "mlp.out"),
    ("mlp.hook_pre", "mlp.pre"),
    ("mlp.hook_post", "mlp.post"),
    ("ln2.hook_normalized", "mlp.in"),
];

/// The site that a hook's name means, such as `blocks.8.hook_resid_post`.
pub fn site(hook: &str) -> Option<Site> {
    let (block, rest) = hook.strip_prefix("blocks.")?.split_once('.')?;
    let (_, part) = HOOKS.iter().find(|(h, _)| *h == rest)?;
    format!("blocks.{block}.{part}").parse().ok()
}

/// The hook's name of a site; a site that TransformerLens has no name for keeps its own.
pub fn hook(site: &Site) -> String {
    let name = site.to_string();
    let found = || {
        let (block, rest) = name.strip_prefix("blocks.")?.split_once('.')?;
        let (hook, _) = HOOKS.iter().find(|(_, p)| *p == rest)?;
        Some(format!("blocks.{block}.{hook}"))
    };
    found().unwrap_or(name)
}
