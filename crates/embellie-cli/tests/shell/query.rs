//! Single queries, through pipes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::music;

pub(crate) struct Said {
    pub(crate) ok: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs one query, with a text for its input.
pub(crate) fn query(directory: &Path, arguments: &[&str], input: &str) -> Said {
    let mut child = Command::new(env!("CARGO_BIN_EXE_embellie"))
        .arg("query")
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { ok: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn results_are_written_as_asked() {
    let directory = tempfile::tempdir().unwrap();
    music(directory.path());
    let ask = |text: &str, format: &str| {
        let said = query(directory.path(), &["music.sqlite3", text, "--format", format], "");
        assert!(said.ok && said.err.is_empty(), "{text}: {}", said.err);
        said.out
    };
    let first = "Album.objects.filter(artist=2).order_by('id')";
    assert_eq!(
        ask(first, "csv"),
        "id,title,price,released,artist_id\n1,\"Debut, \"\"the\"\" first\",9.9,1993-07-05,2\n2,Post,,,2\n"
            .replace("9.9,", &price(&ask("Album.objects.get(pk=1).price", "csv")))
    );
    let json: serde_json::Value = serde_json::from_str(&ask(first, "json")).unwrap();
    assert_eq!(json[0]["title"], "Debut, \"the\" first");
    assert_eq!(json[1], serde_json::json!({"id": 2, "title": "Post", "price": null, "released": null, "artist_id": 2}));
    assert!(json[0]["price"].as_str().unwrap().starts_with("9.9"), "{json}");
    assert_eq!(
        ask("Album.objects.values_list('title', 'artist__name').filter(pk=2)", "csv"),
        "title,artist__name\nPost,Björk\n"
    );
    assert_eq!(ask("Album.objects.count()", "json"), "52\n");
    assert_eq!(ask("Album.objects.filter(pk=0)", "json"), "[]\n");
    assert_eq!(ask("Album.objects.aggregate(n=Count('id'))", "json"), "{\"n\":52}\n");
    let sql = ask("Album.objects.filter(artist__name='Björk')[:1]", "sql");
    assert!(sql.contains("INNER JOIN \"Artist\"") && sql.ends_with("-- parameters: 'Björk', 1\n"), "{sql}");
    let table = ask("Artist.objects.order_by('id')", "table");
    assert!(table.contains("│  2 ┆ Björk │"), "{table}");
}

fn price(csv: &str) -> String {
    format!("{},", csv.lines().last().unwrap_or_default())
}

#[test]
fn statements_come_from_the_standard_input() {
    let directory = tempfile::tempdir().unwrap();
    music(directory.path());
    let text = "for artist in Artist.objects.order_by('id'):\n    print(f'{artist.name}: {artist.albums.count()}')\n";
    let said = query(directory.path(), &["music.sqlite3", "-"], text);
    assert_eq!((said.ok, said.out.as_str()), (true, "AC/DC: 50\nBjörk: 2\n"), "{}", said.err);
    // What is printed does not stand among what programs read.
    let text = "print('on the way')\nArtist.objects.count()";
    let said = query(directory.path(), &["music.sqlite3", "-", "--format", "json"], text);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("2\n", "on the way\n"));
}

#[test]
fn mistakes_are_told_and_nothing_is_changed() {
    let directory = tempfile::tempdir().unwrap();
    let file = music(directory.path());
    let before = std::fs::read(&file).unwrap();
    for (arguments, words) in [
        (&["music.sqlite3", "Album.objects.filter(artst=1)"][..], &["FieldError", "did you mean 'artist'?"][..]),
        (&["music.sqlite3", "Album.objects.update(title='x')"], &["NotSupportedError", "--write"]),
        (&["music.sqlite3", "list(Album.objects.raw('DELETE FROM Album RETURNING *'))"], &["--write"]),
        (&["music.sqlite3", "x = 1\nx +"], &["SyntaxError", "line 2: x +"]),
        (&["music.sqlite3", "Album.objects.count()", "--format", "sql"], &["no query set"]),
        (&["none.sqlite3", "1"], &["there is no file 'none.sqlite3'"]),
        (&[".", "1"], &["is a directory"]),
        (&["text.txt", "1"], &["is not an SQLite database"]),
        (&["mysql://u:secret@h/d", "1"], &["mysql"]),
        (&["music.sqlite3", "1", "--models", "none"], &["none"]),
    ] {
        std::fs::write(directory.path().join("text.txt"), "hello, this is a text").unwrap();
        let said = query(directory.path(), arguments, "");
        assert!(!said.ok && said.out.is_empty(), "{arguments:?}: {}", said.out);
        for word in words {
            assert!(said.err.contains(word), "{arguments:?}: '{word}' is missing in: {}", said.err);
        }
        assert!(!said.err.contains("panicked") && !said.err.contains("secret"), "{}", said.err);
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
    assert!(!directory.path().join("none.sqlite3").exists());
}

#[test]
fn models_of_django_name_the_tables() {
    let directory = tempfile::tempdir().unwrap();
    music(directory.path());
    let models = "from django.db import models\n\nclass Band(models.Model):\n    \
                  id = models.AutoField(primary_key=True, db_column='ArtistId')\n    \
                  name = models.CharField(max_length=120, db_column='Name')\n\n    \
                  class Meta:\n        db_table = 'Artist'\n";
    std::fs::write(directory.path().join("models.py"), models).unwrap();
    let text = "Band.objects.order_by('-name').values_list('name', flat=True)";
    let said = query(directory.path(), &["music.sqlite3", text, "--models", "models.py", "--format", "csv"], "");
    assert_eq!((said.ok, said.out.as_str()), (true, "name\nBjörk\nAC/DC\n"), "{}", said.err);
}
