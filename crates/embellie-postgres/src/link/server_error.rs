//! What the server says when it refuses something, or notices something.

/// The fields of an error or a notice that are of use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServerError {
    pub(crate) severity: String,
    /// The SQLSTATE.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) constraint: Option<String>,
    /// The function of the server's source that reports it.
    pub(crate) routine: Option<String>,
}

impl ServerError {
    /// Whether the session ends with it.
    pub(crate) fn is_fatal(&self) -> bool {
        matches!(self.severity.as_str(), "FATAL" | "PANIC")
    }

    /// The message. Its detail and context are left out: they quote rows. In errors about a value, so does the message
    /// itself, between double quotes.
    pub(crate) fn words(&self) -> String {
        if !self.code.starts_with("22") {
            return self.message.clone();
        }
        match (self.message.find('"'), self.message.rfind('"')) {
            (Some(first), Some(last)) if first < last => {
                format!("{}\"…\"{}", &self.message[..first], &self.message[last + 1..])
            }
            _ => self.message.clone(),
        }
    }
}
