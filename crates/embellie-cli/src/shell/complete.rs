//! Completion: what the models and variables say may come next, and the shell's commands.

use std::sync::{Arc, Mutex, PoisonError};

use embellie_text::complete::Knowledge;
use reedline::{CompletionResult, Span, Suggestion};

use super::command::COMMANDS;

pub(super) struct Completer {
    knowledge: Arc<Mutex<Knowledge>>,
}

impl Completer {
    pub(super) fn new(knowledge: Arc<Mutex<Knowledge>>) -> Self {
        Completer { knowledge }
    }

    fn suggest(&self, line: &str, cursor: usize) -> Vec<Suggestion> {
        let knowledge = self.knowledge.lock().unwrap_or_else(PoisonError::into_inner);
        let suggestion = |text: &str, note: &str, start: usize| Suggestion {
            value: text.to_owned(),
            description: Some(note.to_owned()),
            span: Span::new(start.min(cursor), cursor),
            append_whitespace: false,
            ..Suggestion::default()
        };
        let Some(before) = line.get(..cursor) else { return Vec::new() };
        let mut skipped = 0;
        if before.starts_with('.') {
            let Some((command, _)) = before.split_once(' ') else {
                let begins = COMMANDS.iter().filter(|(name, _, _)| name.starts_with(before));
                return begins.map(|(name, _, what)| suggestion(name, what, 0)).collect();
            };
            skipped = command.len() + 1;
            if command == ".models" {
                let begun = before.get(skipped..).unwrap_or_default();
                let names = knowledge.model_names();
                let fitting = names.iter().filter(|name| name.to_lowercase().starts_with(&begun.to_lowercase()));
                return fitting.map(|name| suggestion(name, "model", skipped)).collect();
            }
        }
        let text = line.get(skipped..).unwrap_or_default();
        let found = knowledge.complete(text, cursor - skipped);
        found.iter().map(|found| suggestion(&found.text, &found.note, found.start + skipped)).collect()
    }
}

impl reedline::Completer for Completer {
    fn complete(&mut self, line: &str, cursor: usize) -> CompletionResult {
        CompletionResult::fresh(self.suggest(line, cursor))
    }
}
