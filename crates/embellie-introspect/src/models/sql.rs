//! Conditions and expressions of a database's SQL that models have a form for. What is not understood wholly is not
//! understood at all.

use embellie_core::expr::{Function, Operator};
use embellie_core::field::FieldKind;
use embellie_core::meta::FieldMeta;
use embellie_core::{Expr, Q, Value};

/// How deep brackets may stand in each other.
const DEEPEST: usize = 40;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A word: a keyword, a function or a column.
    Word(String),
    /// A name in quotes, which is a column.
    Quoted(String),
    Text(String),
    Number(String),
    Sign(&'static str),
}

const SIGNS: [&str; 20] =
    ["::", "<=", ">=", "<>", "!=", "==", "=", "<", ">", "(", ")", "[", "]", ",", "+", "-", "*", "/", "%", "|"];

/// The tokens of a text; `None` for what has other signs.
fn tokens(sql: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = sql.trim_start();
    // What is between quotes, which are doubled within, and what follows it.
    let quoted = |rest: &str, end: char| -> Option<(String, usize)> {
        let mut made = String::new();
        let mut letters = rest.char_indices().skip(1).peekable();
        while let Some((place, letter)) = letters.next() {
            if letter != end {
                made.push(letter);
            } else if end != ']' && letters.peek().is_some_and(|(_, next)| *next == end) {
                letters.next();
                made.push(letter);
            } else {
                return Some((made, place + letter.len_utf8()));
            }
        }
        None
    };
    while let Some(first) = rest.chars().next() {
        let after_array =
            matches!(found.last(), Some(Token::Word(word)) if is(word, "ARRAY")) || rest.starts_with("[]");
        let length = match first {
            '\'' => {
                let (text, length) = quoted(rest, '\'')?;
                found.push(Token::Text(text));
                length
            }
            '"' | '`' => {
                let (name, length) = quoted(rest, first)?;
                found.push(Token::Quoted(name));
                length
            }
            '[' if !after_array => {
                let (name, length) = quoted(rest, ']')?;
                found.push(Token::Quoted(name));
                length
            }
            letter if letter.is_alphabetic() || letter == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                found.push(Token::Word(rest[..length].to_owned()));
                length
            }
            digit if digit.is_ascii_digit() => {
                let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                found.push(Token::Number(rest[..length].to_owned()));
                length
            }
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign))?;
                found.push(Token::Sign(sign));
                sign.len()
            }
        };
        rest = rest.get(length..)?.trim_start();
    }
    Some(found)
}

fn is(word: &str, keyword: &str) -> bool {
    word.eq_ignore_ascii_case(keyword)
}

/// Reads a condition, or an expression, over the fields of a model.
struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    field: &'a dyn Fn(&str) -> Option<&'a FieldMeta>,
    /// Whether what is unknown, for there are nulls, counts as if it held, as in a check.
    unknown_holds: bool,
    /// Whether something around is negated.
    negated: bool,
}

/// The condition that a text says; `field` finds the field of a column. In a check, what is unknown holds.
pub(super) fn condition<'a>(
    sql: &str,
    field: &'a dyn Fn(&str) -> Option<&'a FieldMeta>,
    unknown_holds: bool,
) -> Option<Q> {
    let mut reader = Reader { tokens: tokens(sql)?, at: 0, depth: 0, field, unknown_holds, negated: false };
    let q = reader.either()?;
    (reader.at == reader.tokens.len()).then_some(q)
}

/// The expression of an index's term.
pub(super) fn expression<'a>(sql: &str, field: &'a dyn Fn(&str) -> Option<&'a FieldMeta>) -> Option<Expr> {
    let mut reader = Reader { tokens: tokens(sql)?, at: 0, depth: 0, field, unknown_holds: false, negated: false };
    let expr = reader.sum()?;
    // A value alone is no index.
    (reader.at == reader.tokens.len() && !matches!(expr, Expr::Value(_))).then_some(expr)
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(known)) if *known == sign);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, keyword: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if is(word, keyword));
        self.at += usize::from(found);
        found
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.depth += 1;
        let read = if self.depth > DEEPEST { None } else { read(self) };
        self.depth -= 1;
        read
    }

    fn either(&mut self) -> Option<Q> {
        let mut q = self.both()?;
        while self.word("OR") {
            q = q | self.both()?;
        }
        Some(q)
    }

    fn both(&mut self) -> Option<Q> {
        let mut q = self.one()?;
        while self.word("AND") {
            q = q & self.one()?;
        }
        Some(q)
    }

    fn one(&mut self) -> Option<Q> {
        if self.word("NOT") {
            return self.negation(|reader| reader.one());
        }
        let before = self.at;
        if self.sign("(")
            && let Some(q) = self.deeper(Self::either)
            && self.sign(")")
            && !self.goes_on()
        {
            return Some(q);
        }
        self.at = before;
        self.comparison()
    }

    /// What a negation says of nulls is another thing than what the form for it does, unless they count as what holds.
    fn negation(&mut self, read: impl FnOnce(&mut Self) -> Option<Q>) -> Option<Q> {
        if self.negated {
            return None;
        }
        self.negated = true;
        let begun = self.at;
        let q = self.deeper(read);
        self.negated = false;
        if !self.unknown_holds {
            let read = self.tokens.get(begun..self.at)?;
            let may_be_null = |token: &Token| match token {
                Token::Word(name) | Token::Quoted(name) => (self.field)(name).is_some_and(|field| field.null),
                _ => false,
            };
            if read.iter().any(may_be_null) {
                return None;
            }
        }
        q.map(|q| !q)
    }

    /// Whether what stood in brackets was part of a comparison.
    fn goes_on(&self) -> bool {
        match self.peek() {
            Some(Token::Sign(sign)) => !matches!(*sign, ")" | ","),
            Some(Token::Word(word)) => ["IS", "IN", "NOT", "BETWEEN"].iter().any(|keyword| is(word, keyword)),
            _ => false,
        }
    }

    fn comparison(&mut self) -> Option<Q> {
        let begun = self.at;
        let left = self.sum()?;
        let comparisons =
            [("=", ""), ("==", ""), ("<>", "!"), ("!=", "!"), ("<=", "lte"), (">=", "gte"), ("<", "lt"), (">", "gt")];
        for (sign, lookup) in comparisons {
            if !self.sign(sign) {
                continue;
            }
            if lookup.is_empty() && self.word("ANY") {
                let values = self.array()?;
                return self.among(&left, values);
            }
            if lookup == "!" {
                self.at = begun;
                return self.negation(|reader| {
                    let left = reader.sum()?;
                    reader.at += 1;
                    let right = reader.sum()?;
                    reader.compared(left, "", right)
                });
            }
            let right = self.sum()?;
            return self.compared(left, lookup, right);
        }
        if self.word("IS") {
            let not = self.word("NOT");
            let Expr::Path(path) = &left else { return None };
            return self.word("NULL").then(|| Q::new(path.clone().then("isnull"), !not));
        }
        let not = self.word("NOT");
        if self.word("IN") {
            let values = self.list("(", ")")?;
            if not {
                return self.negation(|reader| reader.among(&left, values));
            }
            return self.among(&left, values);
        }
        if !not && self.word("BETWEEN") {
            let least = self.sum()?;
            if !self.word("AND") {
                return None;
            }
            let greatest = self.sum()?;
            return Some(self.compared(left.clone(), "gte", least)? & self.compared(left, "lte", greatest)?);
        }
        match left {
            Expr::Path(path) if !not && self.kind_of(&path.to_string()) == Some(FieldKind::Bool) => {
                Some(Q::new(path, true))
            }
            _ => None,
        }
    }

    fn kind_of(&self, name: &str) -> Option<FieldKind> {
        // Names of fields are what paths have by now.
        self.tokens.iter().find_map(|token| match token {
            Token::Word(column) | Token::Quoted(column) => {
                (self.field)(column).filter(|field| field.name == name).map(|field| field.kind)
            }
            _ => None,
        })
    }

    fn compared(&self, left: Expr, lookup: &str, right: Expr) -> Option<Q> {
        let (path, lookup, right) = match (left, right) {
            (Expr::Path(path), right) => (path, lookup, right),
            (left, Expr::Path(path)) => {
                let turned = match lookup {
                    "lt" => "gt",
                    "lte" => "gte",
                    "gt" => "lt",
                    "gte" => "lte",
                    other => other,
                };
                (path, turned, left)
            }
            _ => return None,
        };
        let right = match right {
            Expr::Value(value) => Expr::Value(self.fitting(&path.to_string(), value)?),
            other => other,
        };
        Some(Q::new(if lookup.is_empty() { path } else { path.then(lookup.to_owned()) }, right))
    }

    fn among(&self, left: &Expr, values: Vec<Value>) -> Option<Q> {
        let Expr::Path(path) = left else { return None };
        let name = path.to_string();
        let values: Option<Vec<Value>> = values.into_iter().map(|value| self.fitting(&name, value)).collect();
        Some(Q::new(path.clone().then("in"), Value::List(values.filter(|values| !values.is_empty())?)))
    }

    /// A value as the field holds it.
    fn fitting(&self, name: &str, value: Value) -> Option<Value> {
        let kind = self.kind_of(name)?;
        match (value, kind) {
            (Value::Int(value @ (0 | 1)), FieldKind::Bool) => Some(Value::Bool(value == 1)),
            (Value::Bool(value), FieldKind::Bool) => Some(Value::Bool(value)),
            (Value::Int(value), kind)
                if kind.integer_range().is_some() || matches!(kind, FieldKind::Decimal { .. } | FieldKind::Float) =>
            {
                Some(Value::Int(value))
            }
            (Value::Text(text), kind) if kind.is_text() => Some(Value::Text(text)),
            _ => None,
        }
    }

    /// Values between brackets.
    fn list(&mut self, open: &str, close: &str) -> Option<Vec<Value>> {
        if !self.sign(open) {
            return None;
        }
        let mut values = Vec::new();
        loop {
            match self.sum()? {
                Expr::Value(value) => values.push(value),
                _ => return None,
            }
            if !self.sign(",") {
                return self.sign(close).then_some(values);
            }
        }
    }

    /// `(ARRAY['a', 'b'])`, with types and further brackets, as PostgreSQL writes `IN`.
    fn array(&mut self) -> Option<Vec<Value>> {
        if self.sign("(") {
            let values = self.deeper(Self::array)?;
            if !self.sign(")") {
                return None;
            }
            self.types();
            return Some(values);
        }
        if !self.word("ARRAY") {
            return None;
        }
        let values = self.list("[", "]")?;
        self.types();
        Some(values)
    }

    fn sum(&mut self) -> Option<Expr> {
        let mut expr = self.product()?;
        loop {
            let operator = match () {
                () if self.sign("+") => Operator::Add,
                () if self.sign("-") => Operator::Subtract,
                () => return Some(expr),
            };
            expr = self.operation(expr, operator, Self::product)?;
        }
    }

    fn product(&mut self) -> Option<Expr> {
        let mut expr = self.factor()?;
        loop {
            let operator = match () {
                () if self.sign("*") => Operator::Multiply,
                () if self.sign("/") => Operator::Divide,
                () if self.sign("%") => Operator::Modulo,
                () => return Some(expr),
            };
            expr = self.operation(expr, operator, Self::factor)?;
        }
    }

    fn operation(&mut self, left: Expr, operator: Operator, read: fn(&mut Self) -> Option<Expr>) -> Option<Expr> {
        let right = read(self)?;
        // Declarations have operators after fields and functions.
        (!matches!(left, Expr::Value(_))).then(|| left.combine(operator, right))
    }

    fn factor(&mut self) -> Option<Expr> {
        let expr = match self.tokens.get(self.at)?.clone() {
            Token::Sign("(") => {
                self.at += 1;
                let expr = self.deeper(Self::sum)?;
                self.sign(")").then_some(expr)?
            }
            Token::Sign("-") => {
                self.at += 1;
                match self.deeper(Self::factor)? {
                    Expr::Value(Value::Int(value)) => Expr::value(value.checked_neg()?),
                    _ => return None,
                }
            }
            Token::Number(number) => {
                self.at += 1;
                Expr::value(number.parse::<i64>().ok()?)
            }
            Token::Text(text) => {
                self.at += 1;
                Expr::value(text)
            }
            Token::Quoted(name) => {
                self.at += 1;
                self.column(&name)?
            }
            Token::Word(word) => {
                self.at += 1;
                match () {
                    () if is(&word, "TRUE") => Expr::value(true),
                    () if is(&word, "FALSE") => Expr::value(false),
                    () if self.sign("(") => self.call(&word)?,
                    () => self.column(&word)?,
                }
            }
            Token::Sign(_) => return None,
        };
        let typed = self.types();
        match (&expr, typed) {
            (_, None) | (Expr::Value(_), Some(_)) => Some(expr),
            // What is a text may be called one.
            (Expr::Path(path), Some(true)) if self.kind_of(&path.to_string()).is_some_and(FieldKind::is_text) => {
                Some(expr)
            }
            (Expr::Call { .. }, Some(true)) => Some(expr),
            _ => None,
        }
    }

    fn column(&self, name: &str) -> Option<Expr> {
        Some(Expr::path((self.field)(name)?.name.as_str()))
    }

    fn call(&mut self, name: &str) -> Option<Expr> {
        let (function, count) = match name.to_ascii_lowercase().as_str() {
            "lower" => (Function::Lower, 1),
            "upper" => (Function::Upper, 1),
            "length" => (Function::Length, 1),
            "trim" | "btrim" => (Function::Trim, 1),
            "abs" => (Function::Abs, 1),
            _ => return None,
        };
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.deeper(Self::sum)?);
            if !self.sign(",") {
                break;
            }
        }
        (self.sign(")") && arguments.len() == count).then(|| Expr::call(function, arguments))
    }

    /// Passes over `::character varying(10)[]`; says whether the last type is one of texts.
    fn types(&mut self) -> Option<bool> {
        let mut last = None;
        while self.sign("::") {
            let mut is_text = false;
            while let Some(Token::Word(word)) = self.peek() {
                let known = ["varying", "precision", "with", "without", "time", "zone"];
                let is_first = matches!(self.tokens.get(self.at.wrapping_sub(1)), Some(Token::Sign("::")));
                if !is_first && !known.iter().any(|known| is(word, known)) {
                    break;
                }
                is_text |= ["text", "character", "varchar", "bpchar"].iter().any(|known| is(word, known));
                self.at += 1;
            }
            if self.sign("(") {
                while !self.sign(")") {
                    self.at += 1;
                    self.peek()?;
                }
            }
            while self.sign("[") {
                self.sign("]");
            }
            last = Some(is_text);
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<FieldMeta> {
        vec![
            FieldMeta::new("name", FieldKind::Char).max_length(10).column("Name"),
            FieldMeta::new("stock", FieldKind::Integer),
            FieldMeta::new("least", FieldKind::Integer).null(),
            FieldMeta::new("price", FieldKind::DECIMAL),
            FieldMeta::new("active", FieldKind::Bool),
        ]
    }

    fn read(sql: &str, unknown_holds: bool) -> Option<String> {
        let fields = fields();
        let find = |column: &str| fields.iter().find(|field| field.column.eq_ignore_ascii_case(column));
        condition(sql, &find, unknown_holds).map(|q| q.to_string())
    }

    #[test]
    fn conditions_are_read_as_databases_write_them() {
        for (sql, told) in [
            ("stock >= 0", "Q(stock__gte=0)"),
            ("((price > (0)::numeric) AND (stock < 10))", "Q(price__gt=0) & Q(stock__lt=10)"),
            ("[Name] IN ('a', 'it''s')", r"Q(name__in=['a', 'it\'s'])"),
            (
                "((\"Name\")::text = ANY ((ARRAY['a'::character varying, 'b'::character varying(9)])::text[]))",
                "Q(name__in=['a', 'b'])",
            ),
            ("active = 1 OR NOT active", "Q(active=True) | ~Q(active=True)"),
            (
                "stock BETWEEN 1 AND 9 AND least IS NOT NULL",
                "Q(stock__gte=1) & Q(stock__lte=9) & Q(least__isnull=False)",
            ),
            ("stock <> 3", "~Q(stock=3)"),
            ("0 < stock", "Q(stock__gt=0)"),
            ("stock > least + 1", "Q(stock__gt=F('least') + 1)"),
            ("(stock) > -5", "Q(stock__gt=-5)"),
        ] {
            assert_eq!(read(sql, false).as_deref(), Some(told), "{sql}");
        }
    }

    #[test]
    fn what_is_not_understood_wholly_is_not_at_all() {
        for sql in [
            "length(name) > 1 AND stock",
            "json_valid(name)",
            "stock > 1.5",
            "name > 3",
            "nothing = 1",
            "stock >",
            "stock = 1 2",
            "name LIKE 'a%'",
            "stock = (SELECT 1)",
            "NOT (stock <> 1)",
            "stock > 'x",
        ] {
            assert_eq!(read(sql, true), None, "{sql}");
        }
        let deep = format!("{}stock > 1{}", "(".repeat(5000), ")".repeat(5000));
        assert_eq!(read(&deep, true), None);
    }

    /// A negation leaves out rows with nulls in SQL, and takes them in where models say it.
    #[test]
    fn negations_of_what_may_be_null() {
        assert_eq!(read("least <> 3", false), None);
        assert_eq!(read("least <> 3", true).as_deref(), Some("~Q(least=3)"));
    }

    #[test]
    fn expressions_of_indexes() {
        let fields = fields();
        let find = |column: &str| fields.iter().find(|field| field.column.eq_ignore_ascii_case(column));
        let read = |sql: &str| expression(sql, &find).map(|expr| expr.to_string());
        assert_eq!(read("lower((name)::text)").as_deref(), Some("Lower(F('name'))"));
        assert_eq!(read("stock * 2").as_deref(), Some("F('stock') * 2"));
        assert_eq!(read("1"), None);
        assert_eq!(read("substr(name, 1)"), None);
    }
}
