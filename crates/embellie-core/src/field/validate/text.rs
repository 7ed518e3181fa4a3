//! E-mail addresses, slugs and URLs, as Django reads them. Without regular expressions, so that each rule shows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest e-mail address, in characters.
const EMAIL_LENGTH: usize = 320;

/// The longest URL, in characters.
const URL_LENGTH: usize = 2048;

/// The longest name of a host, in characters.
const HOST_LENGTH: usize = 253;

/// Django's `EmailValidator`.
pub(super) fn email(text: &str) -> Result<(), String> {
    let valid = text.chars().count() <= EMAIL_LENGTH
        && text.rsplit_once('@').is_some_and(|(user, domain)| is_user(user) && is_email_domain(domain));
    if valid { Ok(()) } else { Err("Enter a valid email address.".to_owned()) }
}

/// Django's `validate_slug`.
pub(super) fn slug(text: &str) -> Result<(), String> {
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Ok(());
    }
    Err("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.".to_owned())
}

/// Django's `URLValidator`, with its four schemes.
pub(super) fn url(text: &str) -> Result<(), String> {
    if is_url(text) { Ok(()) } else { Err("Enter a valid URL.".to_owned()) }
}

/// The part before the `@`: words joined by dots, or a quoted text.
fn is_user(user: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-!#$%&'*+/=?^_`{}|~".contains(c))
    };
    user.split('.').all(word)
        || user.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).is_some_and(is_quoted_content)
}

fn is_quoted_content(content: &str) -> bool {
    let mut characters = content.chars();
    while let Some(character) = characters.next() {
        let allowed = match character {
            '\\' => characters.next().is_some_and(|c| matches!(c, '\x01'..='\t' | '\x0b' | '\x0c' | '\x0e'..='\x7f')),
            c => matches!(c, '\x01'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '!' | '#'..='[' | ']'..='\x7f'),
        };
        if !allowed {
            return false;
        }
    }
    true
}

fn is_email_domain(domain: &str) -> bool {
    domain == "localhost"
        || is_domain(domain)
        || domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|address| {
            address.chars().all(|c| c.is_ascii_hexdigit() || c == ':' || c == '.') && address.parse::<IpAddr>().is_ok()
        })
}

/// A letter of any alphabet that Django counts as one: all from `¡` on, of the first 65,536 characters.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || ('\u{a1}'..='\u{ffff}').contains(&c)
}

/// Names joined by dots, of which the last is a top-level domain.
fn is_domain(domain: &str) -> bool {
    let Some((hosts, top)) = domain.rsplit_once('.') else { return false };
    let label = |label: &str| {
        (1..=63).contains(&label.chars().count())
            && label.chars().all(|c| is_letter(c) || c.is_ascii_digit() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let punycode = top.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"))
        && (5..=63).contains(&top.len())
        && top[4..].chars().all(|c| c.is_ascii_alphanumeric());
    let letters = (2..=63).contains(&top.chars().count()) && top.chars().all(|c| is_letter(c) || c == '-');
    hosts.split('.').all(label) && (punycode || (letters && !top.starts_with('-') && !top.ends_with('-')))
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    if text.chars().count() > URL_LENGTH
        || text.contains(is_space)
        || !["http", "https", "ftp", "ftps"].iter().any(|known| known.eq_ignore_ascii_case(scheme))
    {
        return false;
    }
    let without_user = rest.split_once('@').filter(|(user, _)| is_user_info(user)).map(|(_, rest)| rest);
    without_user.is_some_and(is_url_after_user) || is_url_after_user(rest)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// `user` or `user:password`; what would begin the query or the fragment may not come first.
fn is_user_info(info: &str) -> bool {
    let (user, password) = info.split_once(':').unwrap_or((info, ""));
    !user.is_empty() && !user.starts_with(['?', '#']) && !password.contains(':') && !info.contains(['/', '[', ']'])
}

/// A host, perhaps a port, perhaps a path.
fn is_url_after_user(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rfind(']') {
        Some(end) => authority.split_at(end + 1),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let valid_port = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| (1..=5).contains(&port.len()) && port.chars().all(|c| c.is_ascii_digit()));
    valid_port && host.chars().count() <= HOST_LENGTH && is_host(host)
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok()
        || is_domain(host.strip_suffix('.').unwrap_or(host))
}
