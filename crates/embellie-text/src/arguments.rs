//! The arguments of a call.

use crate::{Error, Py, Result};

/// The arguments of a call, in the order of the text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Py>,
    pub(crate) keywords: Vec<(String, Py)>,
}

impl Arguments {
    /// Sorts the arguments to parameters of these names, as Python does for `def function(a, b, c)`.
    pub(crate) fn bind<const N: usize>(self, function: &str, names: [&str; N]) -> Result<[Option<Py>; N]> {
        let mut bound = [const { None }; N];
        if self.positional.len() > N {
            return Err(Error::type_error(format!(
                "{function}() takes {N} positional arguments but {} were given",
                self.positional.len()
            )));
        }
        for (slot, value) in bound.iter_mut().zip(self.positional) {
            *slot = Some(value);
        }
        for (name, value) in self.keywords {
            let slot = names.iter().position(|known| *known == name).and_then(|place| bound.get_mut(place));
            match slot {
                None => {
                    return Err(Error::type_error(format!("{function}() got an unexpected keyword argument '{name}'")));
                }
                Some(Some(_)) => {
                    return Err(Error::type_error(format!("{function}() got multiple values for argument '{name}'")));
                }
                Some(slot) => *slot = Some(value),
            }
        }
        Ok(bound)
    }

    /// Takes a keyword argument out.
    pub(crate) fn keyword(&mut self, name: &str) -> Option<Py> {
        let place = self.keywords.iter().position(|(known, _)| known == name)?;
        Some(self.keywords.remove(place).1)
    }

    /// Refuses keyword arguments that are left.
    pub(crate) fn no_keywords(&self, function: &str) -> Result<()> {
        match self.keywords.first() {
            None => Ok(()),
            Some((name, _)) => {
                Err(Error::type_error(format!("{function}() got an unexpected keyword argument '{name}'")))
            }
        }
    }

    /// Refuses any argument.
    pub(crate) fn none(&self, function: &str) -> Result<()> {
        self.no_keywords(function)?;
        match self.positional.len() {
            0 => Ok(()),
            given => {
                Err(Error::type_error(format!("{function}() takes 1 positional argument but {} were given", given + 1)))
            }
        }
    }
}

/// The argument, or an error that names it.
pub(crate) fn required(function: &str, name: &str, value: Option<Py>) -> Result<Py> {
    value.ok_or_else(|| Error::type_error(format!("{function}() missing 1 required positional argument: '{name}'")))
}
