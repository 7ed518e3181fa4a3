//! Models from a Django project: its modules are parsed, and never run.
//!
//! [`sources`] finds modules, [`interpret`] tells what their names stand for as far as that has no effect, [`build`] makes
//! models of the classes that extend Django's, and [`known`] holds the models of Django's contrib apps. What a project does
//! beyond that is reported, and the rest works.

mod build;
mod dialect;
mod django;
mod interpret;
mod known;
mod managers;
mod project;
mod report;
mod sources;
mod value;

pub(crate) use managers::{Classes, Does, Found, Method};
pub use project::Project;
pub use report::{Finding, Report};

use build::Builder;
use interpret::Interpreter;
use value::Val;

use super::{Models, unreadable};
use crate::Result;

/// How much of a stack reading may take: modules import each other, and functions call each other.
const STACK: usize = 256 << 20;

impl Models {
    /// The models of a Django project, of one of its apps, or of a `models.py`, with what could not be understood.
    ///
    /// The modules are parsed and never run: constants, classes of choices, imports within the project and plain
    /// functions are followed, inheritance is Django's, and the models of its contrib apps are there. A field or class
    /// that goes beyond is in the report, and the rest works.
    ///
    /// ```no_run
    /// use embellie_text::Models;
    /// let (models, report) = Models::from_python("/srv/shop")?;
    /// for finding in report.findings() {
    ///     eprintln!("{finding}");
    /// }
    /// println!("{} models", models.registry().models().len());
    /// # Ok::<(), embellie_text::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is nothing to read at the path, or nothing of it makes a whole.
    pub fn from_python(project: impl Into<Project>) -> Result<(Models, Report)> {
        let project = project.into();
        if !project.path.exists() {
            return Err(unreadable(format!("there is nothing at '{}'", project.path.display())));
        }
        let thread = std::thread::Builder::new().name("models".to_owned()).stack_size(STACK);
        let reading = thread.spawn(move || read(&project)).map_err(unreadable)?;
        reading.join().unwrap_or_else(|_| Err(unreadable("reading them failed")))
    }
}

fn read(project: &Project) -> Result<(Models, Report)> {
    let mut read = Interpreter::new(project.sources());
    let found = project.find(&mut read);
    read.apps = found.apps.iter().map(|app| (app.module.clone(), app.label.clone())).collect();
    for app in &found.apps {
        let is_contrib = app.module.starts_with("django.");
        if !(is_contrib && found.any_contrib) {
            read.module(&format!("{}.models", app.module));
        }
    }
    // A path may be a file of models by another name.
    if project.path.is_file()
        && let Some((_, module)) = sources::module_of(&project.path)
    {
        read.module(&module);
    }
    if found.any_contrib {
        for package in known::USUAL {
            read.module(&format!("{package}.models"));
        }
        read_contrib_used(&mut read);
    }
    if read.is_exhausted() {
        return Err(unreadable("the project is too large, or makes too many things of its own"));
    }
    let models = Builder::new(&mut read, &found.apps, found.settings, found.longest_name).models()?;
    Ok((models, std::mem::take(&mut read.report)))
}

/// Reads the contrib apps that relations lead to by their names.
fn read_contrib_used(read: &mut Interpreter) {
    loop {
        let before = read.models.len();
        for class in read.models.clone() {
            for (_, value) in class.attrs.all() {
                let Val::Object(object) = value else { continue };
                let to = object.given.borrow().argument(0, "to").and_then(Val::as_text);
                let app = to.as_deref().and_then(|label| label.split_once('.')).map(|(app, _)| app.to_owned());
                if let Some(app) = app
                    && let Some(package) =
                        known::CONTRIB.iter().find(|package| package.rsplit('.').next() == Some(app.as_str()))
                {
                    read.module(&format!("{package}.models"));
                }
            }
        }
        if read.models.len() == before {
            return;
        }
    }
}
