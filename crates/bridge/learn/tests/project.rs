//! Projects as a user has them: a folder with a theory, tables and pictures.

use std::path::Path;

use symbolon_data::write_png;
use symbolon_learn::project::{Project, Run, TRAINED};
use symbolon_learn::{Error, Semantics, Target};
use symbolon_net::train::Why;
use symbolon_tensor::{Device, Rng, Tensor};

/// Numbers have a sign; what is observed is whether two of them agree, and now and then a sign.
const THEORY: &str = "
:- network(sign, mlp(1, 8, 2)).
:- train(\"train.csv\", agree(vector(A), vector(B), R)).
:- train(\"signs.csv\").
:- test(\"train.csv\", agree(vector(A), vector(B), R)).
:- training([epochs(20), batch(16), rate(0.02), seed(3)]).
nn(sign, [X], S, [minus, plus]) :: sign(X, S).
agree(A, B, yes) :- sign(A, S), sign(B, S).
agree(A, B, no) :- sign(A, S), sign(B, T), S \\== T.
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(theory: &str) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        folder.write("theory.pl", theory);
        let mut rng = Rng::new(5);
        let mut rows = String::from("A,B,R\n");
        for _ in 0..120 {
            let mut draw = || (rng.unit() * 2.0 - 1.0) * 3.0;
            let (a, b) = (draw(), draw());
            rows += &format!("[{a:.3}],[{b:.3}],{}\n", if (a > 0.0) == (b > 0.0) { "yes" } else { "no" });
        }
        folder.write("train.csv", &rows);
        // A few signs, so that it is settled which of the two values is which.
        let sign = |i: i32| {
            let x = f64::from(i / 2 + 1) * 0.3 * if i % 2 == 0 { 1.0 } else { -1.0 };
            format!("\"sign(vector([{x:.1}]), plus)\",{}\n", i % 2 == 0)
        };
        let signs: String = (0..20).map(sign).collect();
        folder.write("signs.csv", &format!("query,truth\n{signs}"));
        folder
    }
    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }
    fn path(&self) -> &Path {
        self.0.path()
    }
    fn open(&self) -> Result<Project, Error> {
        Project::open(self.path(), None, None, Device::Cpu)
    }
    /// The error of opening, as text.
    fn refused(&self) -> String {
        match self.open() {
            Ok(_) => panic!("accepted"),
            Err(error) => error.to_string(),
        }
    }
}

#[test]
fn a_folder_is_learned_from_and_answers() {
    let folder = Folder::new(THEORY);
    let mut project = folder.open().unwrap();
    assert_eq!((project.train.len(), project.test.len()), (140, 120));
    assert_eq!(project.train.examples[139].target, Target::Root(1));
    let before = project.judge(&project.test.examples).unwrap();
    let file = project.trained();
    let outcome = project.teach(Run { checkpoint: Some(&file), ..Run::default() }).unwrap();
    assert_eq!((outcome.why, outcome.steps), (Why::Finished, 20 * 9));
    let after = project.judge(&project.test.examples).unwrap();
    assert!(after.accuracy() > 0.95 && after.mean_log_probability() > before.mean_log_probability());
    // Answers are about the data that were asked about.
    let asked = project.test.sources[0].0.replace(' ', "");
    let right = after.predictions.iter().position(|p| p.correct && p.answer == asked);
    assert_eq!(right, after.predictions[0].correct.then_some(0), "{asked} {:?}", after.predictions[0]);
    // Signs have been told apart by the few that were observed.
    let plus = project.observe("sign(vector([1.7]), plus)").unwrap();
    assert!(project.judge(&[plus]).unwrap().predictions[0].correct);
    // Another process takes over what was learned.
    let mut again = folder.open().unwrap();
    again.restore(&file).unwrap();
    assert_eq!(again.judge(&again.test.examples).unwrap().predictions, after.predictions);
}

#[test]
fn training_that_was_stopped_goes_on_to_the_same_bits() {
    let bytes = |project: &Project| {
        project.networks["sign"].parameters().iter().flat_map(|(_, p)| p.to_bytes()).collect::<Vec<u8>>()
    };
    let folder = Folder::new(&THEORY.replace("epochs(20)", "epochs(4)"));
    let mut whole = folder.open().unwrap();
    whole.teach(Run::default()).unwrap();
    let file = folder.path().join(TRAINED);
    let mut first = folder.open().unwrap();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let flag = stop.clone();
    let watch = move |r: &symbolon_net::train::Report| flag.store(r.step >= 11, std::sync::atomic::Ordering::Relaxed);
    let run = Run { checkpoint: Some(&file), progress: Some(Box::new(watch)), stop: Some(stop), ..Run::default() };
    assert_eq!(first.teach(run).unwrap().why, Why::Stopped);
    let mut second = folder.open().unwrap();
    let outcome = second.teach(Run { checkpoint: Some(&file), resume: true, ..Run::default() }).unwrap();
    assert_eq!((outcome.why, outcome.steps), (Why::Finished, 4 * 9));
    assert_eq!(bytes(&second), bytes(&whole));
}

#[test]
fn what_no_proof_explains_is_named() {
    let folder = Folder::new(THEORY);
    folder.write("signs.csv", "query\n\"sign(vector([1]), plus)\"\n\"sign(vector([2]), positive)\"\n\"agree(vector([1]), vector([2]), perhaps)\"\n");
    let mut project = folder.open().unwrap();
    let named: Vec<(&str, &str)> = project.train.unexplained().iter().map(|(q, p)| (q.as_str(), p.as_str())).collect();
    assert_eq!(
        named,
        [("sign(vector([2]), positive)", "signs.csv:3"), ("agree(vector([1]), vector([2]), perhaps)", "signs.csv:4")]
    );
    // They teach nothing and count as wrong.
    project.settings.epochs = 1;
    assert_eq!(project.teach(Run::default()).unwrap().steps, 8);
    let judged = project.judge(&project.train.examples).unwrap();
    assert_eq!(judged.impossible(), 2);
    assert!(!judged.predictions[121].correct);
}

#[test]
fn a_query_that_nothing_answers_is_wrong_and_no_more() {
    let folder = Folder::new(&format!("{THEORY}\nnever(_, _) :- fail.\n"));
    folder.write("signs.csv", "query\n\"never(vector([1]), 5)\"\n");
    let project = folder.open().unwrap();
    let judged = project.judge(&project.train.examples[120..]).unwrap();
    assert_eq!((judged.impossible(), judged.predictions[0].correct), (1, false));
}

#[test]
fn mistakes_are_said_with_their_place() {
    let refused = |from: &str, to: &str| Folder::new(&THEORY.replace(from, to)).refused();
    assert!(refused("mlp(1, 8, 2)", "lanet(10)").contains("lanet"));
    assert!(refused(":- network(sign, mlp(1, 8, 2)).", "").contains("the network sign is not declared"));
    assert!(refused("epochs(20)", "epochs(none)").contains("epochs needs a whole number"));
    assert!(refused("seed(3)", "sead(3)").contains("`sead(3)` is not a setting"));
    assert!(refused("train.csv\", agree(vector(A)", "train.csv\", agree(vector(Z)").contains("no column `Z`"));
    assert!(refused("\"signs.csv\"", "\"sings.csv\"").contains("sings.csv"));
    let folder = Folder::new(THEORY);
    folder.write("signs.csv", "query,truth\n\"sign(vector([1]), plus)\",maybe\n");
    assert!(
        folder.refused().contains("signs.csv: line 2, column `truth`: `maybe` is no truth"),
        "{}",
        folder.refused()
    );
    folder.write("signs.csv", "query\n\"sign(vector([1]), Which)\"\n");
    assert!(folder.refused().contains("line 2"), "{}", folder.refused());
    folder.write("signs.csv", "query\n\"sign(vector([one]), plus)\"\n");
    assert!(folder.refused().contains("a vector is a list of numbers"), "{}", folder.refused());
    assert!(Project::open(folder.path().join("nowhere"), None, None, Device::Cpu).is_err());
}

#[test]
fn outputs_and_checkpoints_of_something_else_are_refused() {
    let folder = Folder::new(&THEORY.replace("mlp(1, 8, 2)", "mlp(1, 8, 3)"));
    let project = folder.open().unwrap();
    let error = project.judge(&project.test.examples).unwrap_err().to_string();
    assert!(error.contains("sign: gives") && error.contains("minus, plus"), "{error}");
    let folder = Folder::new(&THEORY.replace("epochs(20)", "epochs(1)"));
    let mut project = folder.open().unwrap();
    let file = project.trained();
    project.teach(Run { checkpoint: Some(&file), ..Run::default() }).unwrap();
    let other = Folder::new(&THEORY.replace("mlp(1, 8, 2)", "mlp(1, 9, 2)"));
    let error = other.open().unwrap().restore(&file).unwrap_err().to_string();
    assert!(error.contains("mlp(1, 8, 2)") && error.contains("mlp(1, 9, 2)"), "{error}");
}

#[test]
fn pictures_are_read_from_the_folder_and_networks_take_several() {
    let theory = "
        :- network(same, mlp(2, 4, 4, 2)).
        :- train(\"train.csv\", same(image(A), image(B))).
        :- training([epochs(1), batch(2), shift(1)]).
        nn(same, [A, B], S, [yes, no]) :: looks(A, B, S).
        same(A, B) :- looks(A, B, yes).
    ";
    let folder = Folder::new(&theory.replace("mlp(2, 4, 4, 2)", "lenet(16, 16, 2, 2)"));
    let picture =
        |seed: u64, side: usize| Rng::new(seed).uniform([1, side, side], 0.0, 1.0, symbolon_tensor::DType::F32);
    write_png(folder.path().join("a.png"), &picture(1, 16)).unwrap();
    write_png(folder.path().join("b.png"), &picture(2, 16)).unwrap();
    folder.write("train.csv", "A,B,truth\na.png,b.png,false\na.png,a.png,true\n");
    let mut project = folder.open().unwrap();
    project.teach(Run::default()).unwrap();
    let item = project.program.term("image(\"a.png\")").unwrap();
    let (shape, values) = project.inputs.get(item).unwrap();
    assert_eq!(shape, [1, 16, 16]);
    let read = Tensor::new(values.to_vec(), [1, 16, 16]).unwrap();
    assert!(read.is_close(&picture(1, 16), 0.5 / 255.0 + 1e-6, 0.0));
    write_png(folder.path().join("b.png"), &picture(2, 15)).unwrap();
    let error = folder.open().unwrap().teach(Run::default()).unwrap_err().to_string();
    assert!(error.contains("image(\"b.png\")"), "{error}");
    folder.write("train.csv", "A,B,truth\na.png,c.png,false\n");
    assert!(folder.refused().contains("c.png"));
}

#[test]
fn other_readings_of_the_same_theory_learn_too() {
    let folder = Folder::new(THEORY);
    for semantics in [Semantics::TopK(2), "product".parse().unwrap()] {
        let mut project = Project::open(folder.path(), None, Some(semantics), Device::Cpu).unwrap();
        project.teach(Run::default()).unwrap();
        assert!(project.judge(&project.test.examples).unwrap().accuracy() > 0.9, "{semantics:?}");
    }
}

#[test]
fn a_learned_probability_is_part_of_the_project() {
    let theory = THEORY.replace(
        "agree(A, B, yes) :- sign(A, S), sign(B, S).",
        "t(0.5) :: slip(_, _).\nagree(A, B, yes) :- \\+ slip(A, B), sign(A, S), sign(B, S).\nagree(A, B, no) :- slip(A, B), sign(A, S), sign(B, S).",
    );
    let folder = Folder::new(&theory);
    let mut project = folder.open().unwrap();
    project.teach(Run::default()).unwrap();
    let values = project.program.parameter_values(&project.logits);
    assert_eq!(values.len(), 1);
    // Nobody slipped.
    assert!(values[0].1 < 0.2, "{values:?}");
    let learned = project.program.learned(&project.logits);
    assert!(learned.program.params[0].init.is_some_and(|p| (p - values[0].1).abs() < 1e-9));
}
