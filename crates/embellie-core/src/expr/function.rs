//! The functions that every database has, or is given.

macro_rules! functions {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal),+ $(,)?) => {
        /// A database function, with Django's meaning on every database.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Function {
            $($(#[$doc])+ $variant,)+
        }

        impl Function {
            /// All functions.
            pub const ALL: &'static [Function] = &[$(Function::$variant),+];

            /// The name of Django's class.
            pub fn name(self) -> &'static str {
                match self {
                    $(Function::$variant => $name,)+
                }
            }
        }
    };
}

functions! {
    /// The first of several that is not null; two arguments at least.
    Coalesce = "Coalesce",
    /// The greatest of several; two arguments at least.
    Greatest = "Greatest",
    /// The least of several; two arguments at least.
    Least = "Least",
    /// The first argument, or null where it equals the second.
    NullIf = "NullIf",
    /// A JSON object of keys and values, which take turns.
    JsonObject = "JSONObject",
    /// A JSON array of the arguments.
    JsonArray = "JSONArray",
    /// The text of what a path into JSON leads to: Django's `KT`.
    KeyText = "KT",
    /// The time at which the statement began.
    Now = "Now",
    /// The number without its sign.
    Abs = "Abs",
    /// The arc cosine.
    ACos = "ACos",
    /// The arc sine.
    ASin = "ASin",
    /// The arc tangent.
    ATan = "ATan",
    /// The arc tangent of the first argument divided by the second.
    ATan2 = "ATan2",
    /// The least integer that is not less.
    Ceil = "Ceil",
    /// The cosine.
    Cos = "Cos",
    /// The cotangent.
    Cot = "Cot",
    /// Radians as degrees.
    Degrees = "Degrees",
    /// The exponential.
    Exp = "Exp",
    /// The greatest integer that is not greater.
    Floor = "Floor",
    /// The natural logarithm.
    Ln = "Ln",
    /// The logarithm of the second argument to the base of the first.
    Log = "Log",
    /// What is left of the first argument when it is divided by the second.
    Mod = "Mod",
    /// π.
    Pi = "Pi",
    /// The first argument to the power of the second.
    Power = "Power",
    /// Degrees as radians.
    Radians = "Radians",
    /// A random number, at least 0 and less than 1.
    Random = "Random",
    /// The number rounded to a precision, the optional second argument.
    Round = "Round",
    /// The sign: -1, 0 or 1.
    Sign = "Sign",
    /// The sine.
    Sin = "Sin",
    /// The square root.
    Sqrt = "Sqrt",
    /// The tangent.
    Tan = "Tan",
    /// The character of a code point.
    Chr = "Chr",
    /// Texts joined; null counts as empty. Two arguments at least.
    Concat = "Concat",
    /// The first characters, as many as the second argument says.
    Left = "Left",
    /// The length of a text, in characters.
    Length = "Length",
    /// The text in lower case.
    Lower = "Lower",
    /// The text filled up on the left to a length, with the optional third argument or spaces.
    LPad = "LPad",
    /// The text without spaces at its start.
    LTrim = "LTrim",
    /// The MD5 hash, in hexadecimal digits.
    Md5 = "MD5",
    /// The code point of the first character.
    Ord = "Ord",
    /// The text, as often as the second argument says.
    Repeat = "Repeat",
    /// The text with the second argument replaced by the optional third.
    Replace = "Replace",
    /// The text backwards.
    Reverse = "Reverse",
    /// The last characters, as many as the second argument says.
    Right = "Right",
    /// The text filled up on the right to a length, with the optional third argument or spaces.
    RPad = "RPad",
    /// The text without spaces at its end.
    RTrim = "RTrim",
    /// The SHA-1 hash, in hexadecimal digits.
    Sha1 = "SHA1",
    /// The SHA-224 hash, in hexadecimal digits.
    Sha224 = "SHA224",
    /// The SHA-256 hash, in hexadecimal digits.
    Sha256 = "SHA256",
    /// The SHA-384 hash, in hexadecimal digits.
    Sha384 = "SHA384",
    /// The SHA-512 hash, in hexadecimal digits.
    Sha512 = "SHA512",
    /// The place of the second text in the first, counted from 1; 0 when it is not there.
    StrIndex = "StrIndex",
    /// The part of a text from a place, counted from 1, of an optional length.
    Substr = "Substr",
    /// The text without spaces at its ends.
    Trim = "Trim",
    /// The text in upper case.
    Upper = "Upper",
    /// A random UUID, of version 4.
    Uuid4 = "UUID4",
    /// A UUID that grows with time, of version 7.
    Uuid7 = "UUID7",
    /// The words of a text, by an optional configuration before it.
    SearchVector = "SearchVector",
    /// A vector whose words have a weight, `A` to `D`.
    SearchVectorWeighted = "SearchVector.weight",
    /// The words of two vectors.
    SearchVectorCombined = "CombinedSearchVector",
    /// A query of words, by an optional configuration before it.
    SearchQueryPlain = "SearchQuery",
    /// A query of a phrase, by an optional configuration before it.
    SearchQueryPhrase = "SearchQuery.phrase",
    /// A query in the database's own syntax, by an optional configuration before it.
    SearchQueryRaw = "SearchQuery.raw",
    /// A query in the syntax of search engines, by an optional configuration before it.
    SearchQueryWebsearch = "SearchQuery.websearch",
    /// What two queries both look for.
    SearchQueryAnd = "CombinedSearchQuery.and",
    /// What one of two queries looks for.
    SearchQueryOr = "CombinedSearchQuery.or",
    /// What a query does not look for.
    SearchQueryNot = "CombinedSearchQuery.not",
    /// Whether a vector has what a query looks for.
    SearchMatch = "SearchVectorExact",
    /// How well a vector fits a query.
    SearchRank = "SearchRank",
    /// How well a vector fits a query, by the distance of its words.
    SearchRankCover = "SearchRank.cover_density",
    /// The pieces of a text around what a query looks for, by an optional configuration before it.
    SearchHeadline = "SearchHeadline",
    /// How alike two texts are.
    TrigramSimilarity = "TrigramSimilarity",
    /// How alike a text is to the most alike part of another.
    TrigramWordSimilarity = "TrigramWordSimilarity",
    /// An array of the arguments.
    Array = "ArrayField.of",
    /// How many elements an array has.
    ArrayLength = "ArrayField.len",
    /// The element of an array at a place, counted from 0.
    ArrayAt = "ArrayField.index",
    /// The elements of an array from a place, counted from 0, up to another that is left out, or to the end.
    ArraySlice = "ArrayField.slice",
    /// Whether an array has all elements of another.
    ArrayContains = "ArrayField.contains",
    /// Whether two arrays have an element in common.
    ArrayOverlap = "ArrayField.overlap",
    /// Whether a range holds another, or a value.
    RangeContains = "RangeField.contains",
    /// Whether two ranges have a value in common.
    RangeOverlap = "RangeField.overlap",
    /// Whether all values of a range are less than those of another.
    RangeFullyLess = "RangeField.fully_lt",
    /// Whether all values of a range are greater than those of another.
    RangeFullyGreater = "RangeField.fully_gt",
    /// Whether no value of a range is less than all of another.
    RangeNotLess = "RangeField.not_lt",
    /// Whether no value of a range is greater than all of another.
    RangeNotGreater = "RangeField.not_gt",
    /// Whether a range begins where another ends, or the other way round.
    RangeAdjacent = "RangeField.adjacent_to",
    /// The lower end of a range.
    RangeLower = "RangeField.startswith",
    /// The upper end of a range.
    RangeUpper = "RangeField.endswith",
    /// Whether a range holds no value.
    RangeIsEmpty = "RangeField.isempty",
    /// Whether the lower end of a range is part of it.
    RangeLowerIncluded = "RangeField.lower_inc",
    /// Whether a range has no lower end.
    RangeLowerInfinite = "RangeField.lower_inf",
    /// Whether the upper end of a range is part of it.
    RangeUpperIncluded = "RangeField.upper_inc",
    /// Whether a range has no upper end.
    RangeUpperInfinite = "RangeField.upper_inf",
    /// Whether two texts are alike.
    TrigramSimilar = "trigram_similar",
    /// Whether a text is alike to a part of another.
    TrigramWordSimilar = "trigram_word_similar",
    /// Whether a text is alike to words of another.
    TrigramStrictWordSimilar = "trigram_strict_word_similar",
    /// How alike a text is to the most alike words of another.
    TrigramStrictWordSimilarity = "TrigramStrictWordSimilarity",
    /// In a window: the share of rows up to this one and its peers.
    CumeDist = "CumeDist",
    /// In a window: the rank without gaps.
    DenseRank = "DenseRank",
    /// In a window: the value in the first row of the frame.
    FirstValue = "FirstValue",
    /// In a window: the value some rows before (the optional second argument, 1), or the optional third.
    Lag = "Lag",
    /// In a window: the value in the last row of the frame.
    LastValue = "LastValue",
    /// In a window: the value some rows after (the optional second argument, 1), or the optional third.
    Lead = "Lead",
    /// In a window: the value in the row of the frame that the second argument says, counted from 1.
    NthValue = "NthValue",
    /// In a window: which of so many equal parts the row is in.
    Ntile = "Ntile",
    /// In a window: the rank as a share.
    PercentRank = "PercentRank",
    /// In a window: the rank with gaps.
    Rank = "Rank",
    /// In a window: the row's number.
    RowNumber = "RowNumber",
}

impl Function {
    /// Whether the function searches texts for words, or compares them by their letters.
    pub fn is_search(self) -> bool {
        use Function as F;
        matches!(
            self,
            F::SearchVector
                | F::SearchVectorWeighted
                | F::SearchVectorCombined
                | F::SearchQueryPlain
                | F::SearchQueryPhrase
                | F::SearchQueryRaw
                | F::SearchQueryWebsearch
                | F::SearchQueryAnd
                | F::SearchQueryOr
                | F::SearchQueryNot
                | F::SearchMatch
                | F::SearchRank
                | F::SearchRankCover
                | F::SearchHeadline
                | F::TrigramSimilarity
                | F::TrigramWordSimilarity
                | F::TrigramStrictWordSimilarity
                | F::TrigramSimilar
                | F::TrigramWordSimilar
                | F::TrigramStrictWordSimilar
        )
    }

    /// Whether the function makes or takes arrays.
    pub fn is_of_arrays(self) -> bool {
        use Function as F;
        matches!(self, F::Array | F::ArrayLength | F::ArrayAt | F::ArraySlice | F::ArrayContains | F::ArrayOverlap)
    }

    /// Whether the function takes ranges.
    pub fn is_of_ranges(self) -> bool {
        use Function as F;
        matches!(
            self,
            F::RangeContains
                | F::RangeOverlap
                | F::RangeFullyLess
                | F::RangeFullyGreater
                | F::RangeNotLess
                | F::RangeNotGreater
                | F::RangeAdjacent
                | F::RangeLower
                | F::RangeUpper
                | F::RangeIsEmpty
                | F::RangeLowerIncluded
                | F::RangeLowerInfinite
                | F::RangeUpperIncluded
                | F::RangeUpperInfinite
        )
    }

    /// Whether the function has a meaning in a window alone.
    pub fn is_window(self) -> bool {
        use Function as F;
        matches!(
            self,
            F::CumeDist
                | F::DenseRank
                | F::FirstValue
                | F::Lag
                | F::LastValue
                | F::Lead
                | F::NthValue
                | F::Ntile
                | F::PercentRank
                | F::Rank
                | F::RowNumber
        )
    }
}
