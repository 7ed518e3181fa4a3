//! Colours of what is typed.

use std::sync::{Arc, Mutex, PoisonError};

use embellie_text::Class;
use embellie_text::complete::Knowledge;
use nu_ansi_term::{Color, Style};
use reedline::StyledText;

pub(super) struct Highlighter {
    knowledge: Arc<Mutex<Knowledge>>,
}

impl Highlighter {
    pub(super) fn new(knowledge: Arc<Mutex<Knowledge>>) -> Self {
        Highlighter { knowledge }
    }
}

impl reedline::Highlighter for Highlighter {
    fn highlight(&self, line: &str, _cursor: usize) -> StyledText {
        let mut styled = StyledText::new();
        let plain = Style::new();
        let mut written = 0;
        let (command, rest) = match line.starts_with('.') {
            true => line.split_at(line.find(' ').unwrap_or(line.len())),
            false => line.split_at(0),
        };
        if !command.is_empty() {
            styled.push((Style::new().fg(Color::Cyan), command.to_owned()));
        }
        let knowledge = self.knowledge.lock().unwrap_or_else(PoisonError::into_inner);
        for (range, class) in embellie_text::tokens(rest) {
            let (Some(between), Some(token)) = (rest.get(written..range.start), rest.get(range.clone())) else {
                continue;
            };
            if range.start < written {
                continue;
            }
            let style = match class {
                Class::Keyword => Style::new().fg(Color::Magenta),
                Class::Constant | Class::Number => Style::new().fg(Color::Yellow),
                Class::Text => Style::new().fg(Color::Green),
                Class::Comment => Style::new().fg(Color::DarkGray),
                Class::Name if knowledge.is_model(token) => Style::new().fg(Color::Blue).bold(),
                _ => plain,
            };
            styled.push((plain, between.to_owned()));
            styled.push((style, token.to_owned()));
            written = range.end;
        }
        styled.push((plain, rest.get(written..).unwrap_or_default().to_owned()));
        styled
    }
}
