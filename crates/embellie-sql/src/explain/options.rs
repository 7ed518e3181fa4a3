//! What an explanation shall tell, and in which form.

use embellie_core::{Error, Result, did_you_mean};

/// How a query is explained: the options of Django's `explain()`.
///
/// ```
/// use embellie_sql::{Explain, Format};
/// let how = Explain::new().analyze().buffers().format(Format::Json);
/// assert_eq!(how, Explain::from_options([("analyze", "true"), ("buffers", "on"), ("format", "json")]).unwrap());
/// assert_eq!(Explain::from_options([("analyze true, format", "x")]).unwrap_err().class(), "ValueError");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explain {
    format: Option<Format>,
    options: Vec<(ExplainOption, Setting)>,
}

impl Explain {
    /// The database's own choice of everything.
    pub fn new() -> Self {
        Explain::default()
    }

    /// The form of the explanation.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets an option.
    #[must_use]
    pub fn option(mut self, option: ExplainOption, setting: Setting) -> Self {
        self.options.retain(|(known, _)| *known != option);
        self.options.push((option, setting));
        self
    }

    /// Runs the query as well, and tells how many rows and how much time each part took.
    #[must_use]
    pub fn analyze(self) -> Self {
        self.option(ExplainOption::Analyze, Setting::On)
    }

    /// Tells more of each part.
    #[must_use]
    pub fn verbose(self) -> Self {
        self.option(ExplainOption::Verbose, Setting::On)
    }

    /// Tells what was read from memory and from disk.
    #[must_use]
    pub fn buffers(self) -> Self {
        self.option(ExplainOption::Buffers, Setting::On)
    }

    /// Options by their names, as Django takes them: `format` and the names of [`ExplainOption`], in any case.
    ///
    /// # Errors
    /// [`Error::Value`] for names, formats and settings that are unknown; nothing but what is known here ever gets into a
    /// statement.
    pub fn from_options<N: AsRef<str>, V: AsRef<str>>(options: impl IntoIterator<Item = (N, V)>) -> Result<Self> {
        options.into_iter().try_fold(Explain::new(), |how, (name, value)| {
            let (name, value) = (name.as_ref(), value.as_ref());
            if name.eq_ignore_ascii_case("format") {
                return Format::of(value).map(|format| how.format(format));
            }
            let option = ExplainOption::of(name)?;
            Setting::of(option, value).map(|setting| how.option(option, setting))
        })
    }

    pub(super) fn wanted_format(&self) -> Option<Format> {
        self.format
    }

    pub(super) fn options(&self) -> impl Iterator<Item = (ExplainOption, Setting)> {
        self.options.iter().copied()
    }
}

/// The form of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Lines for people.
    Text,
    /// A document for programs.
    Json,
    /// A document for programs.
    Xml,
    /// A document for programs.
    Yaml,
}

impl Format {
    const ALL: [Format; 4] = [Format::Json, Format::Text, Format::Xml, Format::Yaml];

    pub(super) fn word(self) -> &'static str {
        match self {
            Format::Text => "TEXT",
            Format::Json => "JSON",
            Format::Xml => "XML",
            Format::Yaml => "YAML",
        }
    }

    fn of(name: &str) -> Result<Self> {
        Format::ALL.into_iter().find(|format| format.word().eq_ignore_ascii_case(name)).ok_or_else(|| {
            let known = Format::ALL.map(Format::word).join(", ");
            Error::Value(format!("{} is not a recognized format. Allowed formats: {known}", name.to_uppercase()))
        })
    }
}

/// What an explanation can tell. Which of them a server knows depends on its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExplainOption {
    /// Runs the query, and tells how many rows and how much time each part took.
    Analyze,
    /// What was read from memory and from disk.
    Buffers,
    /// The estimated costs; told unless switched off.
    Costs,
    /// A plan for any parameters.
    GenericPlan,
    /// The memory that planning took.
    Memory,
    /// The time that it takes to bring the rows into the form in which they are sent.
    Serialize,
    /// Settings of the server that differ from their defaults.
    Settings,
    /// The time of planning and of execution.
    Summary,
    /// The time of each part; told with `Analyze` unless switched off.
    Timing,
    /// More of each part.
    Verbose,
    /// What was written to the log of changes.
    Wal,
}

impl ExplainOption {
    const ALL: [ExplainOption; 11] = [
        ExplainOption::Analyze,
        ExplainOption::Buffers,
        ExplainOption::Costs,
        ExplainOption::GenericPlan,
        ExplainOption::Memory,
        ExplainOption::Serialize,
        ExplainOption::Settings,
        ExplainOption::Summary,
        ExplainOption::Timing,
        ExplainOption::Verbose,
        ExplainOption::Wal,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            ExplainOption::Analyze => "ANALYZE",
            ExplainOption::Buffers => "BUFFERS",
            ExplainOption::Costs => "COSTS",
            ExplainOption::GenericPlan => "GENERIC_PLAN",
            ExplainOption::Memory => "MEMORY",
            ExplainOption::Serialize => "SERIALIZE",
            ExplainOption::Settings => "SETTINGS",
            ExplainOption::Summary => "SUMMARY",
            ExplainOption::Timing => "TIMING",
            ExplainOption::Verbose => "VERBOSE",
            ExplainOption::Wal => "WAL",
        }
    }

    fn of(name: &str) -> Result<Self> {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        if name.is_empty() || !name.chars().all(is_word) || name.contains("--") {
            return Err(Error::Value(format!("Invalid option name: '{}'.", name.escape_debug())));
        }
        ExplainOption::ALL.into_iter().find(|option| option.word().eq_ignore_ascii_case(name)).ok_or_else(|| {
            let known = ExplainOption::ALL.map(|option| option.word().to_lowercase());
            let near = did_you_mean(&name.to_lowercase(), known.iter().map(String::as_str));
            Error::Value(format!("Unknown options: {name}{near}. Known are: format, {}", known.join(", ")))
        })
    }
}

/// What an option is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Setting {
    /// Tell it.
    On,
    /// Do not tell it.
    Off,
    /// Rows sent as text, for [`ExplainOption::Serialize`].
    AsText,
    /// Rows sent in binary form, for [`ExplainOption::Serialize`].
    AsBinary,
}

impl Setting {
    pub(super) fn word(self) -> &'static str {
        match self {
            Setting::On => "true",
            Setting::Off => "false",
            Setting::AsText => "TEXT",
            Setting::AsBinary => "BINARY",
        }
    }

    fn of(option: ExplainOption, value: &str) -> Result<Self> {
        let value = value.to_ascii_lowercase();
        match (option, value.as_str()) {
            (ExplainOption::Serialize, "text") => Ok(Setting::AsText),
            (ExplainOption::Serialize, "binary") => Ok(Setting::AsBinary),
            (ExplainOption::Serialize, _) => {
                Err(Error::Value("the option serialize of explain is 'text' or 'binary'".into()))
            }
            (_, "true" | "on" | "1") => Ok(Setting::On),
            (_, "false" | "off" | "0") => Ok(Setting::Off),
            (option, _) => Err(Error::Value(format!(
                "the option {} of explain is 'true' or 'false'",
                option.word().to_lowercase()
            ))),
        }
    }
}
