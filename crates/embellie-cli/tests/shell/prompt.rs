//! The prompt, as a person uses it.

use std::time::Duration;

use super::music;
use super::terminal::Terminal;

#[test]
fn a_session_at_the_prompt() {
    let directory = tempfile::tempdir().unwrap();
    music(directory.path());
    let mut terminal = Terminal::run(&["shell", "music.sqlite3"], directory.path());
    terminal.wait_for("2 models · reading only");
    terminal.wait_for("music.sqlite3>");

    // Names are completed across relations, and what is unique is written.
    terminal.type_keys("Album.objects.filter(artist__na\t");
    terminal.wait_for("artist__name");
    terminal.type_keys("__icont\t");
    terminal.wait_for("artist__name__icontains");
    terminal.type_keys("='björk').order_by('id')\r");
    terminal.wait_for("Debut, \"the\" first");
    terminal.wait_for("2 rows · 1 statement");

    // Long results end with a screenful.
    terminal.type_keys("Album.objects.all()\r");
    terminal.wait_for("… more rows");
    terminal.wait_for("the first 20 rows");

    terminal.type_keys(".sql\r");
    terminal.wait_for("FROM \"Album\"");
    terminal.type_keys(".explain Album.objects.filter(pk=1)\r");
    terminal.wait_for("SEARCH on Album");
    terminal.type_keys(".rust Album.objects.filter(pk=1)\r");
    terminal.wait_for("Album::objects()");
    terminal.type_keys(".models Album\r");
    terminal.wait_for("→ Artist");

    // A block goes on until an empty line, and variables stay.
    terminal.type_keys("for artist in Artist.objects.order_by('name'):\r    print(artist.name.upper())\r\r");
    terminal.wait_for("BJÖRK");
    terminal.type_keys("n = Album.objects.count()\rprint('albums:', n)\r");
    terminal.wait_for("albums: 52");

    // Mistakes are told, and the session goes on.
    terminal.type_keys("Album.objects.filter(artst=1)\r");
    terminal.wait_for("did you mean 'artist'?");
    terminal.type_keys("Artist.objects.create(name='x')\r");
    terminal.wait_for("start with --write");
    terminal.type_keys(".modls\r");
    terminal.wait_for("did you mean '.models'?");
    terminal.type_keys(".quit\r");
    terminal.end();
    let history = std::fs::read_to_string(directory.path().join("embellie/history")).unwrap();
    assert!(history.contains("Album.objects.count()"), "{history}");
}

#[test]
fn control_c_stops_what_runs_and_keeps_the_session() {
    let directory = tempfile::tempdir().unwrap();
    music(directory.path());
    let mut terminal = Terminal::run(&["shell", "music.sqlite3"], directory.path());
    terminal.wait_for("music.sqlite3>");
    terminal.type_keys("kept = 7\r");
    terminal.wait_for("0 statements");
    let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS ArtistId, '' AS Name FROM n";
    for work in [format!("list(Artist.objects.raw(\"{endless}\"))\r"), "while True: pass\r\r".to_owned()] {
        terminal.type_keys(&work);
        std::thread::sleep(Duration::from_millis(500));
        terminal.type_keys("\x03");
        terminal.wait_for("music.sqlite3>");
        terminal.type_keys("print('kept', kept + 1)\r");
        terminal.wait_for("kept 8");
    }
    terminal.type_keys("\x04");
    terminal.end();
}

#[test]
fn changes_are_made_when_they_are_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let file = music(directory.path());
    let mut terminal = Terminal::run(&["shell", "music.sqlite3", "--write"], directory.path());
    terminal.wait_for("(write)>");
    terminal.type_keys("a = Artist.objects.create(name='Nina Simone')\r");
    terminal.wait_for("1 statement");
    terminal.type_keys("\x04");
    terminal.end();
    let connection = rusqlite::Connection::open(file).unwrap();
    let count: i64 = connection.query_row("SELECT count(*) FROM Artist", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 3);
}
