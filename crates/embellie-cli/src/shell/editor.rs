//! The line editor: keys, completion, colours, history.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use embellie_text::complete::Knowledge;
use nu_ansi_term::{Color, Style};
use reedline::{
    ColumnarMenu, DefaultHinter, EditCommand, Emacs, FileBackedHistory, KeyCode, KeyModifiers, MenuBuilder, Reedline,
    ReedlineEvent, ReedlineMenu, ValidationResult, Validator, default_emacs_keybindings,
};

use super::complete::Completer;
use super::highlight::Highlighter;
use crate::terminal;

const MENU: &str = "completions";

/// How many entries the history keeps.
const HISTORY: usize = 10_000;

pub(super) fn editor(knowledge: Arc<Mutex<Knowledge>>) -> Reedline {
    let mut keys = default_emacs_keybindings();
    keys.add_binding(
        KeyModifiers::NONE,
        KeyCode::Tab,
        ReedlineEvent::UntilFound(vec![ReedlineEvent::Menu(MENU.to_owned()), ReedlineEvent::MenuNext]),
    );
    keys.add_binding(KeyModifiers::SHIFT, KeyCode::BackTab, ReedlineEvent::MenuPrevious);
    keys.add_binding(KeyModifiers::ALT, KeyCode::Enter, ReedlineEvent::Edit(vec![EditCommand::InsertNewline]));
    let menu = ColumnarMenu::default().with_name(MENU).with_columns(4).with_marker("");
    let colours = console::colors_enabled();
    let editor = Reedline::create()
        .with_completer(Box::new(Completer::new(Arc::clone(&knowledge))))
        .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
        .with_quick_completions(true)
        .with_partial_completions(true)
        .with_validator(Box::new(Whole))
        .with_edit_mode(Box::new(Emacs::new(keys)))
        .with_ansi_colors(colours)
        .use_bracketed_paste(true);
    let editor = match colours {
        true => editor
            .with_highlighter(Box::new(Highlighter::new(knowledge)))
            .with_hinter(Box::new(DefaultHinter::default().with_style(Style::new().fg(Color::DarkGray)))),
        false => editor,
    };
    match history() {
        Some(history) => editor.with_history(history),
        None => editor,
    }
}

/// Where a person's entries are kept: in the directory that XDG has for state.
fn history() -> Option<Box<FileBackedHistory>> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let file = state.or_else(home)?.join("embellie").join("history");
    match FileBackedHistory::with_file(HISTORY, file.clone()) {
        Ok(history) => {
            keep_private(&file);
            Some(Box::new(history))
        }
        Err(error) => {
            terminal::remark(&format!("the history is not kept: {}: {error}", file.display()));
            None
        }
    }
}

/// What a person asks is nobody else's business.
#[cfg(unix)]
fn keep_private(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    // Where this fails, the file is as the system makes files.
    let _ = std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
fn keep_private(_: &std::path::Path) {}

/// An entry ends where it is whole.
struct Whole;

impl Validator for Whole {
    fn validate(&self, text: &str) -> ValidationResult {
        match text.trim_start().starts_with('.') || embellie_text::is_whole(text) {
            true => ValidationResult::Complete,
            false => ValidationResult::Incomplete,
        }
    }
}
