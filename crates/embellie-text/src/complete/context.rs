//! Where in a text the cursor is: in a string, after a dot, among a call's arguments.

/// What is around the cursor.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Context {
    /// Where the word begins that ends at the cursor; in a string, the whole string's beginning.
    pub(super) word_start: usize,
    /// The expression before the dot that the word comes after.
    pub(super) receiver: Option<String>,
    /// What is called around the cursor, the innermost last.
    pub(super) callees: Vec<String>,
    pub(super) in_string: bool,
    /// Whether an argument of a call begins with the word.
    pub(super) at_argument: bool,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl Context {
    /// The context at the end of a text.
    pub(super) fn of(text: &str) -> Context {
        let mut open: Vec<(char, usize)> = Vec::new();
        let mut string: Option<(String, usize)> = None;
        let mut chars = text.char_indices();
        while let Some((place, c)) = chars.next() {
            if let Some((quote, _)) = &string {
                if c == '\\' {
                    chars.next();
                } else if text.get(place..).is_some_and(|rest| rest.starts_with(quote.as_str())) {
                    for _ in 1..quote.len() {
                        chars.next();
                    }
                    string = None;
                }
                continue;
            }
            match c {
                '\'' | '"' => {
                    let triple = c.to_string().repeat(3);
                    let is_triple = text.get(place..).is_some_and(|rest| rest.starts_with(&triple));
                    let quote = if is_triple { triple } else { c.to_string() };
                    for _ in 1..quote.len() {
                        chars.next();
                    }
                    string = Some((quote.clone(), place + quote.len()));
                }
                '#' => {
                    for (_, c) in chars.by_ref() {
                        if c == '\n' {
                            break;
                        }
                    }
                }
                '(' | '[' | '{' => open.push((c, place)),
                ')' | ']' | '}' => {
                    open.pop();
                }
                _ => {}
            }
        }
        let callees = open
            .iter()
            .filter(|(bracket, _)| *bracket == '(')
            .map(|(_, place)| text.get(..*place).map_or_else(String::new, before))
            .filter(|callee| !callee.is_empty())
            .collect();
        if let Some((_, start)) = string {
            return Context { word_start: start, callees, in_string: true, ..Context::default() };
        }
        let word_start =
            text.char_indices().rev().take_while(|(_, c)| is_word(*c)).last().map_or(text.len(), |(at, _)| at);
        let until = text.get(..word_start).unwrap_or_default();
        let receiver = until.strip_suffix('.').map(before).filter(|receiver| !receiver.is_empty());
        let at_argument = matches!(until.trim_end().chars().last(), Some('(' | ','));
        Context { word_start, receiver, callees, in_string: false, at_argument }
    }
}

fn next_is_dot(rest: &[(usize, char)]) -> bool {
    rest.iter().find(|(_, c)| !c.is_whitespace()).is_some_and(|(_, c)| *c == '.')
}

/// The expression that a text ends with: names, dots, and what stands in brackets and quotes.
fn before(text: &str) -> String {
    let chars: Vec<(usize, char)> = text.trim_end().char_indices().collect();
    let mut at = chars.len();
    let mut depth = 0_usize;
    while at > 0 {
        let (_, c) = chars[at - 1];
        match c {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => break,
            },
            '\'' | '"' => {
                // Back to where the string begins.
                let mut back = at - 1;
                while back > 0 && chars[back - 1].1 != c {
                    back -= 1;
                }
                at = back.max(1);
            }
            _ if depth > 0 || is_word(c) || c == '.' => {}
            // A chain of calls may go on over several lines.
            _ if c.is_whitespace() && next_is_dot(&chars[at..]) => {}
            _ => break,
        }
        at -= 1;
    }
    let start = chars.get(at).map_or(text.len(), |(place, _)| *place);
    text.get(start..).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_receiver_and_the_calls_around() {
        let context = Context::of("x = Post.objects.filter(a='(', b=[1]).or");
        assert_eq!(context.receiver.as_deref(), Some("Post.objects.filter(a='(', b=[1])"));
        let context = Context::of("Post.objects.filter(Q(au");
        assert_eq!(context.callees, ["Post.objects.filter", "Q"]);
        assert!(context.at_argument && context.receiver.is_none());
        let context = Context::of("print(Post.objects.order_by('-au");
        assert_eq!((context.callees[1].as_str(), context.in_string), ("Post.objects.order_by", true));
        assert_eq!(Context::of("# it's\nPo").word_start, 7);
        assert_eq!(Context::of("(Post.objects\n  .al").receiver.as_deref(), Some("Post.objects"));
        for text in ["", ".", "'", "'''", "(((", ")))", "é.", "a'b'.", "\\", "'\\"] {
            Context::of(text);
        }
    }
}
