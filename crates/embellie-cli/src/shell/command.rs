//! The shell's own commands: words that begin with a dot.

use std::io::Write;

use super::{Next, Shell, hint, models};
use crate::failure::Failure;
use crate::session::{complaint, sql_of};
use crate::{output, terminal};

/// The commands: their names, what they take, and what they do.
pub(super) const COMMANDS: &[(&str, &str, &str)] = &[
    (".sql", "[TEXT]", "show the SQL of a query set, or of the last one"),
    (".explain", "[TEXT]", "show how the database runs a query set, or the last one"),
    (".rust", "[TEXT]", "show a query set, or the last one, as typed Rust"),
    (".models", "[NAME]", "list the models, or show one with its fields and relations"),
    (".vars", "", "list the variables"),
    (".log", "", "show the statements of the last entry, with rows and times"),
    (".help", "", "show this"),
    (".quit", "", "end; Ctrl-D does too"),
];

impl Shell {
    /// Runs a command.
    pub(super) fn command(&mut self, line: &str) -> Result<Next, Failure> {
        let line = line.trim();
        let (name, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(name, rest)| (name, rest.trim()));
        match name {
            ".quit" | ".exit" | ".q" => return Ok(Next::End),
            ".help" | ".h" => help()?,
            ".models" | ".m" => models::show(self.opened.models.registry(), rest)?,
            ".vars" => self.variables()?,
            ".log" => self.show_log()?,
            ".sql" | ".explain" | ".rust" => self.about(name, rest)?,
            _ => {
                let names = COMMANDS.iter().map(|(name, _, _)| *name);
                let hint = embellie_core::did_you_mean(name, names);
                terminal::complain(&format!("there is no command '{name}'{hint}. `.help` lists them"));
            }
        }
        Ok(Next::Entry)
    }

    /// Shows something of a query set.
    fn about(&mut self, command: &str, text: &str) -> Result<(), Failure> {
        let text = if text.is_empty() { "_" } else { text };
        let known = text != "_" || self.session.variable("_").is_some();
        if !known {
            terminal::complain(&format!("there is no last result yet: give {command} a query set"));
            return Ok(());
        }
        let done = match self.work(text, None) {
            None => return Ok(()),
            Some(Err(mistake)) => {
                terminal::complain(&complaint(&mistake, self.write));
                return Ok(());
            }
            Some(Ok(done)) => done,
        };
        let set = match &done.value {
            Some(value) => self.session.query_set(value),
            None => Ok(None),
        };
        let set = match set {
            Ok(Some(set)) => set,
            Ok(None) if command == ".sql" && !self.log.is_empty() => {
                // What reads at once has shown its SQL in what it sent.
                let lines: Vec<String> = self.log.iter().flat_map(|sent| terminal::clauses(&sent.sql)).collect();
                return print_sql(&lines);
            }
            Ok(None) => {
                terminal::complain("that is no query set: leave out what reads, such as .count() or .first()");
                return Ok(());
            }
            Err(error) => {
                terminal::complain(&format!("{}: {error}", error.class()));
                return Ok(());
            }
        };
        let told = match command {
            ".sql" => sql_of(set.query(), &self.opened.db).and_then(|lines| print_sql(&lines)),
            ".explain" => self.explain(set.query()),
            _ => self.rust(&set),
        };
        match told {
            Err(Failure::Other(message)) => {
                terminal::complain(&message);
                Ok(())
            }
            other => other,
        }
    }

    fn explain(&self, query: &embellie_core::Query) -> Result<(), Failure> {
        let db = &self.opened.db;
        let advice = self.runtime.block_on(embellie::profile::advise(&db.query_values(query.clone()), db));
        let advice = advice.map_err(|error| Failure::Other(format!("{}: {error}", error.class())))?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", output::harmless(advice.plan.to_string().trim_end()))?;
        drop(out);
        hint::tell(advice.hints.iter().map(ToString::to_string))
    }

    fn rust(&self, set: &embellie_text::Set) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        let registry = self.opened.db.registry();
        match prefetched(set) {
            Some(prefetched) => {
                write!(out, "{}", embellie_codegen::rust_of_rows(&set.narrowed(), &prefetched, registry))?;
            }
            None => writeln!(
                out,
                "// No typed query: GenericPrefetch reads objects of several models. Relations of Record that lead to any \
                 model read them: Database::objects(…)?.prefetch(…)."
            )?,
        }
        Ok(())
    }

    fn variables(&self) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        let variables = self.session.variables();
        let width = variables.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, kind) in &variables {
            writeln!(out, "  {name:width$}  {}", terminal::small().apply_to(kind))?;
        }
        if variables.is_empty() {
            writeln!(out, "{}", terminal::small().apply_to("no variables yet: x = Model.objects.all() makes one"))?;
        }
        Ok(())
    }

    fn show_log(&self) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        const SHOWN: usize = 50;
        for (place, sent) in self.log.iter().take(SHOWN).enumerate() {
            let rows = sent.rows.map_or_else(|| "failed".to_owned(), |rows| format!("{} rows", terminal::count(rows)));
            let head = format!("{}. {rows} · {}", place + 1, terminal::duration(sent.elapsed));
            writeln!(out, "{}", terminal::small().apply_to(head))?;
            for line in terminal::clauses(&terminal::shorten_sql(&sent.sql)) {
                writeln!(out, "   {}", terminal::highlight_sql(&line))?;
            }
        }
        match self.log.len() {
            0 => writeln!(out, "{}", terminal::small().apply_to("the last entry sent no statements"))?,
            many if many > SHOWN => writeln!(out, "… {} more", many - SHOWN)?,
            _ => {}
        }
        Ok(())
    }
}

/// What is read with the rows of a query set; `None` where it is of several models.
fn prefetched(set: &embellie_text::Set) -> Option<Vec<embellie_codegen::Prefetched>> {
    let one = |prefetch: &embellie_text::Prefetch| {
        let rows = match prefetch.sets() {
            [] => None,
            [set] => Some((set.narrowed(), prefetched(set)?)),
            _ => return None,
        };
        let to_attr = prefetch.to_attr().map(str::to_owned);
        Some(embellie_codegen::Prefetched { lookup: prefetch.lookup().into(), rows, to_attr })
    };
    set.prefetches().iter().map(one).collect()
}

fn print_sql(lines: &[String]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        match line.starts_with("--") {
            true => writeln!(out, "{}", terminal::small().apply_to(line))?,
            false => {
                let room = terminal::full_width().saturating_sub(4);
                for (place, part) in terminal::wrap(line, room).iter().enumerate() {
                    let margin = if place > 0 { "    " } else { "" };
                    writeln!(out, "{margin}{}", terminal::highlight_sql(part))?;
                }
            }
        }
    }
    Ok(())
}

fn help() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Type Django queries: Model.objects.filter(name__icontains='x').order_by('-id')[:10]\n\
         Statements run too: variables, for, if, def, print, f-strings, with transaction.atomic().\n\
         `_` is the last result. Tab completes names, fields across relations, lookups and methods.\n"
    )?;
    for (name, takes, what) in COMMANDS {
        writeln!(out, "  {:18}{what}", format!("{name} {takes}"))?;
    }
    writeln!(out, "\nCtrl-C clears the line, or cancels what runs, on the server too. Alt-Enter begins another line.")?;
    Ok(())
}
