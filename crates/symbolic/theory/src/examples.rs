//! Examples to learn from: what was observed, one partial interpretation after another.
//!
//! ```text
//! evidence(alarm).              % the alarm rang,
//! evidence(burglary, false).    % and there was no burglar
//! ---
//! evidence(\+ alarm).
//! ```
//!
//! Examples are separated by lines of at least three dashes. Atoms that an example does not mention were not observed.

use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::theory::{Observation, Theory};

/// What was observed together, and where it is written.
#[derive(Clone, Debug)]
pub struct Example {
    /// The observations.
    pub observations: Vec<Observation>,
    /// The number of times that exactly this example occurs.
    pub count: usize,
    /// The line on which it first begins, from 1.
    pub line: usize,
}

impl Theory {
    /// Reads a text of examples. Equal examples are given once, with their number, in order of first occurrence.
    ///
    /// # Errors
    /// Statements that are not ground evidence, at their place.
    pub fn parse_examples(&mut self, name: &str, text: &str) -> Result<Vec<Example>, Diagnostics> {
        let source = self.sources.add(name, text);
        let mut examples: Vec<Example> = Vec::new();
        let mut seen: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
        for (line, start, block) in blocks(text) {
            // Equal texts are equal examples; the order of observations and spaces do not matter much, so they are not looked at.
            let key: String = block.split_whitespace().collect::<Vec<_>>().join(" ");
            if key.is_empty() {
                continue;
            }
            if let Some(&i) = seen.get(&key) {
                examples[i].count += 1;
                continue;
            }
            let observations = self.parse_observations(source, start, block)?;
            seen.insert(key, examples.len());
            examples.push(Example { observations, count: 1, line });
        }
        if examples.is_empty() {
            let place = Span { source, start: 0, end: text.len().min(1) as u32 };
            let error = Diagnostic::error(Code::Examples, place, "there are no examples here")
                .help("write evidence(atom, true). or evidence(atom, false)., with a line of dashes between examples");
            return Err(Diagnostics::one(error, &self.sources));
        }
        Ok(examples)
    }

    /// The observations of one block, which starts at byte `start` of source `source`.
    fn parse_observations(&mut self, source: u32, start: usize, block: &str) -> Result<Vec<Observation>, Diagnostics> {
        let mut observations = Vec::new();
        for (at, statement) in statements(block) {
            let span = Span { source, start: (start + at) as u32, end: (start + at + statement.len()) as u32 };
            let is_evidence = statement.trim_start().starts_with("evidence");
            let wrong = |message: String| {
                Diagnostic::error(Code::Examples, span, message)
                    .help("an example has statements evidence(atom, true). and evidence(atom, false). only")
            };
            let observation = match self.parse_evidence(statement) {
                Ok(mut observation) if is_evidence => {
                    observation.query.span = span;
                    observation
                }
                Ok(_) => return Err(Diagnostics::one(wrong("this is not evidence".to_string()), &self.sources)),
                Err(found) => {
                    let message = found.list.first().map_or_else(String::new, |d| d.message.clone());
                    return Err(Diagnostics::one(wrong(message), &self.sources));
                }
            };
            if !self.terms.lock().is_ground(observation.query.goal) {
                return Err(Diagnostics::one(
                    wrong("an observation must not have variables".to_string()),
                    &self.sources,
                ));
            }
            observations.push(observation);
        }
        Ok(observations)
    }
}

/// The blocks between lines of dashes: first line, first byte, text.
fn blocks(text: &str) -> Vec<(usize, usize, &str)> {
    let (mut blocks, mut start, mut first) = (Vec::new(), 0, 1);
    let mut at = 0;
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let bare = line.trim();
        if bare.len() >= 3 && bare.bytes().all(|b| b == b'-') {
            blocks.push((first, start, &text[start..at]));
            (start, first) = (at + line.len(), i + 2);
        }
        at += line.len();
    }
    blocks.push((first, start, &text[start..]));
    blocks
}

/// The statements of a block, each with its first byte: what ends in a dot before white space, outside quotes and comments.
fn statements(block: &str) -> Vec<(usize, &str)> {
    let (mut found, mut start, mut quote, mut comment) = (Vec::new(), None, None, false);
    let mut chars = block.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().map(|n| n.1);
        match (quote, c) {
            _ if comment => comment = c != '\n',
            (Some(q), c) if c == q => quote = None,
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(_), _) => {}
            (None, '%') => comment = true,
            (None, '\'' | '"') => {
                quote = Some(c);
                start.get_or_insert(i);
            }
            (None, '.') if next.is_none_or(|n| n.is_whitespace() || n == '%') => {
                if let Some(s) = start.take() {
                    found.push((s, &block[s..i]));
                }
            }
            (None, c) if c.is_whitespace() => {}
            (None, _) => {
                start.get_or_insert(i);
            }
        }
    }
    if let Some(s) = start {
        found.push((s, block[s..].trim_end()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_blocks_of_evidence() {
        let mut theory = Theory::parse("t(_)::a. t(0.2)::b('x. y').").unwrap();
        let text = "evidence(a). % seen. really\nevidence(b('x. y'),false).\n---\n\nevidence(\\+a).\n-----\nevidence(a).  evidence(b('x. y'),false).\n";
        let examples = theory.parse_examples("ex", text).unwrap();
        let shape: Vec<(usize, usize, Vec<bool>)> =
            examples.iter().map(|e| (e.line, e.count, e.observations.iter().map(|o| o.value).collect())).collect();
        assert_eq!(shape, [(1, 1, vec![true, false]), (4, 1, vec![false]), (7, 1, vec![true, false])]);
    }

    #[test]
    fn what_is_not_evidence_is_refused_at_its_place() {
        let mut theory = Theory::parse("t(_)::a.").unwrap();
        for (text, place) in
            [("evidence(a).\n foo(b).", (2, 2)), ("evidence(a", (1, 1)), ("evidence(p(X)).", (1, 1)), ("", (1, 1))]
        {
            let error = theory.parse_examples("ex", text).unwrap_err();
            assert_eq!(error.sources.position(error.list[0].span.unwrap()), place, "{error}");
        }
    }
}
