//! The least that any client takes: it writes the same messages as the raw driver does, and throws away what comes, on a
//! socket that blocks. What is left is the server's own work, and the system's.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::Range;

use bench_common::*;
use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls, config::Host};

use super::postgres as raw;

pub(crate) struct Floor {
    stream: TcpStream,
    buffer: Vec<u8>,
    output: BytesMut,
    /// The types of the parameters of each statement.
    types: HashMap<&'static str, Vec<Type>>,
    /// What the case of trees asks for: which posts there are is known before.
    tree: (Vec<i64>, Vec<i64>),
}

impl Floor {
    /// Logs in by the raw driver, has the statements prepared, and takes the socket from it.
    pub(crate) fn connect(url: &str) -> Result<Self, Failure> {
        let config: Config = url.parse()?;
        let host = match config.get_hosts() {
            [Host::Tcp(host), ..] => host.clone(),
            _ => return Err("the floor needs an address of TCP".into()),
        };
        let stream = TcpStream::connect((host, config.get_ports().first().copied().unwrap_or(5432)))?;
        stream.set_nodelay(true)?;
        let shared = stream.try_clone()?;
        shared.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let tree = runtime.block_on(async {
            let (client, connection) = config.connect_raw(tokio::net::TcpStream::from_std(shared)?, NoTls).await?;
            tokio::spawn(connection);
            let tree = tree(&client).await?;
            // A client that is dropped says goodbye, once somebody listens: nobody will.
            std::mem::forget(client);
            Ok::<_, Failure>(tree)
        })?;
        drop(runtime);
        stream.set_nonblocking(false)?;
        let mut floor =
            Floor { stream, buffer: vec![0; 256 * 1024], output: BytesMut::new(), types: HashMap::new(), tree };
        for (name, sql, types) in questions() {
            frontend::parse(name, &sql, types.iter().map(Type::oid), &mut floor.output)?;
            floor.exchange()?;
            floor.types.insert(name, types);
        }
        Ok(floor)
    }

    /// Sends what is to be sent, and reads until the server is ready.
    fn exchange(&mut self) -> Result<(), Failure> {
        frontend::sync(&mut self.output);
        self.stream.write_all(&self.output)?;
        self.output.clear();
        // The last message is ready-for-query, which is six bytes long: what comes before it is not looked at, but for
        // where it ends.
        let (mut head, mut skip) = (Vec::with_capacity(5), 0);
        loop {
            let read = self.stream.read(&mut self.buffer)?;
            let mut rest = self.buffer.get(..read).filter(|bytes| !bytes.is_empty()).ok_or("the server has gone")?;
            while !rest.is_empty() {
                let passed = rest.len().min(skip);
                (rest, skip) = (&rest[passed..], skip - passed);
                let wanted = rest.len().min(5 - head.len());
                head.extend_from_slice(&rest[..wanted]);
                rest = &rest[wanted..];
                if let [tag, a, b, c, d] = head[..] {
                    skip = u32::from_be_bytes([a, b, c, d]) as usize - 4;
                    head.clear();
                    match tag {
                        b'E' => return Err("the server refuses it".into()),
                        b'Z' if skip <= rest.len() => return Ok(()),
                        _ => {}
                    }
                }
            }
        }
    }

    fn ask(&mut self, name: &str, values: &[&(dyn ToSql + Sync)]) -> Result<(), Failure> {
        let types = self.types.get(name).ok_or("there is no such statement")?;
        let bound = frontend::bind(
            "",
            name,
            [1],
            values.iter().zip(types.iter()),
            |(value, ty), out| match value.to_sql_checked(ty, out)? {
                tokio_postgres::types::IsNull::Yes => Ok(IsNull::Yes),
                tokio_postgres::types::IsNull::No => Ok(IsNull::No),
            },
            [1],
            &mut self.output,
        );
        bound.map_err(|_| "the values cannot be sent")?;
        frontend::execute("", 0, &mut self.output)?;
        self.exchange()
    }

    fn one(&mut self, case: Case, operation: u64) -> Result<(), Failure> {
        let key = key_of(operation);
        match case {
            Case::Get => self.ask("get", &[&key]),
            Case::Columns => self.ask("columns", &[&key]),
            Case::Few => self.ask("first", &[&FEW_ROWS]),
            Case::Many => self.ask("first", &[&MANY_ROWS]),
            Case::Joined => self.ask("joined", &[&JOINED_VIEWS, &JOINED]),
            Case::Bulk => {
                let values: Vec<_> = (0..BULK).map(bulk_row).collect();
                let parameters: Vec<&(dyn ToSql + Sync)> =
                    values.iter().flat_map(|(name, number, note)| [name as _, number as _, note as _]).collect();
                self.ask("entries", &parameters)
            }
            Case::Tree => {
                let (users, posts) = std::mem::take(&mut self.tree);
                self.ask("users", &[&OWNERS])?;
                self.ask("of authors", &[&users])?;
                self.ask("of posts", &[&posts])?;
                self.tree = (users, posts);
                Ok(())
            }
            Case::WithAuthor => self.ask("with author", &[&WITH_AUTHOR]),
            Case::Update => self.ask("update", &[&views_of(key), &key]),
            Case::Group => self.ask("group", &[&GROUP_AT_LEAST]),
        }
    }
}

/// All statements, by names, with the types of their parameters.
fn questions() -> Vec<(&'static str, String, Vec<Type>)> {
    let keys = [Type::INT8_ARRAY];
    let one = |name, sql: &str, types: &[Type]| (name, sql.to_owned(), types.to_vec());
    vec![
        one("get", raw::GET, &[Type::INT8]),
        one("columns", raw::COLUMNS, &[Type::INT8]),
        one("first", raw::FIRST, &[Type::INT8]),
        one("joined", raw::JOINED_SQL, &[Type::INT8, Type::INT8]),
        ("entries", raw::entries(), raw::entry_types()),
        one("emptied", "TRUNCATE bench_entry", &[]),
        one("users", raw::USERS, &[Type::INT8]),
        one("of authors", raw::OF_AUTHORS, &keys),
        one("of posts", raw::OF_POSTS, &keys),
        one("with author", raw::WITH_AUTHOR_SQL, &[Type::INT8]),
        one("update", raw::UPDATE, &[Type::INT8, Type::INT8]),
        one("group", raw::GROUP, &[Type::INT8]),
    ]
}

/// The keys of the users and of their posts that the case of trees reads.
async fn tree(client: &Client) -> Result<(Vec<i64>, Vec<i64>), Failure> {
    let users = client.query("SELECT id FROM bench_user ORDER BY id LIMIT $1", &[&OWNERS]).await?;
    let users = users.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    let posts = client.query("SELECT id FROM bench_post WHERE author_id = ANY($1) ORDER BY id", &[&users]).await?;
    Ok((users, posts.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?))
}

impl Contender for Floor {
    fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure> {
        for operation in operations {
            self.one(case, operation)?;
        }
        Ok(0)
    }

    fn clean(&mut self, case: Case) -> Result<(), Failure> {
        if case == Case::Bulk {
            self.ask("emptied", &[])?;
        }
        Ok(())
    }
}
