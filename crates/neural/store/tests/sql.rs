//! SQL over a store, against what the store itself answers.

use symbolon_store::{Cell, Passage, Schema, Store, Writer};
use symbolon_tensor::{DType, Rng, Tensor};

const SITE: &str = "blocks.0.resid_post";

/// Five documents of 3, 4, .. tokens, in blocks of 4 rows and shards of about 10.
fn store(folder: &std::path::Path) -> Store {
    let schema = Schema::new([(SITE, 6), ("logit", 1)], DType::F32, "toy").unwrap().sizes(4, 10).unwrap();
    let mut writer = Writer::open(folder, &schema).unwrap();
    for document in [7u64, 3, 11, 4, 20] {
        let n = 3 + document as usize % 5;
        let x = Rng::new(document).normal([n, 6], DType::F32);
        let y = Tensor::new((0..n).map(|i| (document * 100) as f32 + i as f32).collect::<Vec<f32>>(), [n, 1]).unwrap();
        let positions: Vec<u32> = (0..n as u32).collect();
        let ids: Vec<u32> = positions.iter().map(|p| 1000 + p).collect();
        let texts: Vec<String> = positions.iter().map(|p| format!("it's {p}")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let passage = Passage { document, positions: &positions, ids: &ids, texts: &texts };
        writer.append(&passage, &[(SITE, &x), ("logit", &y)]).unwrap();
    }
    writer.finish().unwrap();
    Store::open(folder).unwrap()
}

fn ask(store: &Store, question: &str) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    store
        .sql(question, &mut |row| {
            rows.push(row.to_vec());
            true
        })
        .unwrap_or_else(|e| panic!("{question}: {e}"));
    rows
}

fn integers(store: &Store, question: &str) -> Vec<i64> {
    let one = |row: Vec<Cell>| match row[..] {
        [Cell::Integer(n)] => n,
        _ => panic!("{row:?}"),
    };
    ask(store, question).into_iter().map(one).collect()
}

#[test]
fn every_row_and_number_is_what_the_store_says() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let values = store.read(SITE, 0..store.rows()).unwrap();
    let rows =
        ask(&store, &format!("select *, value(row, '{SITE}', 5), norm(row, '{SITE}'), list(row, 'logit') from tokens"));
    assert_eq!(rows.len() as u64, store.rows());
    for (i, row) in rows.iter().enumerate() {
        let from = store.provenance(i as u64).unwrap();
        let text = |n: u64| Cell::Integer(n as i64);
        let expected = [
            text(i as u64),
            text(from.document),
            text(from.position.into()),
            text(from.token_id.into()),
            Cell::Text(from.token),
        ];
        assert_eq!(row[..5], expected);
        assert_eq!(row[5], Cell::Real(values.get((i, 5)).item()));
        let norm = values.get(i).square().sum().item().sqrt();
        assert!(matches!(row[6], Cell::Real(x) if (x - norm).abs() < 1e-5), "{row:?} {norm}");
        assert_eq!(row[7], Cell::Text(format!("[{:.1}]", (from.document * 100 + u64::from(from.position)) as f64)));
    }
    assert_eq!(ask(&store, "select * from sites")[0], [Cell::Text(SITE.into()), Cell::Integer(6)]);
}

#[test]
fn conditions_find_the_same_rows_as_looking_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    // `+row` keeps SQLite from handing the condition on, so that all rows are looked at.
    for condition in [
        "# = 5",
        "# > 5",
        "# >= 5 and # < 9",
        "# <= 3",
        "# between 8 and 12",
        "# = -1",
        "# = 1000",
        "# = 'x'",
        "# = 2.0",
        "# > 2.5 and # < 7",
        "# in (1, 9, 4)",
        "# < 1000000000000000000",
        "# is null",
        "# = 5 or # = 6",
    ] {
        for column in ["row", "document"] {
            let plain = condition.replace('#', column);
            let slow = condition.replace('#', &format!("+{column}"));
            let of = |c: &str| integers(&store, &format!("select row from tokens where {c} order by row"));
            assert_eq!(of(&plain), of(&slow), "{plain}");
        }
    }
    assert_eq!(integers(&store, "select row from tokens where document = 3"), (5..11).collect::<Vec<_>>());
    assert_eq!(
        integers(&store, "select count(*) from tokens a join tokens b on a.row = b.row + 1"),
        [store.rows() as i64 - 1]
    );
    assert_eq!(
        integers(&store, "select count(*) from tokens where value(row, 'logit', 0) > 1100.5"),
        [integers(&store, "select count(*) from tokens where document = 20 or document = 11 and position > 0")[0]]
    );
}

#[test]
fn what_is_wrong_is_told_with_what_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let e = |question: &str| store.sql(question, &mut |_| true).unwrap_err().to_string();
    assert!(e("select").contains("value(row, site, unit)"));
    assert!(e("select nothing from tokens").contains("nothing"));
    assert!(e("select value(row, 'blocks.9', 0) from tokens").contains(SITE));
    assert!(e(&format!("select value(row, '{SITE}', 6) from tokens")).contains("0 to 5"));
    assert!(e(&format!("select value(row, '{SITE}', -1) from tokens")).contains("0 to 5"));
    assert!(e("select value(-1, 'logit', 0)").contains("no row -1"));
    for change in
        ["drop table sites", "delete from sites", "create table x (y)", "insert into tokens values (1,2,3,4,5)", ""]
    {
        assert!(store.sql(change, &mut |_| true).is_err(), "{change}");
    }
    // A listener who has enough.
    let mut heard = 0;
    let columns = store.sql("select token as t, row from tokens", &mut |_| {
        heard += 1;
        heard < 3
    });
    assert_eq!((columns.unwrap(), heard), (vec!["t".to_owned(), "row".to_owned()], 3));
    // Numbers that are not those that were written.
    let file = store.files().next().unwrap().to_owned();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle - 200..middle + 200].iter_mut().for_each(|b| *b ^= 1);
    std::fs::write(&file, bytes).unwrap();
    assert!(
        e(&format!("select max(value(row, '{SITE}', 0)), max(token), max(norm(row, 'logit')) from tokens"))
            .contains(".arrow")
    );
}
