//! What goes into a store comes out: in order, at random, after kills, after damage, from many parts.

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use symbolon_store::{Error, Part, Passage, Provenance, Schema, Store, Writer};
use symbolon_tensor::{DType, Rng, Tensor};

const SITES: [(&str, usize); 2] = [("blocks.0.resid_post", 5), ("blocks.1.mlp.out", 3)];

fn schema(dtype: DType, block: usize, shard: usize) -> Schema {
    Schema::new(SITES, dtype, "model-1").unwrap().sizes(block, shard).unwrap()
}

/// A document's rows follow from its number alone.
fn activations(document: u64, rows: usize) -> [Tensor; 2] {
    let mut rng = Rng::new(document);
    SITES.map(|(_, units)| rng.normal([rows, units], DType::F32))
}

fn provenance(document: u64, row: usize) -> Provenance {
    let token = format!("tök{document}.{row}");
    Provenance { document, position: row as u32 + 2, token_id: (document as u32 * 31 + row as u32) % 97, token }
}

fn add(writer: &mut Writer, document: u64, rows: usize) -> Result<(), Error> {
    let [a, b] = activations(document, rows);
    let from: Vec<Provenance> = (0..rows).map(|r| provenance(document, r)).collect();
    let positions: Vec<u32> = from.iter().map(|p| p.position).collect();
    let ids: Vec<u32> = from.iter().map(|p| p.token_id).collect();
    let texts: Vec<&str> = from.iter().map(|p| p.token.as_str()).collect();
    let passage = Passage { document, positions: &positions, ids: &ids, texts: &texts };
    writer.append(&passage, &[(SITES[1].0, &b), (SITES[0].0, &a)])
}

fn write(folder: &Path, schema: &Schema, lengths: &[usize]) {
    let mut writer = Writer::open(folder, schema).unwrap();
    for (document, &rows) in lengths.iter().enumerate() {
        if !writer.has(document as u64) {
            add(&mut writer, document as u64, rows).unwrap();
        }
    }
    writer.finish().unwrap();
}

/// The store holds exactly these documents, whole, with the right numbers and provenance.
fn holds(store: &Store, lengths: &BTreeMap<u64, usize>) {
    let dtype = store.schema().dtype;
    let found: Vec<_> = store.documents().collect();
    assert_eq!(found.iter().map(|d| d.0).collect::<BTreeSet<_>>(), lengths.keys().copied().collect());
    assert_eq!(found.len(), lengths.len(), "each document once");
    assert_eq!(store.rows(), lengths.values().sum::<usize>() as u64);
    for (document, rows) in found {
        let n = lengths[&document];
        assert_eq!(rows.end - rows.start, n as u64);
        for ((site, _), x) in SITES.iter().zip(activations(document, n)) {
            let stored = x.to(dtype).to_vec::<f32>();
            assert_eq!(store.read(site, rows.clone()).unwrap().to_vec::<f32>(), stored);
        }
        let wanted: Vec<u64> = rows.clone().rev().collect();
        let from: Vec<_> = (0..n).rev().map(|r| provenance(document, r)).collect();
        assert_eq!(store.provenances(&wanted).unwrap(), from);
    }
    store.verify().unwrap();
}

fn numbered(lengths: &[usize]) -> BTreeMap<u64, usize> {
    lengths.iter().enumerate().map(|(d, &n)| (d as u64, n)).collect()
}

/// The folder as a killed program would leave it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn lengths() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1usize..9, 1..14)
}

fn dtype() -> impl Strategy<Value = DType> {
    prop::sample::select(vec![DType::F32, DType::F16, DType::BF16])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_goes_in_comes_out(lengths in lengths(), dtype in dtype(), block in 1usize..9, shard in 1usize..30) {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &schema(dtype, block, shard), &lengths);
        holds(&Store::open(dir.path()).unwrap(), &numbered(&lengths));
    }

    #[test]
    fn an_epoch_gives_every_row_once_and_resumes(
        lengths in lengths(), rows in 1usize..12, seed: u64, pool in 0usize..2000, epoch in 0u64..3, start in 0u64..8
    ) {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &schema(DType::F32, 4, 16), &lengths);
        let store = Store::open(dir.path()).unwrap();
        let sites = [SITES[1].0, SITES[0].0];
        let batches = || store.batches(&sites, rows, seed).unwrap().pool_bytes(pool).epoch(epoch);
        let all: Vec<_> = batches().map(Result::unwrap).collect();
        prop_assert_eq!(all.len() as u64, batches().steps());
        prop_assert!(all[..all.len() - 1].iter().all(|b| b.rows.len() == rows));
        let mut seen: Vec<u64> = all.iter().flat_map(|b| b.rows.clone()).collect();
        for batch in &all {
            for (i, &row) in batch.rows.iter().enumerate() {
                for (site, values) in sites.iter().zip(&batch.values) {
                    let wanted = store.read(site, row..row + 1).unwrap().to_vec::<f32>();
                    prop_assert_eq!(values.get(i).to_vec::<f32>(), wanted);
                }
            }
        }
        let resumed: Vec<Vec<u64>> = batches().starting_at(start).map(|b| b.unwrap().rows).collect();
        let tail: Vec<Vec<u64>> = all.iter().skip(start as usize).map(|b| b.rows.clone()).collect();
        prop_assert_eq!(resumed, tail);
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..store.rows()).collect::<Vec<_>>());
    }

    /// Killed after any document, even between the two renames of a shard: nothing half-finished, and going on completes it.
    #[test]
    fn a_killed_harvest_goes_on(lengths in lengths(), shard in 1usize..20, cut in 0usize..14, between: bool) {
        let (dir, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let schema = schema(DType::F32, 3, shard);
        let mut writer = Writer::open(dir.path(), &schema).unwrap();
        for (document, &rows) in lengths.iter().enumerate().take(cut) {
            add(&mut writer, document as u64, rows).unwrap();
        }
        copy(dir.path(), after.path());
        let (_, newest) = newest_shard(after.path());
        if between && newest.exists() {
            fs::remove_file(newest).unwrap();
        }
        let survived: BTreeMap<u64, usize> = {
            let store = Store::open(after.path()).unwrap();
            store.documents().map(|(d, r)| (d, (r.end - r.start) as usize)).collect()
        };
        holds(&Store::open(after.path()).unwrap(), &survived);
        let writer = Writer::open(after.path(), &schema).unwrap();
        prop_assert!((0..20).all(|d| writer.has(d) == survived.contains_key(&d)));
        drop(writer);
        write(after.path(), &schema, &lengths);
        holds(&Store::open(after.path()).unwrap(), &numbered(&lengths));
        let leftovers = fs::read_dir(after.path()).unwrap().filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|x| x == "tmp"));
        prop_assert_eq!(leftovers.count(), 0);
    }

    /// A changed byte is found by `verify`, or it lay between the numbers and changed nothing.
    #[test]
    fn damage_is_found(at in 0usize..20_000, flip in 1u8..=255, json: bool) {
        let dir = tempfile::tempdir().unwrap();
        let lengths = [5, 4, 6];
        write(dir.path(), &schema(DType::F32, 4, 100), &lengths);
        let (arrow, index) = newest_shard(dir.path());
        let file = if json { index } else { arrow };
        let mut bytes = fs::read(&file).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        fs::write(&file, bytes).unwrap();
        match Store::open(dir.path()).and_then(|s| s.verify().map(|_| s)) {
            Ok(store) => holds(&store, &numbered(&lengths)),
            Err(e) => prop_assert!(e.to_string().contains("shard-000000."), "{}", e),
        }
    }

    #[test]
    fn parts_of_many_machines_come_together(lengths in lengths(), of in 1u64..4) {
        let dir = tempfile::tempdir().unwrap();
        let schema = schema(DType::BF16, 3, 8);
        let mut parts = Vec::new();
        for i in 0..of {
            let part: Part = format!("{i}/{of}").parse().unwrap();
            let folder = dir.path().join(i.to_string());
            let mut writer = Writer::open(&folder, &schema).unwrap();
            for (document, &rows) in lengths.iter().enumerate().filter(|(d, _)| part.holds(*d as u64)) {
                add(&mut writer, document as u64, rows).unwrap();
            }
            writer.finish().unwrap();
            parts.push(folder);
        }
        let whole = dir.path().join("whole");
        holds(&Store::merge(&whole, &parts).unwrap(), &numbered(&lengths));
        // Interrupted before the last shard, and started again.
        let (arrow, index) = newest_shard(&whole);
        fs::remove_file(index).unwrap();
        holds(&Store::merge(&whole, &parts).unwrap(), &numbered(&lengths));
        prop_assert!(arrow.exists());
        // A document in two parts is refused.
        let again = Store::merge(dir.path().join("twice"), &[&parts[0], &parts[0]]).unwrap_err();
        prop_assert!(again.to_string().contains("is already there"), "{}", again);
    }
}

fn newest_shard(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let newest = (0..).take_while(|n| folder.join(format!("shard-{n:06}.json")).exists()).last().unwrap_or(0);
    (folder.join(format!("shard-{newest:06}.arrow")), folder.join(format!("shard-{newest:06}.json")))
}

#[test]
fn seeds_and_epochs_differ_and_batches_mix_documents() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &schema(DType::F32, 8, 64), &[8; 64]);
    let store = Store::open(dir.path()).unwrap();
    let first =
        |seed, epoch| store.batches(&[SITES[0].0], 64, seed).unwrap().epoch(epoch).next().unwrap().unwrap().rows;
    assert_eq!(first(1, 0), first(1, 0));
    assert_ne!(first(1, 0), first(2, 0));
    assert_ne!(first(1, 0), first(1, 1));
    // Blocks are documents here: 64 rows out of a pool that holds half of them.
    let half =
        store.batches(&[SITES[0].0], 64, 1).unwrap().pool_bytes(2 * 32 * 8 * (5 * 4 + 12)).next().unwrap().unwrap();
    let documents: BTreeSet<u64> = store.provenances(&half.rows).unwrap().iter().map(|p| p.document).collect();
    assert!((20..=32).contains(&documents.len()), "{}", documents.len());
}

/// Anything that reads Arrow sees a table.
#[test]
fn shards_are_arrow_tables() {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float16Type, UInt64Type};
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &schema(DType::F16, 4, 100), &[3, 4]);
    let store = Store::open(dir.path()).unwrap();
    let file = fs::File::open(store.files().next().unwrap()).unwrap();
    let reader = arrow_ipc::reader::FileReader::try_new(file, None).unwrap();
    assert_eq!(reader.schema().metadata()["symbolon.model"], "model-1");
    let names: Vec<String> = reader.schema().fields().iter().map(|f| f.name().clone()).collect();
    assert_eq!(names, ["document", "position", "token_id", "token", SITES[0].0, SITES[1].0]);
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(batches.iter().map(|b| b.num_rows()).collect::<Vec<_>>(), [4, 3]);
    assert_eq!(batches[0].column(0).as_primitive::<UInt64Type>().values(), &[0, 0, 0, 1]);
    assert_eq!(batches[0].column(3).as_string::<i32>().value(3), provenance(1, 0).token);
    let list = batches[1].column(5).as_fixed_size_list().value(2);
    let wanted = activations(1, 4)[1].get(3).to(DType::F16).to_vec::<f32>();
    assert_eq!(list.as_primitive::<Float16Type>().values().iter().map(|v| v.to_f32()).collect::<Vec<_>>(), wanted);
}

#[test]
fn what_does_not_fit_is_refused_and_adds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path(), &schema(DType::F16, 4, 100)).unwrap();
    add(&mut writer, 7, 2).unwrap();
    let passage = |texts: &'static [&'static str]| Passage { document: 8, positions: &[0, 1], ids: &[1, 2], texts };
    let zeros = |rows, units| Tensor::zeros([rows, units], DType::F32);
    let (a, b) = (zeros(2, 5), zeros(2, 3));
    let (first, second) = (SITES[0].0, SITES[1].0);
    let said = |e: Result<(), Error>| e.unwrap_err().to_string();
    assert!(said(add(&mut writer, 7, 2)).contains("document: 7: it is already in the store"));
    assert!(said(add(&mut writer, 8, 0)).contains("it has no rows"));
    assert!(said(writer.append(&passage(&["x"]), &[(first, &a), (second, &b)])).contains("2 token numbers, 1 texts"));
    let whole = passage(&["x", "y"]);
    assert!(said(writer.append(&whole, &[(first, &a)])).contains("no activations of `blocks.1.mlp.out`"));
    assert!(
        said(writer.append(&whole, &[("blocks.9", &a)])).contains("stored are blocks.0.resid_post, blocks.1.mlp.out")
    );
    assert!(
        said(writer.append(&whole, &[(first, &zeros(3, 5)), (second, &b)])).contains("has shape [3, 5], not [2, 5]")
    );
    let large = Tensor::full([2, 3], 70_000.0, DType::F32);
    assert!(
        said(writer.append(&whole, &[(first, &a), (second, &large)]))
            .contains("row 0, unit 0: 70000 does not fit F16; store F32 or BF16")
    );
    let nan = Tensor::full([2, 3], f64::NAN, DType::F32);
    assert!(said(writer.append(&whole, &[(first, &a), (second, &nan)])).contains("NaN; repair the model's run"));
    let locked = Writer::open(dir.path(), &schema(DType::F16, 4, 100)).unwrap_err().to_string();
    assert!(locked.contains("another program writes"), "{locked}");
    writer.finish().unwrap();
    holds(&Store::open(dir.path()).unwrap(), &BTreeMap::from([(7, 2)]));
    let other = Schema::new(SITES, DType::F16, "model-2").unwrap();
    let refused = Writer::open(dir.path(), &other).unwrap_err().to_string();
    assert!(refused.contains("holds activations of model model-1, not of model-2; choose another folder"), "{refused}");
    let other = Schema::new(SITES, DType::F32, "model-1").unwrap();
    assert!(Writer::open(dir.path(), &other).unwrap_err().to_string().contains("in F16, not blocks.0.resid_post [5]"));
}

#[test]
fn reading_what_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &schema(DType::F32, 4, 100), &[3]);
    let store = Store::open(dir.path()).unwrap();
    assert!(store.read(SITES[0].0, 1..4).unwrap_err().to_string().contains("row 3 of 3"));
    assert_eq!(store.read(SITES[0].0, 1..1).unwrap().shape(), [0, 5]);
    assert!(store.provenance(3).is_err() && store.provenance(u64::MAX).is_err());
    assert!(store.batches(&["logits"], 2, 0).unwrap_err().to_string().contains("`logits` is not stored"));
    assert!(store.batches(&[], 2, 0).is_err() && store.batches(&[SITES[0].0], 0, 0).is_err());
    assert!(Store::open(dir.path().join("nowhere")).unwrap_err().to_string().contains("check the path"));
    // A file that was cut short while nobody looked.
    let (arrow, _) = newest_shard(dir.path());
    let bytes = fs::read(&arrow).unwrap();
    fs::write(&arrow, &bytes[..bytes.len() - 9]).unwrap();
    let cut = Store::open(dir.path()).unwrap_err().to_string();
    assert!(cut.contains("its index says") && cut.contains("harvest its documents again"), "{cut}");
    // Damage found in the middle of reading ends the batches with an error.
    let mut damaged = bytes.clone();
    let value = activations(0, 3)[0].to_vec::<f32>()[4].to_le_bytes();
    let at = bytes.windows(4).position(|w| w == value).unwrap();
    damaged[at] ^= 1;
    fs::write(&arrow, damaged).unwrap();
    let mut batches = Store::open(dir.path()).unwrap().batches(&[SITES[0].0], 2, 0).unwrap();
    assert!(
        batches.next().unwrap().unwrap_err().to_string().contains("block 0, blocks.0.resid_post: the numbers are not")
    );
    assert!(batches.next().is_none());
}

#[test]
fn schemas_that_make_no_sense() {
    let new = |sites: &[(&str, usize)], dtype| Schema::new(sites.iter().copied(), dtype, "m").map(|_| ());
    for (sites, dtype) in [
        (&[][..], DType::F32),
        (&[("a", 0)], DType::F32),
        (&[("a", 1), ("a", 2)], DType::F32),
        (&[("token", 1)], DType::F32),
        (&[("a", 1)], DType::I64),
    ] {
        assert!(matches!(new(sites, dtype), Err(Error::Request { .. })), "{sites:?}");
    }
    let schema = Schema::new([("a", 576)], DType::BF16, "m").unwrap();
    assert_eq!(schema.block_rows, (1 << 20) / (576 * 2));
    assert_eq!(schema.shard_rows % schema.block_rows, 0);
    assert!("3/3".parse::<Part>().is_err() && "x".parse::<Part>().is_err() && "2/3".parse::<Part>().unwrap().holds(5));
    let dir = tempfile::tempdir().unwrap();
    let empty = Writer::open(dir.path(), &schema).unwrap();
    empty.finish().unwrap();
    let empty = Store::open(dir.path()).unwrap();
    assert_eq!((empty.rows(), empty.verify().unwrap()), (0, 0));
    assert!(empty.batches(&["a"], 1, 0).unwrap_err().to_string().contains("no rows yet"));
}
