//! The beginning of a session: who connects, and the proof of it.

use std::io;

use bytes::BytesMut;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256};
use postgres_protocol::message::frontend;

use super::{Encryption, Frame, Link, Lost, Reader, Refusal, Sent, Stream, Unanswered};
use crate::socket::Socket;

/// Who connects to what.
pub(crate) struct Login<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: Option<&'a str>,
    pub(crate) database: Option<&'a str>,
    pub(crate) application_name: Option<&'a str>,
    pub(crate) server_options: Option<&'a str>,
}

/// A session, and what the server has said of it.
pub(crate) struct Started {
    pub(crate) link: Link,
    pub(crate) process: i32,
    pub(crate) secret: i32,
    pub(crate) server_version: Option<String>,
    pub(crate) time_zone: Option<String>,
}

impl Login<'_> {
    /// Begins a session.
    pub(crate) async fn start(&self, socket: Socket, encryption: Option<&Encryption>) -> Result<Started, Refusal> {
        let mut link = Link::new(Stream::open(socket, encryption).await?);
        let mut parameters = vec![("client_encoding", "UTF8"), ("user", self.user)];
        let optional = [
            ("database", self.database),
            ("options", self.server_options),
            ("application_name", self.application_name),
        ];
        parameters.extend(optional.iter().filter_map(|&(name, value)| Some((name, value?))));
        link.tell(|out| frontend::startup_message(parameters, out))?;
        self.authenticate(&mut link).await?;
        link.owed = 1;
        let mut started = Started { link, process: 0, secret: 0, server_version: None, time_zone: None };
        loop {
            let frame = started.link.hear().await?;
            match frame.tag {
                b'K' => (started.process, started.secret) = started.link.read(frame, key)?,
                b'S' => {
                    let (name, value) = started.link.read(frame, parameter)?;
                    match name.as_str() {
                        "server_version" => started.server_version = Some(value),
                        "TimeZone" => started.time_zone = Some(value),
                        _ => {}
                    }
                }
                b'Z' => break,
                tag => return Err(started.link.refuse(tag)),
            }
        }
        started.link.started = true;
        started.link.input.expect_rows();
        Ok(started)
    }

    async fn authenticate(&self, link: &mut Link) -> Result<(), Refusal> {
        let (method, data) = link.asked().await?;
        match method {
            0 => return Ok(()),
            3 => {
                let password = self.password()?;
                link.tell(|out| frontend::password_message(password.as_bytes(), out))?;
            }
            5 => {
                let salt = data.try_into().map_err(|_| Refusal::Failed("the server's salt is not 4 bytes".into()))?;
                let hash = md5_hash(self.user.as_bytes(), self.password()?.as_bytes(), salt);
                link.tell(|out| frontend::password_message(hash.as_bytes(), out))?;
            }
            10 => self.scram(link, &data).await?,
            _ => return Err(authentication("unsupported authentication method")),
        }
        match link.asked().await? {
            (0, _) => Ok(()),
            _ => Err(authentication("the server asks again")),
        }
    }

    fn password(&self) -> Result<&str, Refusal> {
        self.password.ok_or_else(|| Refusal::Failed("invalid configuration: password missing".into()))
    }

    /// The exchange of SCRAM, tied to the stream where both sides can.
    async fn scram(&self, link: &mut Link, mechanisms: &[u8]) -> Result<(), Refusal> {
        let offered = |name: &str| mechanisms.split(|&byte| byte == 0).any(|offered| offered == name.as_bytes());
        let binding = link.stream.channel_binding().map(ChannelBinding::tls_server_end_point);
        let (binding, mechanism) = match (binding, offered(SCRAM_SHA_256_PLUS)) {
            (Some(binding), true) => (binding, SCRAM_SHA_256_PLUS),
            _ if !offered(SCRAM_SHA_256) => return Err(authentication("unsupported SASL mechanism")),
            // Says that it could have been, which the server checks: who has taken its offer away is found out.
            (Some(_), false) => (ChannelBinding::unrequested(), SCRAM_SHA_256),
            (None, _) => (ChannelBinding::unsupported(), SCRAM_SHA_256),
        };
        let failed = |e: io::Error| authentication(&e.to_string());
        let mut scram = ScramSha256::new(self.password()?.as_bytes(), binding);
        link.tell(|out| frontend::sasl_initial_response(mechanism, scram.message(), out))?;
        let (11, challenge) = link.asked().await? else { return Err(authentication("no challenge came")) };
        scram.update(&challenge).map_err(failed)?;
        link.tell(|out| frontend::sasl_response(scram.message(), out))?;
        let (12, proof) = link.asked().await? else {
            return Err(authentication("the server gives no proof of itself"));
        };
        scram.finish(&proof).map_err(failed)
    }
}

impl Link {
    /// Runs a script in a session that has just begun.
    pub(crate) async fn run(&mut self, script: &str) -> Result<(), Refusal> {
        self.send(Sent::Script, |out| frontend::query(script, out)).map_err(|e| Refusal::Failed(e.to_string()))?;
        match self.answers(|_, _| Ok(())).await {
            Ok(()) => Ok(()),
            Err(Unanswered::Server(error)) => Err(Refusal::Server(error)),
            Err(_) => Err(self.lost(Lost)),
        }
    }

    fn tell(&mut self, write: impl FnOnce(&mut BytesMut) -> io::Result<()>) -> Result<(), Refusal> {
        self.output.add(write).map_err(|e| Refusal::Failed(format!("error encoding message to server: {e}")))
    }

    /// The next message that is no error.
    async fn hear(&mut self) -> Result<Frame, Refusal> {
        loop {
            match self.frame() {
                Ok(Some(frame)) if frame.tag == b'E' => {
                    return Err(match self.server_error(frame) {
                        Ok(error) => Refusal::Server(error),
                        Err(lost) => self.lost(lost),
                    });
                }
                Ok(Some(frame)) => return Ok(frame),
                Ok(None) => {}
                Err(lost) => return Err(self.lost(lost)),
            }
            if let Err(lost) = self.fill().await {
                return Err(self.lost(lost));
            }
        }
    }

    /// What the server wants as proof: a method, or a step of one.
    async fn asked(&mut self) -> Result<(i32, Vec<u8>), Refusal> {
        let frame = self.hear().await?;
        if frame.tag != b'R' {
            return Err(self.refuse(frame.tag));
        }
        self.read(frame, |reader| Ok((reader.int()?, reader.take_rest().to_vec())))
    }

    fn read<T>(
        &mut self,
        frame: Frame,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, super::Malformed>,
    ) -> Result<T, Refusal> {
        let read = read(&mut Reader::new(self.input.body(frame), "a message at the start of the session"));
        read.map_err(|malformed| {
            let lost = self.damaged(malformed);
            self.lost(lost)
        })
    }

    fn refuse(&mut self, tag: u8) -> Refusal {
        let lost = self.unexpected(tag);
        self.lost(lost)
    }

    fn lost(&mut self, _: Lost) -> Refusal {
        if self.closed { Refusal::Closed } else { Refusal::Failed(self.reason().to_owned()) }
    }
}

fn key(reader: &mut Reader<'_>) -> Result<(i32, i32), super::Malformed> {
    Ok((reader.int()?, reader.int()?))
}

fn parameter(reader: &mut Reader<'_>) -> Result<(String, String), super::Malformed> {
    Ok((reader.text()?, reader.text()?))
}

fn authentication(reason: &str) -> Refusal {
    Refusal::Failed(format!("authentication error: {reason}"))
}
