//! The other end of the protocol, as a PostgreSQL server would speak it for one conversation, or nearly so.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const SELECT: &str = "SELECT id, mood, name FROM person WHERE id > $1 AND mood = $2";
pub(crate) const TAKES: &str = "COPY person FROM STDIN";
pub(crate) const GIVES: &str = "COPY person TO STDOUT";
pub(crate) const REFUSED: &str = "INSERT INTO person VALUES (1)";

/// A type that no server has from the beginning.
const MOOD: u32 = 90_000;

/// Something that is wrong with what the server says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Harm {
    /// Where, counted from the first byte that it says.
    pub(crate) place: usize,
    pub(crate) damage: Damage,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Damage {
    Set(u8),
    Flip(u8),
    /// A byte more.
    Add(u8),
    /// A byte less.
    Lose,
    /// Nothing more.
    Cut,
}

/// A server for one connection. Behind what is wrong it says no more than what it was about to.
pub(crate) struct Server {
    pub(crate) url: String,
    /// How many bytes it has had to say.
    pub(crate) said: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) async fn start(harm: Vec<Harm>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let said = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&said);
        tokio::spawn(async move {
            // Requests to cancel come on connections of their own.
            while let Ok((stream, _)) = listener.accept().await {
                let (harm, said) = (harm.clone(), Arc::clone(&counter));
                let mut session = Session { stream, harm, said, texts: HashMap::new(), open: false };
                tokio::spawn(async move { session.serve().await });
            }
        });
        Server { url: format!("postgres://me@127.0.0.1:{port}/db?sslmode=disable"), said }
    }
}

struct Session {
    stream: TcpStream,
    harm: Vec<Harm>,
    said: Arc<AtomicUsize>,
    /// The statements by their names.
    texts: HashMap<String, String>,
    /// Whether a transaction is open.
    open: bool,
}

impl Session {
    async fn serve(&mut self) -> Option<()> {
        let length = self.stream.read_u32().await.ok()?;
        let mut startup = vec![0; length as usize - 4];
        self.stream.read_exact(&mut startup).await.ok()?;
        if startup[..4] != 196_608u32.to_be_bytes() {
            return None;
        }
        let mut answer = Vec::new();
        message(&mut answer, b'R', &[0, 0, 0, 0]);
        message(&mut answer, b'S', b"server_version\x0016.3\0");
        message(&mut answer, b'S', b"TimeZone\0UTC\0");
        message(&mut answer, b'N', b"SNOTICE\0VNOTICE\0C00000\0Mwelcome\0\0");
        message(&mut answer, b'K', &[0, 0, 0, 9, 1, 2, 3, 4]);
        message(&mut answer, b'Z', b"I");
        self.say(answer).await?;
        let (mut answer, mut bound, mut failed) = (Vec::new(), String::new(), false);
        loop {
            let kind = self.stream.read_u8().await.ok()?;
            let length = self.stream.read_u32().await.ok()?;
            let mut body = vec![0; length as usize - 4];
            self.stream.read_exact(&mut body).await.ok()?;
            let mut words = body.split(|&byte| byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
            let mut word = || words.next().unwrap_or_default();
            match kind {
                b'S' => {
                    let status = if self.open { b"T" } else { b"I" };
                    message(&mut answer, b'Z', status);
                    failed = false;
                    self.say(std::mem::take(&mut answer)).await?;
                }
                _ if failed => {}
                b'P' => {
                    self.texts.insert(word(), word());
                    message(&mut answer, b'1', &[]);
                }
                b'D' => self.describe(&word()[1..], &mut answer),
                b'B' => {
                    word();
                    bound = word();
                    message(&mut answer, b'2', &[]);
                }
                b'E' => failed = self.execute(&bound, &mut answer),
                b'C' => message(&mut answer, b'3', &[]),
                b'd' => {}
                b'c' => message(&mut answer, b'C', b"COPY 2\0"),
                b'f' => message(&mut answer, b'E', b"SERROR\0VERROR\0C57014\0Mgiven up\0\0"),
                b'Q' => {
                    message(&mut answer, b'T', &fields(&[("oid", 26), ("typname", 19)]));
                    let mood = [MOOD.to_string(), "mood".into(), "public".into(), "e".into()];
                    let values: Vec<Option<Vec<u8>>> =
                        mood.into_iter().chain(["0".into(), "0".into(), "0".into()]).map(|v| Some(v.into())).collect();
                    message(&mut answer, b'D', &row(&[values, vec![None]].concat()));
                    message(&mut answer, b'C', b"SELECT 1\0");
                    message(&mut answer, b'Z', b"I");
                    self.say(std::mem::take(&mut answer)).await?;
                }
                _ => return None,
            }
        }
    }

    fn describe(&self, name: &str, answer: &mut Vec<u8>) {
        if self.texts.get(name).map(String::as_str) == Some(SELECT) {
            message(answer, b't', &[&[0, 2], &23u32.to_be_bytes()[..], &MOOD.to_be_bytes()].concat());
            message(answer, b'T', &fields(&[("id", 23), ("mood", MOOD), ("name", 25)]));
        } else {
            message(answer, b't', &[0, 0]);
            message(answer, b'n', &[]);
        }
    }

    /// Whether it is refused.
    fn execute(&mut self, name: &str, answer: &mut Vec<u8>) -> bool {
        match self.texts.get(name).map(String::as_str) {
            Some(SELECT) => {
                let id = |id: i32| Some(id.to_be_bytes().to_vec());
                message(answer, b'D', &row(&[id(1), Some(b"x".to_vec()), Some(b"Ann".to_vec())]));
                message(answer, b'D', &row(&[id(2), None, Some(Vec::new())]));
                message(answer, b'C', b"SELECT 2\0");
            }
            // What comes of it is said at the end of the data.
            Some(TAKES) => message(answer, b'G', &[0, 0, 1, 0, 0]),
            Some(GIVES) => {
                message(answer, b'H', &[0, 0, 1, 0, 0]);
                message(answer, b'd', b"1\tx\n");
                message(answer, b'd', b"2\t\\N\n");
                message(answer, b'c', &[]);
                message(answer, b'C', b"COPY 2\0");
            }
            Some(REFUSED) => {
                message(answer, b'E', b"SERROR\0VERROR\0C23505\0Mtwice\0nkey\0Rcheck\0\0");
                return true;
            }
            Some(step) => {
                self.open = step == "BEGIN";
                message(answer, b'C', format!("{step}\0").as_bytes());
            }
            None => {}
        }
        false
    }

    /// Sends what is to be said; when something is wrong with it, nothing more follows.
    async fn say(&mut self, mut answer: Vec<u8>) -> Option<()> {
        let length = answer.len();
        let from = self.said.fetch_add(length, Ordering::Relaxed);
        let mut harm: Vec<Harm> =
            self.harm.iter().copied().filter(|harm| (from..from + length).contains(&harm.place)).collect();
        // From behind, so that the places stay what they are.
        harm.sort_by_key(|harm| std::cmp::Reverse(harm.place));
        for Harm { place, damage } in &harm {
            let place = place - from;
            match *damage {
                _ if place >= answer.len() => {}
                Damage::Set(byte) => answer[place] = byte,
                Damage::Flip(bits) => answer[place] ^= bits,
                Damage::Add(byte) => answer.insert(place, byte),
                Damage::Lose => drop(answer.remove(place)),
                Damage::Cut => answer.truncate(place),
            }
        }
        self.stream.write_all(&answer).await.ok()?;
        if !harm.is_empty() {
            self.stream.shutdown().await.ok()?;
            let mut rest = [0; 256];
            while self.stream.read(&mut rest).await.ok()? > 0 {}
            return None;
        }
        Some(())
    }
}

fn message(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    out.push(kind);
    out.extend((body.len() as u32 + 4).to_be_bytes());
    out.extend(body);
}

fn fields(columns: &[(&str, u32)]) -> Vec<u8> {
    let mut body = (columns.len() as u16).to_be_bytes().to_vec();
    for (name, ty) in columns {
        body.extend(name.as_bytes());
        body.extend([0; 7]);
        body.extend(ty.to_be_bytes());
        body.extend([0; 8]);
    }
    body
}

fn row(values: &[Option<Vec<u8>>]) -> Vec<u8> {
    let mut body = (values.len() as u16).to_be_bytes().to_vec();
    for value in values {
        match value {
            Some(value) => {
                body.extend((value.len() as u32).to_be_bytes());
                body.extend(value);
            }
            None => body.extend((-1i32).to_be_bytes()),
        }
    }
    body
}
