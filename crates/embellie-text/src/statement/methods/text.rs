//! Methods of `str`.

use crate::arguments::{Arguments, required};
use crate::evaluate::Evaluator;
use crate::statement::builtin::only;
use crate::statement::expression::value_type;
use crate::statement::run::Run;
use crate::statement::{format, show};
use crate::{Error, Py, Result};

/// The methods of texts.
pub(super) const METHODS: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "find",
    "format",
    "index",
    "isalnum",
    "isalpha",
    "isdecimal",
    "isdigit",
    "islower",
    "isnumeric",
    "isspace",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rjust",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "upper",
    "zfill",
];

pub(super) async fn call(
    on: &Evaluator<'_>,
    run: &Run<'_>,
    text: &str,
    name: &str,
    arguments: Arguments,
) -> Result<Py> {
    let made = match name {
        "upper" => text.to_uppercase(),
        "lower" | "casefold" => text.to_lowercase(),
        "title" => title(text),
        "capitalize" => {
            let mut chars = text.chars();
            chars.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect()
            })
        }
        "swapcase" => text
            .chars()
            .flat_map(|c| match c.is_uppercase() {
                true => c.to_lowercase().collect::<Vec<_>>(),
                false => c.to_uppercase().collect(),
            })
            .collect(),
        "strip" | "lstrip" | "rstrip" => {
            let [chars] = arguments.bind(name, ["chars"])?;
            let chars = match chars {
                None | Some(Py::None) => None,
                Some(chars) => Some(chars.into_text("strip arg")?),
            };
            let is = |c: char| chars.as_ref().map_or_else(|| c.is_whitespace(), |chars| chars.contains(c));
            let text = if name == "rstrip" { text } else { text.trim_start_matches(is) };
            (if name == "lstrip" { text } else { text.trim_end_matches(is) }).to_owned()
        }
        "replace" => {
            let [old, new, count] = arguments.bind("replace", ["old", "new", "count"])?;
            let old = required("replace", "old", old)?.into_text("replace() argument 1")?;
            let new = required("replace", "new", new)?.into_text("replace() argument 2")?;
            match count.map(|count| count.into_int("count")).transpose()? {
                Some(count) if count >= 0 => text.replacen(&old, &new, usize::try_from(count).unwrap_or(usize::MAX)),
                _ => {
                    let times = text.matches(old.as_str()).count();
                    run.charge(text.len().saturating_add(times.saturating_mul(new.len())))?;
                    text.replace(&old, &new)
                }
            }
        }
        "join" => {
            let [values] = arguments.bind("join", ["iterable"])?;
            let mut parts = Vec::new();
            for (place, value) in on.rows_of(run, &required("join", "iterable", values)?).await?.into_iter().enumerate()
            {
                match value {
                    Py::Str(part) => parts.push(part),
                    other => {
                        return Err(Error::type_error(format!(
                            "sequence item {place}: expected str instance, {} found",
                            value_type(&other)
                        )));
                    }
                }
            }
            run.charge(text.len().saturating_mul(parts.len()) + parts.iter().map(String::len).sum::<usize>())?;
            parts.join(text)
        }
        "center" | "ljust" | "rjust" | "zfill" => {
            let [width, fill] = arguments.bind(name, ["width", "fillchar"])?;
            let width = required(name, "width", width)?.into_int("width")?.max(0);
            let fill = fill.map_or_else(|| Ok(" ".to_owned()), |fill| fill.into_text("the fill character"))?;
            let spec = match name {
                "center" => format!("{fill}^{width}"),
                "ljust" => format!("{fill}<{width}"),
                "rjust" => format!("{fill}>{width}"),
                _ => format!("0>{width}"),
            };
            let signed = text.strip_prefix('-').filter(|_| name == "zfill");
            match signed {
                Some(digits) => {
                    format!("-{}", format::formatted(&Py::Str(digits.into()), &format!("0>{}", (width - 1).max(0)))?)
                }
                None => format::formatted(&Py::Str(text.to_owned()), &spec)?,
            }
        }
        "removeprefix" => {
            let prefix = only("removeprefix", arguments)?.into_text("the prefix")?;
            text.strip_prefix(prefix.as_str()).unwrap_or(text).to_owned()
        }
        "removesuffix" => {
            let suffix = only("removesuffix", arguments)?.into_text("the suffix")?;
            text.strip_suffix(suffix.as_str()).unwrap_or(text).to_owned()
        }
        "format" => return filled(on, run, text, arguments).await.map(Py::Str),
        _ => return told(on, run, text, name, arguments).await,
    };
    run.charge(made.len())?;
    Ok(Py::Str(made))
}

/// Methods that give no text.
async fn told(on: &Evaluator<'_>, run: &Run<'_>, text: &str, name: &str, arguments: Arguments) -> Result<Py> {
    let all = |test: fn(char) -> bool| Py::Bool(!text.is_empty() && text.chars().all(test));
    Ok(match name {
        "startswith" | "endswith" => {
            let part = only(name, arguments)?;
            let parts = match &part {
                Py::Shared(_) => on.rows_of(run, &part).await?,
                part => vec![part.clone()],
            };
            let mut found = false;
            for part in parts {
                let part = part.into_text(&format!("{name} first arg"))?;
                found |= if name == "startswith" { text.starts_with(&part) } else { text.ends_with(&part) };
            }
            Py::Bool(found)
        }
        "split" | "rsplit" => {
            let [sep, most] = arguments.bind(name, ["sep", "maxsplit"])?;
            let most = most.map(|most| most.into_int("maxsplit")).transpose()?;
            let most = most.and_then(|most| usize::try_from(most).ok()).map_or(usize::MAX, |most| most + 1);
            let parts: Vec<&str> = match sep {
                None | Some(Py::None) if most == usize::MAX => text.split_whitespace().collect(),
                None | Some(Py::None) => text.trim().splitn(most, char::is_whitespace).map(str::trim_start).collect(),
                Some(sep) => {
                    let sep = sep.into_text("sep")?;
                    if sep.is_empty() {
                        return Err(Error::value_error("empty separator"));
                    }
                    let parts: Vec<String> = match name {
                        "split" => text.splitn(most, sep.as_str()).map(str::to_owned).collect(),
                        _ => {
                            let mut parts: Vec<String> = text.rsplitn(most, sep.as_str()).map(str::to_owned).collect();
                            parts.reverse();
                            parts
                        }
                    };
                    run.charge_elements(parts.len())?;
                    return Ok(Py::list(parts.into_iter().map(Py::Str).collect()));
                }
            };
            run.charge_elements(parts.len())?;
            Py::list(parts.into_iter().map(|part| Py::Str(part.to_owned())).collect())
        }
        "splitlines" => Py::list(text.lines().map(|line| Py::Str(line.to_owned())).collect()),
        "partition" => {
            let sep = only("partition", arguments)?.into_text("sep")?;
            let (before, sep, after) = match text.split_once(sep.as_str()) {
                Some((before, after)) => (before, sep.as_str(), after),
                None => (text, "", ""),
            };
            Py::tuple([before, sep, after].map(|part| Py::Str(part.to_owned())).to_vec())
        }
        "find" | "index" | "rfind" => {
            let part = only(name, arguments)?.into_text("the part")?;
            let found = if name == "rfind" { text.rfind(&part) } else { text.find(&part) };
            match found {
                Some(at) => Py::Int(text.get(..at).map_or(0, |before| before.chars().count()) as i128),
                None if name == "index" => return Err(Error::value_error("substring not found")),
                None => Py::Int(-1),
            }
        }
        "count" => {
            let part = only("count", arguments)?.into_text("the part")?;
            let found = if part.is_empty() { text.chars().count() + 1 } else { text.matches(&part).count() };
            Py::Int(found as i128)
        }
        "encode" => Py::Bytes(text.as_bytes().to_vec()),
        "isdigit" | "isnumeric" | "isdecimal" => all(|c| c.is_numeric()),
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(char::is_alphanumeric),
        "isspace" => all(char::is_whitespace),
        "isupper" => Py::Bool(text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)),
        "islower" => Py::Bool(text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase)),
        _ => return Err(show::lacks(&Py::Str(String::new()), name)),
    })
}

fn title(text: &str) -> String {
    let mut begins = true;
    text.chars()
        .flat_map(|c| {
            let cased: Vec<char> = if begins { c.to_uppercase().collect() } else { c.to_lowercase().collect() };
            begins = !c.is_alphabetic();
            cased
        })
        .collect()
}

/// `"{} of {name:>5}".format(…)`.
async fn filled(on: &Evaluator<'_>, run: &Run<'_>, text: &str, arguments: Arguments) -> Result<String> {
    let mut made = String::new();
    let mut rest = text;
    let mut next = 0;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        made.push_str(before);
        if let Some(escaped) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
            made.push_str(&after[..1]);
            rest = escaped;
            continue;
        }
        let Some((field, after)) = after.strip_prefix('{').and_then(|after| after.split_once('}')) else {
            return Err(Error::value_error("Single '{' or '}' encountered in format string"));
        };
        rest = after;
        let (field, spec) = field.split_once(':').unwrap_or((field, ""));
        let (field, conversion) = field.split_once('!').unwrap_or((field, ""));
        let mut names = field.split('.');
        let first = names.next().unwrap_or_default();
        let mut value = match first.parse::<usize>() {
            Ok(place) => arguments.positional.get(place).cloned(),
            Err(_) if first.is_empty() => {
                next += 1;
                arguments.positional.get(next - 1).cloned()
            }
            Err(_) => arguments.keywords.iter().find(|(name, _)| name == first).map(|(_, value)| value.clone()),
        }
        .ok_or_else(|| match first.parse::<usize>().is_ok() || first.is_empty() {
            true => Error::python("IndexError", "Replacement index out of range for positional args tuple"),
            false => Error::python("KeyError", show::quoted(first)),
        })?;
        for name in names {
            value = on.attribute_of(value, name).await?;
        }
        if conversion == "r" {
            value = Py::Str(on.repr(run, &value).await?);
        }
        let shown = match (&value, spec.is_empty()) {
            (Py::Shared(_), true) => on.text(run, &value).await?,
            _ => format::formatted(&value, spec)?,
        };
        run.charge(shown.len())?;
        made.push_str(&shown);
    }
    made.push_str(rest);
    Ok(made)
}
