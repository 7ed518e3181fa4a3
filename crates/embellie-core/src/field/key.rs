//! Tuples: the keys of models that have several fields for it.

use super::{FieldKind, FieldType};
use crate::{ColumnRef, Error, Result, Value, each_element};

/// The fields of a primary key together: stored as a list of theirs, and found in queries as `pk`.
///
/// No field of a model is of such a type.
macro_rules! tuples {
    ($($count:literal: $($name:ident $index:tt),+;)+) => {$(
        impl<$($name: FieldType),+> FieldType for ($($name,)+) {
            const KIND: FieldKind = FieldKind::CompositePrimaryKey;

            fn encode(&self) -> Result<Value> {
                Ok(Value::List(vec![$(self.$index.encode()?),+]))
            }

            fn decode(column: ColumnRef<'_>) -> Result<Self> {
                let mut parts: ($(Option<$name>,)+) = Default::default();
                let mut index = 0_usize;
                each_element(column, |element| {
                    match index {
                        $($index => parts.$index = Some($name::decode(element)?),)+
                        _ => {}
                    }
                    index += 1;
                    Ok(())
                })?;
                match parts {
                    ($(Some($name),)+) if index == $count => Ok(($($name,)+)),
                    _ => Err(Error::Decode(format!("a key of {} fields was expected, and {index} are there", $count))),
                }
            }
        }
    )+};
}

#[allow(non_snake_case)]
mod tuples {
    use super::*;

    tuples! {
        2: A 0, B 1;
        3: A 0, B 1, C 2;
        4: A 0, B 1, C 2, D 3;
        5: A 0, B 1, C 2, D 3, E 4;
        6: A 0, B 1, C 2, D 3, E 4, F 5;
        7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
        8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_there_and_back() {
        let key = (7_i64, "x".to_owned(), Some(true));
        let stored = key.encode().unwrap();
        assert_eq!(stored, Value::List(vec![7.into(), "x".into(), true.into()]));
        assert_eq!(<(i64, String, Option<bool>)>::decode(stored.as_column()), Ok(key));
        let error = <(i64, String)>::decode(stored.as_column()).unwrap_err();
        assert_eq!(error.to_string(), "a key of 2 fields was expected, and 3 are there");
        let longer = <(i64, String, bool, i64)>::decode(stored.as_column()).unwrap_err();
        assert_eq!(longer.class(), "DecodeError");
        assert!(<(i64, i64)>::decode(ColumnRef::Int(1)).is_err());
        assert!(<(i64, bool, bool)>::decode(stored.as_column()).is_err(), "of other types");
    }
}
