//! Functions of text.

use embellie_core::expr::Function;
use embellie_core::field::FieldType;
use embellie_core::{Expr, Result};

use super::call;
use crate::typed::scalar::{Scalar, Term};
use crate::typed::trail::{NotNull, Nullability};
use crate::typed::{Expression, Integer, Text};

/// What two operands leave of nullability.
type Or<A, B> = <A as Nullability>::Or<B>;

macro_rules! of_text {
    ($($(#[$doc:meta])+ $name:ident -> $type:ty;)+) => {$(
        $(#[$doc])+
        pub fn $name<M, V: Scalar<M, Type: Text, Null = N>, N>(text: V) -> Expression<M, $type, N> {
            call(Function::$name, vec![text.scalar().expr])
        }
    )+};
}
of_text! {
    /// The text in lower case: Django's `Lower`.
    ///
    /// ```
    /// # use embellie::{prelude::*, functions::*};
    /// # #[model(app = "blog")] pub struct Post { title: String }
    /// let posts = Post::objects().filter(Lower(Post::title).eq("clouds"));
    /// ```
    Lower -> String;
    /// The text in upper case: Django's `Upper`.
    Upper -> String;
    /// The length, in characters: Django's `Length`.
    Length -> i64;
    /// The text without spaces at its ends: Django's `Trim`.
    Trim -> String;
    /// The text without spaces at its start: Django's `LTrim`.
    LTrim -> String;
    /// The text without spaces at its end: Django's `RTrim`.
    RTrim -> String;
    /// The text backwards: Django's `Reverse`.
    Reverse -> String;
    /// The code point of the first character: Django's `Ord`.
    Ord -> i64;
    /// The MD5 hash, in hexadecimal digits: Django's `MD5`.
    ///
    /// ```
    /// # use embellie::{prelude::*, functions::*};
    /// # #[model(app = "blog")] pub struct User { email: String }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let email = Lower(Trim(User::email));
    /// let hashes = User::objects().values_list((Md5(&email), Sha1(&email), Sha224(&email), Sha256(&email)));
    /// let longer: Vec<(String, String)> = User::objects().values_list((Sha384(&email), Sha512(&email))).all(db).await?;
    /// # Ok(()) }
    /// ```
    Md5 -> String;
    /// The SHA-1 hash, in hexadecimal digits: Django's `SHA1`.
    Sha1 -> String;
    /// The SHA-224 hash, in hexadecimal digits: Django's `SHA224`.
    Sha224 -> String;
    /// The SHA-256 hash, in hexadecimal digits: Django's `SHA256`.
    Sha256 -> String;
    /// The SHA-384 hash, in hexadecimal digits: Django's `SHA384`.
    Sha384 -> String;
    /// The SHA-512 hash, in hexadecimal digits: Django's `SHA512`.
    Sha512 -> String;
}

/// The character of a code point: Django's `Chr`.
pub fn Chr<M, V: Scalar<M, Type: Integer>>(code: V) -> Expression<M, String, V::Null> {
    call(Function::Chr, vec![code.scalar().expr])
}

macro_rules! of_text_and_number {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        pub fn $name<M, V: Scalar<M, Type: Text>, L: Term<M, Type: Integer>>(
            text: V,
            number: L,
        ) -> Expression<M, String, Or<V::Null, L::Null>> {
            call(Function::$name, vec![text.scalar().expr, number.term()])
        }
    )+};
}
of_text_and_number! {
    /// The first characters, so many: Django's `Left`.
    ///
    /// ```
    /// # use embellie::{prelude::*, functions::*};
    /// # #[model(app = "blog")] pub struct Post { title: String }
    /// let initials = Post::objects().values_list(Left(Post::title, 1)).distinct();
    /// ```
    Left;
    /// The last characters, so many: Django's `Right`.
    Right;
    /// The text, so many times: Django's `Repeat`.
    Repeat;
}

macro_rules! padded {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        pub fn $name<M, V, L, F>(text: V, length: L, fill: F) -> Expression<M, String, Or<Or<V::Null, L::Null>, F::Null>>
        where
            V: Scalar<M, Type: Text>,
            L: Term<M, Type: Integer>,
            F: Term<M, Type: Text>,
        {
            call(Function::$name, vec![text.scalar().expr, length.term(), fill.term()])
        }
    )+};
}
padded! {
    /// The text filled up on the left to a length: Django's `LPad`.
    LPad;
    /// The text filled up on the right to a length: Django's `RPad`.
    RPad;
}

/// The part of a text from a place, counted from 1, so many characters: Django's `Substr`. The part to the end is
/// `….slice(…)`.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct Post { title: String }
/// let parts = Post::objects().values_list((Substr(Post::title, 1, 5), Post::title.slice(5..)));
/// ```
pub fn Substr<M, V, P, L>(text: V, from: P, length: L) -> Expression<M, String, Or<Or<V::Null, P::Null>, L::Null>>
where
    V: Scalar<M, Type: Text>,
    P: Term<M, Type: Integer>,
    L: Term<M, Type: Integer>,
{
    call(Function::Substr, vec![text.scalar().expr, from.term(), length.term()])
}

/// The text with each occurrence of one text replaced by another: Django's `Replace`.
pub fn Replace<M, V, A, B>(text: V, old: A, new: B) -> Expression<M, String, Or<Or<V::Null, A::Null>, B::Null>>
where
    V: Scalar<M, Type: Text>,
    A: Term<M, Type: Text>,
    B: Term<M, Type: Text>,
{
    call(Function::Replace, vec![text.scalar().expr, old.term(), new.term()])
}

/// The place of a text in another, counted from 1; 0 when it is not there: Django's `StrIndex`.
pub fn StrIndex<M, V, A>(text: V, part: A) -> Expression<M, i64, Or<V::Null, A::Null>>
where
    V: Scalar<M, Type: Text>,
    A: Term<M, Type: Text>,
{
    call(Function::StrIndex, vec![text.scalar().expr, part.term()])
}

/// Several operands of any types: a tuple of two at least.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tuple of operands in a query over `{M}`",
    label = "expected a tuple of constants, fields and expressions, as in `(User::name, \" \", User::email)`"
)]
pub trait Operands<M> {
    /// The operands as data.
    #[doc(hidden)]
    fn operands(self) -> Vec<Result<Expr>>;
}

macro_rules! operands {
    ($($name:ident $index:tt),+) => {
        #[diagnostic::do_not_recommend]
        impl<M, $($name: Term<M>),+> Operands<M> for ($($name,)+) {
            fn operands(self) -> Vec<Result<Expr>> {
                vec![$(self.$index.term()),+]
            }
        }
    };
}
operands!(A 0);
operands!(A 0, B 1);
operands!(A 0, B 1, C 2);
operands!(A 0, B 1, C 2, D 3);
operands!(A 0, B 1, C 2, D 3, E 4);
operands!(A 0, B 1, C 2, D 3, E 4, F 5);
operands!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
operands!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

/// Texts joined, null counting as empty: Django's `Concat`.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct User { name: String, email: String }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let address = Concat((User::name, " <", User::email, ">"));
/// let rows: Vec<String> = User::objects().values_list(&address).all(db).await?;
/// # Ok(()) }
/// ```
pub fn Concat<M, V: Operands<M>>(texts: V) -> Expression<M, String, NotNull> {
    call(Function::Concat, texts.operands())
}

/// The text compared by the rules of a collation: Django's `Collate`.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct User { name: String }
/// let users = User::objects().order_by(Collate(User::name, "nocase"));
/// ```
pub fn Collate<M, V: Scalar<M, Type: Text>>(
    text: V,
    collation: impl Into<std::borrow::Cow<'static, str>>,
) -> Expression<M, V::Type, V::Null> {
    let collation = collation.into();
    Expression::new(text.scalar().expr.map(|expr| Expr::Collate { expr: Box::new(expr), collation }))
}

/// The value as another type: Django's `Cast`. The type comes first: `Cast::<f64, _, _>(Post::views)`; the method
/// `cast::<f64>()` of fields and expressions is the same.
pub fn Cast<T: FieldType, M, V: Scalar<M>>(value: V) -> Expression<M, T, V::Null> {
    Expression::new(value.scalar().expr.map(cast::<T>))
}

pub(in crate::typed) fn cast<T: FieldType>(expr: Expr) -> Expr {
    Expr::Cast { expr: Box::new(expr), kind: T::KIND, max_length: T::MAX_LENGTH }
}
