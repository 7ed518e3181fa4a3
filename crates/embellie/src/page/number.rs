//! What names a page.

use embellie_core::{Error, Result};

/// What names a page: a number, or what came with a request and may be one.
#[derive(Debug, Clone, PartialEq)]
pub struct PageNumber(Given);

#[derive(Debug, Clone, PartialEq)]
enum Given {
    Number(i64),
    Float(f64),
    Text(String),
}

impl PageNumber {
    /// The number.
    pub(super) fn number(&self) -> Result<i64> {
        let refused = || Error::PageNotAnInteger("That page number is not an integer".into());
        match &self.0 {
            Given::Number(number) => Ok(*number),
            // Beyond what an integer holds, the cast gives the nearest: there is no such page either.
            Given::Float(number) if number.is_finite() && number.fract() == 0.0 => Ok(*number as i64),
            Given::Float(_) => Err(refused()),
            Given::Text(text) => {
                let text = text.trim();
                let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(refused());
                }
                Ok(text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
            }
        }
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for PageNumber {
            fn from(number: $number) -> Self {
                PageNumber(Given::Number(i64::try_from(number).unwrap_or(i64::MAX)))
            }
        }
    )+};
}
numbers!(u8, u16, u32, u64, usize, i8, i16, i32, i64);

impl From<f64> for PageNumber {
    fn from(number: f64) -> Self {
        PageNumber(Given::Float(number))
    }
}

impl From<&str> for PageNumber {
    fn from(text: &str) -> Self {
        PageNumber(Given::Text(text.to_owned()))
    }
}

impl From<String> for PageNumber {
    fn from(text: String) -> Self {
        PageNumber(Given::Text(text))
    }
}

impl From<&String> for PageNumber {
    fn from(text: &String) -> Self {
        PageNumber(Given::Text(text.clone()))
    }
}

/// Without a number, it is the first page.
impl<T: Into<PageNumber>> From<Option<T>> for PageNumber {
    fn from(number: Option<T>) -> Self {
        number.map_or(PageNumber(Given::Number(1)), Into::into)
    }
}
