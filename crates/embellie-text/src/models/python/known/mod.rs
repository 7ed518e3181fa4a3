//! Models that every project may have, and whose modules are not read: those of Django's contrib apps, as declarations of
//! their tables, and bases whose fields are made by code.
//!
//! They are written here in the language that the reader knows: what a column is called and holds, which relations there
//! are, and nothing that is for people or forms.

/// The text of a module that is written here.
pub(super) fn module(dotted: &str) -> Option<&'static str> {
    Some(match dotted {
        "django.contrib.admin.models" => include_str!("admin.py"),
        "django.contrib.auth.models" => include_str!("auth.py"),
        "django.contrib.auth.base_user" => include_str!("auth_base.py"),
        "django.contrib.contenttypes.models" => include_str!("contenttypes.py"),
        "django.contrib.flatpages.models" => include_str!("flatpages.py"),
        "django.contrib.redirects.models" => include_str!("redirects.py"),
        "django.contrib.sessions.models" => include_str!("sessions.py"),
        "django.contrib.sessions.base_session" => include_str!("sessions_base.py"),
        "django.contrib.sites.models" => include_str!("sites.py"),
        "django.contrib.sites.managers" => include_str!("sites_managers.py"),
        "mptt.models" => include_str!("mptt.py"),
        _ => return None,
    })
}

/// The contrib apps that have models.
pub(super) const CONTRIB: &[&str] = &[
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.flatpages",
    "django.contrib.redirects",
    "django.contrib.sessions",
    "django.contrib.sites",
];

/// Those among them that a project has unless it says otherwise.
pub(super) const USUAL: &[&str] =
    &["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites"];
