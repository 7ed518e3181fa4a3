//! What imports bring, and the names that need none.

use ruff_python_ast as ast;

use super::builtin;
use super::run::Run;
use crate::evaluate::Evaluator;
use crate::{Py, names};

/// What `raise` says where nothing was caught.
pub(super) const NOTHING_TO_RAISE: &str = "No active exception to reraise";

/// The exceptions that a text may name, each with the class that it is one of.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("Exception", ""),
    ("ArithmeticError", "Exception"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("DataError", "DatabaseError"),
    ("DatabaseError", "Exception"),
    ("DivisionByZero", "ZeroDivisionError"),
    ("DoesNotExist", "ObjectDoesNotExist"),
    ("EmptyResultSet", "Exception"),
    ("FieldDoesNotExist", "Exception"),
    ("FieldError", "Exception"),
    ("FullResultSet", "Exception"),
    ("IndexError", "LookupError"),
    ("IntegrityError", "DatabaseError"),
    ("InterfaceError", "Exception"),
    ("InternalError", "DatabaseError"),
    ("InvalidOperation", "ArithmeticError"),
    ("KeyError", "LookupError"),
    ("LookupError", "Exception"),
    ("MemoryError", "Exception"),
    ("MultipleObjectsReturned", "Exception"),
    ("NameError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("NotSupportedError", "DatabaseError"),
    ("ObjectDoesNotExist", "Exception"),
    ("OperationalError", "DatabaseError"),
    ("OverflowError", "ArithmeticError"),
    ("ProgrammingError", "DatabaseError"),
    ("ProtectedError", "IntegrityError"),
    ("RecursionError", "RuntimeError"),
    ("RelatedObjectDoesNotExist", "DoesNotExist"),
    ("RestrictedError", "IntegrityError"),
    ("RuntimeError", "Exception"),
    ("StopIteration", "Exception"),
    ("SyntaxError", "Exception"),
    ("TransactionManagementError", "ProgrammingError"),
    ("TypeError", "Exception"),
    ("UnicodeDecodeError", "ValueError"),
    ("ValidationError", "Exception"),
    ("ValueError", "Exception"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("ZoneInfoNotFoundError", "KeyError"),
];

/// Names that are not Django's for queries, and what they stand for; each is known without an import.
const KNOWN: &[(&str, &str)] = &[
    ("Counter", "collections.Counter"),
    ("OrderedDict", "dict"),
    ("UUID", "uuid.UUID"),
    ("ZoneInfo", "zoneinfo.ZoneInfo"),
    ("atomic", "transaction.atomic"),
    ("connection", "connection"),
    ("date", "datetime.date"),
    ("decimal", "decimal"),
    ("defaultdict", "collections.defaultdict"),
    ("json", "json"),
    ("math", "math"),
    ("models", "models"),
    ("now", "timezone.now"),
    ("reduce", "functools.reduce"),
    ("reset_queries", "reset_queries"),
    ("timedelta", "datetime.timedelta"),
    ("timezone", "timezone"),
    ("transaction", "transaction"),
];

/// The modules that can be imported, and what their name stands for.
const MODULES: &[(&str, &str)] = &[
    ("collections", "collections"),
    ("datetime", "datetime"),
    ("decimal", "decimal"),
    ("functools", "functools"),
    ("itertools", "itertools"),
    ("json", "json"),
    ("math", "math"),
    ("operator", "operator"),
    ("time", "time"),
    ("uuid", "uuid"),
    ("zoneinfo", "zoneinfo"),
];

/// What members of modules are called here.
const MEMBERS: &[(&str, &str, &str)] = &[
    ("collections", "Counter", "collections.Counter"),
    ("collections", "OrderedDict", "dict"),
    ("collections", "defaultdict", "collections.defaultdict"),
    ("connection", "cursor", "connection.cursor"),
    ("datetime", "date", "datetime.date"),
    ("datetime", "datetime", "datetime.datetime"),
    ("datetime", "time", "datetime.time"),
    ("datetime", "timedelta", "datetime.timedelta"),
    ("datetime", "timezone", "datetime.timezone"),
    ("decimal", "Decimal", "Decimal"),
    ("functools", "reduce", "functools.reduce"),
    ("itertools", "chain", "itertools.chain"),
    ("json", "dumps", "json.dumps"),
    ("json", "loads", "json.loads"),
    ("math", "ceil", "math.ceil"),
    ("math", "floor", "math.floor"),
    ("math", "sqrt", "math.sqrt"),
    ("operator", "and_", "operator.and_"),
    ("operator", "or_", "operator.or_"),
    ("time", "monotonic", "time.monotonic"),
    ("time", "perf_counter", "time.monotonic"),
    ("time", "time", "time.time"),
    ("timezone", "now", "timezone.now"),
    ("timezone", "localdate", "timezone.localdate"),
    ("transaction", "atomic", "transaction.atomic"),
    ("transaction", "get_rollback", "transaction.get_rollback"),
    ("transaction", "on_commit", "transaction.on_commit"),
    ("transaction", "savepoint", "transaction.savepoint"),
    ("transaction", "savepoint_commit", "transaction.savepoint_commit"),
    ("transaction", "savepoint_rollback", "transaction.savepoint_rollback"),
    ("transaction", "set_rollback", "transaction.set_rollback"),
    ("uuid", "UUID", "uuid.UUID"),
    ("uuid", "uuid4", "uuid.uuid4"),
    ("zoneinfo", "ZoneInfo", "zoneinfo.ZoneInfo"),
];

/// What a name stands for that needs no import.
pub(super) fn known(name: &str) -> Option<Py> {
    let known = KNOWN.iter().find(|(known, _)| *known == name).map(|(_, stands_for)| *stands_for);
    let exception = || EXCEPTIONS.iter().find(|(class, _)| *class == name).map(|(class, _)| *class);
    known.or_else(exception).or_else(|| builtin::find(name).map(|_| builtin::name(name))).map(Py::Name)
}

/// A member of a module.
pub(super) fn attribute(of: &str, name: &str) -> Option<Py> {
    MEMBERS.iter().find(|(module, member, _)| *module == of && *member == name).map(|(_, _, known)| Py::Name(known))
}

pub(super) fn is_exception(class: &str) -> bool {
    EXCEPTIONS.iter().any(|(known, _)| *known == class)
}

/// The name of an exception's class.
pub(super) fn exception(class: &str) -> Option<&'static str> {
    EXCEPTIONS.iter().find(|(known, _)| *known == class).map(|(known, _)| *known)
}

/// Whether an exception is one of a class.
pub(super) fn is_of(exception: &str, class: &str) -> bool {
    let mut at = exception;
    loop {
        if at == class || class == "BaseException" {
            return true;
        }
        at = match EXCEPTIONS.iter().find(|(known, _)| *known == at) {
            Some((_, above)) if !above.is_empty() => above,
            Some(_) => return false,
            // What is not on the list is an exception all the same.
            None => "Exception",
        };
    }
}

/// `import module`, or `import module as name`.
pub(super) fn import(run: &Run<'_>, alias: &ast::Alias) {
    let module = alias.name.as_str();
    let first = module.split('.').next().unwrap_or(module);
    let name = alias.asname.as_ref().map_or(first, ast::Identifier::as_str);
    match MODULES.iter().find(|(known, _)| *known == module) {
        Some((_, known)) => run.set(name, Py::Name(known)),
        None if module.starts_with("django") => {}
        None => missing(run, name, module),
    }
}

/// `from module import name`.
pub(super) fn import_from(on: &Evaluator<'_>, run: &Run<'_>, import: &ast::StmtImportFrom) {
    let module = import.module.as_ref().map_or("", ast::Identifier::as_str);
    for alias in &import.names {
        let imported = alias.name.as_str();
        if imported == "*" {
            continue;
        }
        let name = alias.asname.as_ref().map_or(imported, ast::Identifier::as_str);
        let stdlib = MODULES.iter().find(|(known, _)| *known == module).map(|(_, known)| *known);
        let found = match stdlib {
            Some(of) => attribute(of, imported),
            None => on
                .models
                .label_of(imported)
                .map(|label| Py::Model(label.to_owned()))
                .or_else(|| names::lookup(imported))
                .or_else(|| known(imported)),
        };
        match found {
            Some(value) => run.set(name, value),
            None => missing(run, name, if module.is_empty() { "." } else { module }),
        }
    }
}

/// Notes that a name is not there, and says so.
fn missing(run: &Run<'_>, name: &str, module: &str) {
    run.miss(name, module);
    run.print(&format!("note: '{name}' of '{module}' is not here; the rest goes on without it\n"));
}
