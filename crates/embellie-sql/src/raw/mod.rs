//! SQL that somebody has written: its placeholders become the database's own, its values parameters.

pub(crate) mod lexicon;

use embellie_core::{DatabaseError, Effect, Error, Params, Result, Statement, Value, did_you_mean};

pub(crate) use lexicon::Lexicon;
use lexicon::{Token, Tokens};

use crate::Target;
use crate::render::Writer;

/// The statement that a text with placeholders and its parameters make.
///
/// ```
/// use embellie_core::{Params, ServerInfo};
/// use embellie_sql::Target;
///
/// let target = Target::for_server(&ServerInfo { dialect: "sqlite", version: (3, 50, 0) })?;
/// let params = Params::new().push("Ann");
/// let statement = embellie_sql::raw("SELECT id FROM author WHERE name = %s OR name LIKE '%s'", &params, &target)?;
/// assert_eq!(&*statement.sql, "SELECT id FROM author WHERE name = ? OR name LIKE '%s'");
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Programming`] when the parameters are not those of the placeholders, when there is no statement in the text,
/// and for placeholders of the database's own; [`Error::TransactionManagement`] for statements that begin or end a
/// transaction; [`Error::NotSupported`] for more parameters than the database takes, and for `COPY` from and to the
/// client.
pub fn raw(text: &str, parameters: &Params, target: &Target) -> Result<Statement> {
    let effect = effect(text, target.dialect().lexicon())?;
    let mut writer = Writer::new(target);
    write(&mut writer, text, parameters)?;
    writer.finish(effect)
}

/// Writes a text, or a part of one, with its values as parameters.
pub(crate) fn write(writer: &mut Writer<'_>, text: &str, parameters: &Params) -> Result<()> {
    let dialect = writer.dialect();
    let mut filling = Filling { parameters, next: 0, named: false };
    for token in Tokens::new(text, dialect.lexicon()) {
        match token {
            Token::Word(text) | Token::Gap(text) | Token::Other(text) => writer.push(text),
            Token::Percent => writer.push("%"),
            Token::Positional => value(writer, filling.next()?)?,
            Token::Named(name) => value(writer, filling.named(name)?)?,
            Token::Own(mark) => {
                return Err(programming(format!(
                    "'{mark}' marks a placeholder of {} in the SQL text: write %s or %(name)s, which every database \
                     understands",
                    dialect.product()
                )));
            }
        }
    }
    filling.finish()
}

/// The database finds the type of a text and of a null from what stands around it, as it does for literals.
fn value(writer: &mut Writer<'_>, value: &Value) -> Result<()> {
    match value {
        // A list is one where the database has lists; elsewhere the driver says that it has none.
        Value::List(_) => {
            writer.parameter(value.clone());
            Ok(())
        }
        Value::Null | Value::Text(_) => writer.value(value),
        value => writer.dialect().typed_value(writer, value, None),
    }
}

/// Parameters on their way to the placeholders.
struct Filling<'p> {
    parameters: &'p Params,
    next: usize,
    named: bool,
}

impl<'p> Filling<'p> {
    fn next(&mut self) -> Result<&'p Value> {
        let value = self.parameters.positional().get(self.next);
        self.next += 1;
        // How many there are is told at the end of the text.
        Ok(value.unwrap_or(&Value::Null))
    }

    fn named(&mut self, name: &str) -> Result<&'p Value> {
        self.named = true;
        let value = self.parameters.named().find_map(|(known, value)| (known == name).then_some(value));
        value.ok_or_else(|| {
            let names = self.parameters.named().map(|(name, _)| name);
            programming(format!("there is no parameter for %({name})s in the SQL text{}", did_you_mean(name, names)))
        })
    }

    fn finish(self) -> Result<()> {
        let given = self.parameters.positional().len();
        let names = self.parameters.named().len();
        if (self.next > 0 || given > 0) && (self.named || names > 0) {
            return Err(programming(
                "positional (%s) and named (%(name)s) placeholders cannot be mixed in one SQL text".into(),
            ));
        }
        if self.next == given {
            return Ok(());
        }
        Err(programming(format!(
            "the SQL text has {} placeholder(s) %s, but {given} parameter(s) were given. What stands in quotation marks \
             is no placeholder",
            self.next
        )))
    }
}

fn programming(message: String) -> Error {
    Error::Programming(DatabaseError { message, ..DatabaseError::default() })
}

/// What a statement does, as far as its words tell.
fn effect(text: &str, lexicon: Lexicon) -> Result<Effect> {
    let words = || {
        Tokens::new(text, lexicon).filter_map(|token| match token {
            Token::Word(word) => Some(word),
            _ => None,
        })
    };
    let said = |wanted: &[&str]| words().any(|word| wanted.iter().any(|wanted| word.eq_ignore_ascii_case(wanted)));
    let Some(first) = words().next() else { return Err(programming("there is no statement in the SQL text".into())) };
    match first.to_ascii_uppercase().as_str() {
        "SELECT" | "VALUES" | "TABLE" | "EXPLAIN" => Ok(Effect::Read),
        "WITH" if !said(&["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"]) => Ok(Effect::Read),
        "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE" => {
            Err(Error::TransactionManagement(format!(
                "{} cannot be run as a statement, since connections are shared: use `atomic`, which begins and ends \
                 transactions and nests them as savepoints",
                first.to_ascii_uppercase()
            )))
        }
        "PREPARE" if said(&["TRANSACTION"]) => Err(Error::TransactionManagement(
            "PREPARE TRANSACTION cannot be run as a statement: use `atomic`, which commits".into(),
        )),
        "COPY" if said(&["STDIN", "STDOUT"]) => Err(Error::NotSupported(
            "COPY from STDIN and to STDOUT cannot be run as a statement: use bulk_create, or read rows".into(),
        )),
        _ => Ok(Effect::Write),
    }
}
