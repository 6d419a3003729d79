//! Models behind a connection, against a server in the next thread that is slow, busy, broken and wrong.

mod common;

use common::scratch;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use symbolon_lm::{
    Cached, Completion, Ended, Endpoint, Error, Generation, Grammar, LanguageModel, Message, Prompt, Remote, Sampling,
};

/// What the server sends back, in order; the last one again and again.
#[derive(Clone)]
enum Reply {
    /// Status, further headers, body.
    Plain(u16, &'static str, String),
    /// Pieces of an event stream; whether it comes to its end.
    Events(Vec<String>, bool),
    /// Nothing for so long, then hangs up.
    Silence(Duration),
}

struct Server {
    url: String,
    /// Paths, headers and bodies of requests.
    asked: Arc<Mutex<Vec<(String, String, Value)>>>,
}

impl Server {
    fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<_>>> = Default::default();
        let log = asked.clone();
        let mut replies: VecDeque<Reply> = replies.into_iter().collect();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let reply = if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() };
                let _ = serve(stream, reply.unwrap(), &log);
            }
        });
        Self { url, asked }
    }
    fn model(&self) -> Remote {
        Remote::new(Endpoint { wait: Duration::from_millis(1), ..self.endpoint() }).unwrap()
    }
    fn endpoint(&self) -> Endpoint {
        let timeout = Duration::from_millis(300);
        Endpoint { timeout, key_variable: "SYMBOLON_NO_SUCH_KEY".into(), ..Endpoint::new(&self.url, "toy") }
    }
    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
    fn last(&self) -> (String, String, Value) {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

fn serve(stream: TcpStream, reply: Reply, log: &Mutex<Vec<(String, String, Value)>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut headers, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(n) = line.to_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().unwrap_or(0);
        }
        headers += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap().push((path, headers, serde_json::from_slice(&body).unwrap_or(Value::Null)));
    let mut out = stream;
    match reply {
        Reply::Plain(status, more, body) => write!(
            out,
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{more}Connection: close\r\n\r\n{body}",
            body.len()
        ),
        Reply::Events(pieces, whole) => {
            write!(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: awake\n\n")?;
            for piece in pieces {
                write!(out, "data: {piece}\n\n")?;
                out.flush()?;
            }
            if whole {
                write!(out, "data: [DONE]\n\n")?;
            }
            Ok(())
        }
        Reply::Silence(time) => {
            std::thread::sleep(time);
            Ok(())
        }
    }
}

fn said(pieces: &[&str]) -> Reply {
    let piece = |p: &&str| json!({"choices": [{"delta": {"content": p}}]}).to_string();
    let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}).to_string();
    Reply::Events(pieces.iter().map(piece).chain([end]).collect(), true)
}

fn chat() -> Prompt {
    vec![Message::user("Name a crab.")].into()
}

fn ask(model: &impl LanguageModel, prompt: &Prompt, how: &Generation) -> (Result<Completion, Error>, Vec<String>) {
    let mut heard = Vec::new();
    let done = model.complete(prompt, how, &mut |piece| {
        heard.push(piece.to_owned());
        true
    });
    (done, heard)
}

#[test]
fn answers_stream_and_settings_arrive() {
    let server = Server::start([said(&["Horse", "shoe", " crab ☃"])]);
    let sampling = Sampling { temperature: 0.5, top_k: Some(7), top_p: 0.9, ..Sampling::default() };
    let how = Generation { tokens: 9, seed: 3, sampling, stop: vec!["END".into()], ..Generation::default() };
    let (done, heard) = ask(&server.model(), &chat(), &how);
    let done = done.unwrap();
    assert_eq!((done.text.as_str(), done.ended), ("Horseshoe crab ☃", Ended::Complete));
    assert_eq!(heard.concat(), done.text);
    assert!(heard.len() >= 3, "{heard:?}");
    let (path, _, request) = server.last();
    assert_eq!(path, "/v1/chat/completions");
    let wanted = json!({"model": "toy", "stream": true, "max_tokens": 9, "temperature": 0.5, "top_p": 0.9, "top_k": 7,
        "seed": 3, "stop": ["END"], "messages": [{"role": "user", "content": "Name a crab."}]});
    assert_eq!(request, wanted);
    // Plain text goes elsewhere, and comes as `text`; a server may also answer in one piece.
    let body = json!({"choices": [{"text": "Paris", "finish_reason": "length"}]}).to_string();
    let server = Server::start([Reply::Plain(200, "", body)]);
    let (done, _) = ask(&server.model(), &"The capital of France is".into(), &Generation::default());
    assert_eq!(done.map(|d| (d.text, d.ended)).unwrap(), ("Paris".into(), Ended::Length));
    assert_eq!(server.last().0, "/v1/completions");
}

#[test]
fn stop_strings_and_listeners_end_answers_of_any_server() {
    let server = Server::start([said(&["one ", "EN", "D two", " three"])]);
    let how = Generation { stop: vec!["END".into()], ..Generation::default() };
    let (done, heard) = ask(&server.model(), &chat(), &how);
    assert_eq!(done.map(|d| (d.text, d.ended)).unwrap(), ("one ".into(), Ended::Stop("END".into())));
    assert_eq!(heard.concat(), "one ");
    let done = server.model().complete(&chat(), &Generation::default(), &mut |_| false).unwrap();
    assert_eq!((done.text.as_str(), done.ended), ("one ", Ended::Interrupted));
}

#[test]
fn trouble_before_the_first_word_is_tried_again() {
    let busy = || Reply::Plain(429, "Retry-After: 0\r\n", json!({"error": {"message": "slow down"}}).to_string());
    let down = || Reply::Plain(500, "", "oh".into());
    let slow = || Reply::Silence(Duration::from_millis(600));
    let garbage = || Reply::Events(vec!["{not json".into()], true);
    let broken = || Reply::Events(Vec::new(), false);
    for trouble in [busy(), down(), slow(), garbage(), broken()] {
        let server = Server::start([trouble, said(&["fine"])]);
        let (done, heard) = ask(&server.model(), &chat(), &Generation::default());
        assert_eq!((done.unwrap().text.as_str(), heard.concat().as_str()), ("fine", "fine"));
        assert_eq!(server.count(), 2);
    }
    // Four more tries, then the reason.
    let server = Server::start([busy()]);
    let e = ask(&server.model(), &chat(), &Generation::default()).0.unwrap_err().to_string();
    assert!(e.contains("429") && e.contains("slow down"), "{e}");
    assert_eq!(server.count(), 5);
}

#[test]
fn what_cannot_be_mended_is_told_at_once() {
    // A stream that breaks after words were handed on.
    let start = json!({"choices": [{"delta": {"content": "half"}}]}).to_string();
    for pieces in
        [vec![start.clone()], vec![start.clone(), "{".into()], vec![start, json!({"error": "full"}).to_string()]]
    {
        let server = Server::start([Reply::Events(pieces, false)]);
        let (done, heard) = ask(&server.model(), &chat(), &Generation::default());
        assert!(done.unwrap_err().to_string().contains("answer"));
        assert_eq!((heard.concat().as_str(), server.count()), ("half", 1));
    }
    let server = Server::start([Reply::Plain(401, "", json!({"error": {"message": "no"}}).to_string())]);
    let e = ask(&server.model(), &chat(), &Generation::default()).0.unwrap_err().to_string();
    assert!(e.contains("401") && e.contains("SYMBOLON_NO_SUCH_KEY"), "{e}");
    assert_eq!(server.count(), 1);
    // Before anything is sent.
    let e = ask(&server.model(), &chat(), &Generation { grammar: Some(Grammar::regex("a")), ..Generation::default() });
    assert!(e.0.unwrap_err().to_string().contains("JSON schemas only"));
    for url in ["nowhere", "ftp://x/v1", "http://"] {
        assert!(Remote::new(Endpoint::new(url, "toy")).is_err(), "{url}");
    }
    assert!(server.model().trace(&chat(), &mut symbolon_net::Trace::new()).is_err());
    assert_eq!(server.count(), 1);
}

#[test]
fn schemas_are_passed_on_and_answers_checked() {
    let server = Server::start([said(&["{\"a\": ", "1}"]), said(&["sorry"])]);
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}}});
    let how = Generation { grammar: Some(Grammar::JsonSchema(schema.clone())), ..Generation::default() };
    assert_eq!(ask(&server.model(), &chat(), &how).0.unwrap().text, "{\"a\": 1}");
    assert_eq!(server.last().2["response_format"]["json_schema"]["schema"], schema);
    assert!(ask(&server.model(), &chat(), &how).0.unwrap_err().to_string().contains("asked for JSON"));
}

#[test]
fn options_are_scored_and_texts_become_vectors() {
    let answer = json!({"choices": [{"text": "", "logprobs": {"tokens": ["A ", "crab", " walks"],
        "token_logprobs": [null, -1.5, -0.25], "text_offset": [0, 2, 6]}}]});
    let server = Server::start([Reply::Plain(200, "", answer.to_string())]);
    let scores = server.model().score(&"A ".into(), &["crab walks"]).unwrap();
    assert_eq!((scores[0].log_probability, scores[0].tokens), (-1.75, 2));
    assert_eq!(server.last().2["prompt"], "A crab walks");
    assert!(server.model().score(&chat(), &["x"]).is_err());
    let answer = json!({"data": [{"index": 1, "embedding": [0.0, 2.0]}, {"index": 0, "embedding": [3.0, 4.0]}]});
    let server = Server::start([Reply::Plain(200, "", answer.to_string())]);
    let vectors = server.model().embed(&["a", "b"]).unwrap();
    assert!(vectors.is_close(&symbolon_tensor::Tensor::from([[0.6f32, 0.8], [0.0, 1.0]]), 1e-6, 0.0));
    assert!(server.model().embed(&["a", "b", "c"]).unwrap_err().to_string().contains("one vector"));
}

#[test]
fn the_key_goes_into_one_header_and_nowhere_else() {
    // A variable that is set everywhere stands for the key.
    let secret = std::env::var("PATH").unwrap();
    let quoted = json!({"error": {"message": format!("wrong key {secret}")}}).to_string();
    let server = Server::start([Reply::Plain(401, "", quoted)]);
    let model = Remote::new(Endpoint { key_variable: "PATH".into(), ..server.endpoint() }).unwrap();
    let e = ask(&model, &chat(), &Generation::default()).0.unwrap_err();
    assert!(server.last().1.contains(&format!("Bearer {secret}")));
    for text in [format!("{e}"), format!("{e:?}"), format!("{model:?}"), model.identity()] {
        assert!(!text.contains(&secret), "{text}");
    }
}

#[test]
fn answers_are_kept_by_everything_that_decides_them() {
    let folder = scratch("cached");
    let server = Server::start([said(&["first"]), said(&["second"]), said(&["third"])]);
    let model = Cached::new(server.model(), &folder).unwrap();
    let how = Generation::default();
    let text = |how: &Generation| ask(&model, &chat(), how).0.unwrap().text;
    assert_eq!((text(&how), text(&how)), ("first".into(), "first".into()));
    assert_eq!(text(&Generation { seed: 1, ..how.clone() }), "second");
    assert_eq!((model.hits(), model.misses(), server.count()), (1, 2, 2));
    // Another program finds it; a listener who has enough is not kept; a damaged file is as none.
    let again = Cached::new(server.model(), &folder).unwrap();
    assert_eq!(ask(&again, &chat(), &how).0.unwrap().text, "first");
    again.complete(&"other".into(), &how, &mut |_| false).unwrap();
    again.complete(&"other".into(), &how, &mut |_| false).unwrap();
    assert_eq!(server.count(), 4);
    let files: Vec<_> = walk(&folder);
    assert_eq!(files.len(), 2);
    files.iter().for_each(|f| std::fs::write(f, "{\"question\": 1").unwrap());
    assert_eq!(ask(&again, &chat(), &how).0.unwrap().text, "third");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let all = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    all.flat_map(|p| if p.is_dir() { walk(&p) } else { vec![p] }).collect()
}
