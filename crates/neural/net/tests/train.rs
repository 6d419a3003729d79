//! Training: the same bits whether interrupted or not, and nothing lost when something goes wrong.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use symbolon_net::train::{Fit, Report, Step, Task, Trainer, Why};
use symbolon_net::{Architecture, Checkpoint, Error, Network, Parameters, Result, Trace};
use symbolon_tensor::optim::{Adam, Optimiser, Schedule, Sgd, State};
use symbolon_tensor::{DType, Device, Rng, Tensor, io};

/// A folder of its own for each test, gone afterwards.
struct Folder(PathBuf);
impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("symbolon-net-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
    fn names(&self) -> Vec<String> {
        std::fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }
}
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn network(text: &str) -> Box<dyn Network> {
    text.parse::<Architecture>().unwrap().build(&mut Rng::new(3), Device::Cpu).unwrap()
}

/// Points above or below a parabola, drawn anew each step, with dropout noise on the hidden layer's input.
fn parabola(network: &(dyn Network + 'static), step: &mut Step) -> Result<Tensor> {
    let x = step.rng.uniform([16, 2], -1.0, 1.0, DType::F32);
    let above = x.get((.., 0)).square().gt(&(x.get((.., 1)) + 0.5)).to(DType::I64);
    let x = step.rng.dropout(&x, 0.1);
    Ok(network.forward(&[x], &mut Trace::none().with_noise(step.rng.fork()))?.cross_entropy(&above))
}

fn all_bits(network: &dyn Network) -> Vec<(String, Vec<u32>)> {
    let bits = |p: &Tensor| p.to_vec::<f32>().into_iter().map(f32::to_bits).collect();
    network.parameters().into_iter().map(|(n, p)| (n, bits(p))).collect()
}

fn state_bits(state: &State) -> Vec<(String, Vec<u8>)> {
    state.iter().map(|(n, t)| (n.clone(), t.to_bytes())).collect()
}

#[test]
fn twenty_steps_are_ten_and_ten() {
    fn check<O: Optimiser + 'static>(name: &str, optimiser: impl Fn() -> O) {
        let folder = Folder::new(name);
        let trainer = |steps, file: &str| {
            let t = Trainer::new(optimiser()).epochs(100).steps(steps).seed(11).clip(1.0).checkpoint(folder.file(file));
            t.schedule(Schedule::Cosine { total: 20, floor: 0.1 }.after_warm_up(3))
        };
        // Seven batches an epoch: the interruption falls into the middle of one.
        let mut straight = network("mlp(2, 8, 2)");
        let whole = trainer(20, "whole").run(&mut Fit::new(&mut *straight, 7, parabola)).unwrap();
        let mut halves = network("mlp(2, 8, 2)");
        let first = trainer(10, "part").run(&mut Fit::new(&mut *halves, 7, parabola)).unwrap();
        assert_eq!((first.steps, first.losses.len(), first.why), (10, 1, Why::Finished));
        // Another process would start from other weights.
        let mut later = "mlp(2, 8, 2)".parse::<Architecture>().unwrap().build(&mut Rng::new(99), Device::Cpu).unwrap();
        let mut task = Fit::new(&mut *later, 7, parabola);
        let second = trainer(20, "part").resume(&mut task, folder.file("part")).unwrap();
        assert_eq!(all_bits(&*later), all_bits(&*straight));
        assert_eq!(second, whole);
        let [a, b] = ["whole", "part"].map(|f| Checkpoint::load(folder.file(f)).unwrap());
        assert_eq!(state_bits(&a.optimiser), state_bits(&b.optimiser));
        assert!(a.optimiser.len() > 4);
        assert_eq!(a.training, b.training);
        // The same checkpoint is the same bytes.
        assert_eq!(std::fs::read(folder.file("whole")).unwrap(), std::fs::read(folder.file("part")).unwrap());
        assert_eq!(folder.names().len(), 2, "no temporary files: {:?}", folder.names());
    }
    check("adam", || Adam::new(0.01).with_decay(0.01));
    check("sgd", || Sgd::new(0.05).with_momentum(0.9));
}

#[test]
fn early_stop_goes_back_to_the_best_epoch_also_after_an_interruption() {
    let folder = Folder::new("patience");
    // Scores are dictated: best after the second epoch.
    let scores = [3.0, 1.0, 2.0, 1.5, 1.0, 0.5];
    let mut reports: Vec<Report> = Vec::new();
    let run = |epochs, resume: bool, reports: &mut Vec<Report>| {
        let mut net = network("mlp(2, 8, 2)");
        let mut seen = Vec::new();
        // The network's first weight says which epoch it is in.
        let mut epoch = if resume { 2 } else { 0 };
        let mut task = Fit::new(&mut *net, 3, parabola).validate(|n| {
            seen.push(all_bits(n));
            epoch += 1;
            Ok(scores[epoch - 1])
        });
        let mut trainer = Trainer::new(Adam::new(0.01)).epochs(epochs).patience(2).checkpoint(folder.file("c"));
        trainer = trainer.progress(|r: &Report| reports.push(r.clone()));
        let outcome = match resume {
            true => trainer.resume(&mut task, folder.file("c")),
            false => trainer.run(&mut task),
        };
        drop(trainer);
        (outcome.unwrap(), all_bits(&*net), seen)
    };
    let (outcome, weights, seen) = run(6, false, &mut reports);
    assert_eq!((outcome.why, outcome.best, outcome.losses.len()), (Why::Patience, Some((1, 1.0)), 4));
    assert_eq!(weights, seen[1]);
    // Three steps and an epoch's summary, four times.
    assert_eq!(reports.len(), 16);
    assert_eq!(reports[3].score, Some(3.0));
    assert!((reports[..3].iter().map(|r| r.loss).sum::<f64>() / 3.0 - reports[3].loss).abs() < 1e-12);
    // What the file gives to others is the best epoch, too.
    let saved = Checkpoint::load(folder.file("c")).unwrap();
    assert_eq!(all_bits(&*saved.network(Device::Cpu).unwrap()), seen[1]);
    // Stopped after two epochs and continued: the same.
    run(2, false, &mut Vec::new());
    let (again, after, _) = run(6, true, &mut Vec::new());
    assert_eq!((again, after), (outcome, weights));
}

#[test]
fn a_loss_that_is_no_number_stops_training_and_the_last_file_stays() {
    let folder = Folder::new("nan");
    let file = folder.file("c.safetensors");
    for bad in [f64::NAN, f64::INFINITY] {
        let mut net = network("mlp(2, 8, 2)");
        let mut task = Fit::new(&mut *net, 4, |n, step: &mut Step| {
            let loss = parabola(n, step)?;
            Ok(if step.step == 6 { loss * bad } else { loss })
        });
        let error = Trainer::new(Adam::new(0.01)).checkpoint(&file).every(1).run(&mut task).unwrap_err();
        assert!(matches!(error, Error::Diverged { step: 6, epoch: 1, .. }), "{error}");
        assert!(error.to_string().contains("c.safetensors"), "{error}");
        let saved = Checkpoint::load(&file).unwrap();
        assert_eq!(saved.training.as_ref().unwrap().step, 6);
        saved.restore(&mut *net).unwrap();
        assert!(net.parameters().iter().all(|(_, p)| p.abs().sum().item().is_finite()));
        assert!(net.parameters().iter().all(|(_, p)| !p.is_recorded()));
    }
    // A finite loss with a broken gradient: the numbers are not written over the good ones.
    let mut net = network("mlp(2, 8, 2)");
    let mut task = Fit::new(&mut *net, 4, |n, step: &mut Step| {
        let loss = parabola(n, step)?;
        // At zero the root has an infinite slope.
        Ok(if step.step == 6 { &loss + (&loss - &loss.detach()).sqrt() } else { loss })
    });
    let error = Trainer::new(Adam::new(0.01)).checkpoint(&file).every(1).run(&mut task).unwrap_err();
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
    assert_eq!(Checkpoint::load(&file).unwrap().training.unwrap().step, 6);
}

#[test]
fn it_stops_on_request_with_a_checkpoint() {
    let folder = Folder::new("stop");
    let flag = Arc::new(AtomicBool::new(false));
    let mut net = network("mlp(2, 8, 2)");
    let raise = flag.clone();
    let mut trainer = Trainer::new(Adam::new(0.01)).checkpoint(folder.file("c")).stop_on(flag);
    trainer = trainer.progress(move |r: &Report| raise.store(r.step == 5, Ordering::Relaxed));
    trainer = trainer.metadata(serde_json::json!({ "theory": "addition" }));
    let outcome = trainer.run(&mut Fit::new(&mut *net, 4, parabola)).unwrap();
    assert_eq!((outcome.why, outcome.steps), (Why::Stopped, 5));
    let saved = Checkpoint::load(folder.file("c")).unwrap();
    assert_eq!(saved.training.as_ref().unwrap().batch, 1);
    assert_eq!(saved.metadata["theory"], "addition");
    assert_eq!(all_bits(&*saved.network(Device::Cpu).unwrap()), all_bits(&*net));
}

#[test]
fn what_is_not_trained_stays_and_losses_without_parameters_are_refused() {
    struct Half(Box<dyn Network>, &'static str);
    impl Task for Half {
        fn loss(&mut self, step: &mut Step) -> Result<Tensor> {
            parabola(&*self.0, step)
        }
        fn batches(&self) -> usize {
            4
        }
        fn parameters(&mut self) -> Vec<(String, &mut Tensor)> {
            self.0.parameters_mut()
        }
        fn config(&self) -> serde_json::Value {
            self.0.config()
        }
        fn trains(&self, name: &str) -> bool {
            name.starts_with(self.1)
        }
    }
    let mut half = Half(network("mlp(2, 8, 2)"), "fc2");
    let before = all_bits(&*half.0);
    let folder = Folder::new("half");
    let mut trainer = Trainer::new(Adam::new(0.01)).epochs(1).checkpoint(folder.file("c"));
    trainer.run(&mut half).unwrap();
    for (old, new) in before.iter().zip(all_bits(&*half.0)) {
        assert_eq!(*old != new, new.0.starts_with("fc2"), "{}", new.0);
    }
    // What the optimiser remembers belongs to the parameters that were trained.
    let error = trainer.resume(&mut Half(half.0, "fc1"), folder.file("c")).unwrap_err().to_string();
    assert!(error.contains("fc2.weight") && error.contains("fc1.weight"), "{error}");
    let mut net = network("mlp(2, 8, 2)");
    let mut task = Fit::new(&mut *net, 4, |_, _: &mut Step| Ok(Tensor::from(1f32)));
    assert!(matches!(Trainer::new(Adam::new(0.01)).run(&mut task), Err(Error::Gradient(_))));
    let mut task = Fit::new(&mut *net, 0, parabola);
    assert!(Trainer::new(Adam::new(0.01)).run(&mut task).is_err());
    let mut task = Fit::new(&mut *net, 4, |_, _: &mut Step| Err(Error::other("no more data")));
    assert_eq!(Trainer::new(Adam::new(0.01)).run(&mut task).unwrap_err().to_string(), "no more data");
}

#[test]
fn networks_trained_together_come_out_one_by_one() {
    /// Two readers of the same points, who are to agree with the label and with each other.
    struct Two(BTreeMap<String, Box<dyn Network>>);
    impl Task for Two {
        fn loss(&mut self, step: &mut Step) -> Result<Tensor> {
            let mut again = Step { rng: step.rng.clone(), ..*step };
            Ok(parabola(&*self.0["first"], step)? + parabola(&*self.0["first.b"], &mut again)?)
        }
        fn batches(&self) -> usize {
            4
        }
        fn parameters(&mut self) -> Vec<(String, &mut Tensor)> {
            let mut all = Vec::new();
            self.0.collect_mut("", &mut all);
            all
        }
        fn config(&self) -> serde_json::Value {
            self.0.iter().map(|(name, n)| (name.clone(), n.config())).collect()
        }
    }
    let folder = Folder::new("two");
    let both = [("first", "mlp(2, 8, 2)"), ("first.b", "mlp(2, 4, 2)")].map(|(n, a)| (n.to_owned(), network(a)));
    let mut task = Two(both.into());
    Trainer::new(Adam::new(0.01)).epochs(2).checkpoint(folder.file("c")).run(&mut task).unwrap();
    let saved = Checkpoint::load(folder.file("c")).unwrap();
    for (name, trained) in &task.0 {
        let loaded = saved.part(name).unwrap().network(Device::Cpu);
        assert_eq!(all_bits(&*loaded.unwrap()), all_bits(&**trained), "{name}");
    }
    assert!(saved.part("third").unwrap_err().to_string().contains("third"));
}

#[test]
fn checkpoints_of_something_else_are_refused_with_both_named() {
    let folder = Folder::new("else");
    let file = folder.file("c");
    Checkpoint::of(&*network("mlp(2, 8, 2)")).save(&file).unwrap();
    let saved = Checkpoint::load(&file).unwrap();
    let mut other = network("mlp(2, 9, 2)");
    let before = all_bits(&*other);
    let said = saved.restore(&mut *other).unwrap_err().to_string();
    assert!(said.contains("mlp(2, 8, 2)") && said.contains("mlp(2, 9, 2)"), "{said}");
    assert_eq!(all_bits(&*other), before);
    // No training in it: nothing to continue.
    let mut net = network("mlp(2, 8, 2)");
    let error = Trainer::new(Adam::new(0.01)).resume(&mut Fit::new(&mut *net, 4, parabola), &file).unwrap_err();
    assert!(error.to_string().contains("no training"), "{error}");
    // Another optimiser; another length of epochs.
    Trainer::new(Sgd::new(0.1).with_momentum(0.9))
        .steps(3)
        .checkpoint(&file)
        .run(&mut Fit::new(&mut *net, 4, parabola))
        .unwrap();
    assert!(Trainer::new(Adam::new(0.01)).resume(&mut Fit::new(&mut *net, 4, parabola), &file).is_err());
    let error = Trainer::new(Sgd::new(0.1)).resume(&mut Fit::new(&mut *net, 2, parabola), &file).unwrap_err();
    assert!(error.to_string().contains("batch 3"), "{error}");
    // A parameter too few, too many, of another shape.
    let mut wrong = Checkpoint::of(&*net);
    let weight = wrong.parameters.remove("fc1.weight").unwrap();
    assert!(wrong.restore(&mut *net).unwrap_err().to_string().contains("fc1.weight"));
    wrong.parameters.insert("fc1.weight".into(), weight.t());
    assert!(wrong.restore(&mut *net).unwrap_err().to_string().contains("[8, 2]"));
    wrong.parameters.insert("fc1.weight".into(), weight);
    wrong.parameters.insert("fc9.weight".into(), Tensor::from([1f32]));
    assert!(wrong.restore(&mut *net).unwrap_err().to_string().contains("fc9.weight"));
}

#[test]
fn broken_files_are_errors_and_failed_writes_keep_the_old_file() {
    let folder = Folder::new("broken");
    let file = folder.file("c");
    let net = network("mlp(2, 8, 2)");
    Checkpoint::of(&*net).save(&file).unwrap();
    let good = std::fs::read(&file).unwrap();
    // Cut short, bits flipped: never a crash.
    let mut rng = Rng::new(0);
    for i in 0..300 {
        let mut bytes = good.clone();
        match i % 2 {
            0 => bytes.truncate(rng.below(good.len())),
            _ => (0..3).for_each(|_| bytes[rng.below(good.len())] ^= 1 << rng.below(8)),
        }
        std::fs::write(&file, &bytes).unwrap();
        let _ = Checkpoint::load(&file).and_then(|c| c.network(Device::Cpu));
    }
    // A config that asks for far more than the file holds is refused before anything is made.
    let mut vast = Checkpoint::of(&*net);
    vast.config["sizes"] = serde_json::json!([60_000, 60_000]);
    assert!(matches!(vast.network(Device::Cpu), Err(Error::Mismatch { .. })));
    assert!(Checkpoint::load(folder.file("nowhere")).unwrap_err().to_string().contains("nowhere"));
    io::save(&file, [("x", &Tensor::from([1f32]))]).unwrap();
    assert!(Checkpoint::load(&file).unwrap_err().to_string().contains("no checkpoint"));
    // Where a folder of that name stands, no file can be put: nothing is left lying about.
    std::fs::create_dir(folder.file("taken")).unwrap();
    assert!(Checkpoint::of(&*net).save(folder.file("taken")).is_err());
    assert!(Checkpoint::of(&*net).save(folder.file("no/such/folder")).is_err());
    let mut names = folder.names();
    names.sort();
    assert_eq!(names, ["c", "taken"]);
}
