//! Models that are structs: every field type, keys of other kinds, relations of every shape.
#![allow(missing_docs)]

use std::net::IpAddr;

use embellie::prelude::*;
use embellie::{ColumnRef, Registry, Result, Value};
use embellie_core::field::FieldKind;
use jiff::civil::{Date, DateTime, Time};
use serde_json::Value as Document;

/// The models of the documentation.
pub fn documented() -> Registry {
    Registry::build([
        blog::User::meta(),
        blog::Profile::meta(),
        blog::Tag::meta(),
        blog::Post::meta(),
        blog::Comment::meta(),
    ])
    .unwrap()
}

/// The models of the shop.
pub fn shop() -> Registry {
    use shop::models::*;
    Registry::build([
        Address::meta(),
        Brand::meta(),
        Category::meta(),
        Customer::meta(),
        Image::meta(),
        Item::meta(),
        Order::meta(),
        Payment::meta(),
        Product::meta(),
        Review::meta(),
        Tag::meta(),
    ])
    .unwrap()
}

/// The models of this module.
pub fn typed() -> Registry {
    Registry::build([
        Everything::meta(),
        Nothing::meta(),
        Filled::meta(),
        Part::meta(),
        Carton::meta(),
        Country::meta(),
        Town::meta(),
        Person::meta(),
        Club::meta(),
        Membership::meta(),
    ])
    .unwrap()
}

/// A field type of one's own: a temperature, stored as hundredths of a degree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Celsius(pub f64);

impl FieldType for Celsius {
    const KIND: FieldKind = FieldKind::Integer;

    fn encode(&self) -> Result<Value> {
        if self.0 < -273.15 {
            return Err(Error::Value(format!("{} °C is colder than anything", self.0)));
        }
        Ok(Value::Int((self.0 * 100.0).round() as i64))
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self> {
        i64::decode(column).map(|hundredths| Celsius(hundredths as f64 / 100.0))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Choices)]
pub enum Size {
    #[choice(value = "S", label = "Small")]
    Small,
    #[choice(value = "L", label = "Large")]
    Large,
}

#[derive(Debug, Clone, Copy, PartialEq, Choices)]
#[repr(i16)]
pub enum Rank {
    First = 1,
    Last = 99,
}

/// Any type that serde knows.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Point {
    pub x: f64,
    pub label: Option<String>,
}

#[model(app = "typed")]
pub struct Everything {
    #[field(max_length = 30)]
    pub short: String,
    pub long: String,
    #[field(email)]
    pub email: String,
    #[field(slug)]
    pub slug: String,
    #[field(url)]
    pub url: String,
    pub truth: bool,
    pub small: i16,
    pub int: i32,
    pub big: i64,
    pub positive_small: u16,
    pub positive: u32,
    pub positive_big: u64,
    pub float: f64,
    #[field(max_digits = 12, decimal_places = 3)]
    pub decimal: Decimal,
    pub date: Date,
    pub time: Time,
    pub moment: Timestamp,
    pub naive: DateTime,
    pub duration: SignedDuration,
    pub uuid: Uuid,
    pub bytes: Vec<u8>,
    pub document: Document,
    pub point: Json<Point>,
    pub ip: IpAddr,
    pub heat: Celsius,
    pub size: Size,
    pub rank: Rank,
}

#[model(app = "typed")]
pub struct Nothing {
    #[field(max_length = 30)]
    pub short: Option<String>,
    pub truth: Option<bool>,
    pub int: Option<i32>,
    pub positive_big: Option<u64>,
    pub float: Option<f64>,
    #[field(max_digits = 12, decimal_places = 3)]
    pub decimal: Option<Decimal>,
    pub date: Option<Date>,
    pub moment: Option<Timestamp>,
    pub duration: Option<SignedDuration>,
    pub uuid: Option<Uuid>,
    pub bytes: Option<Vec<u8>>,
    pub document: Option<Document>,
    pub point: Option<Json<Point>>,
    pub ip: Option<IpAddr>,
    pub heat: Option<Celsius>,
    pub size: Option<Size>,
    pub rank: Option<Rank>,
}

fn seven() -> i32 {
    7
}

/// What is filled in by itself.
#[model(app = "typed")]
pub struct Filled {
    #[field(max_length = 20)]
    pub name: String,
    #[field(default = "fixed", max_length = 10)]
    pub fixed: String,
    #[field(default = seven())]
    pub called: i32,
    #[field(db_default = 42)]
    pub stored: i32,
    #[field(default = Size::Large)]
    pub size: Size,
    #[field(auto_now_add)]
    pub created: Timestamp,
    #[field(auto_now)]
    pub changed: Timestamp,
}

/// A key that is made here.
#[model(app = "typed")]
pub struct Part {
    #[field(primary_key, default = Uuid::new_v4())]
    pub serial: Uuid,
    #[field(max_length = 20)]
    pub name: String,
}

/// A key that is text, and a foreign key to one that is made here.
#[model(app = "typed", table = "boxes")]
pub struct Carton {
    #[field(primary_key, max_length = 10)]
    pub code: String,
    #[field(on_delete = Cascade, related_name = "boxes")]
    pub part: ForeignKey<Part>,
    #[field(on_delete = SetNull, related_name = "inside")]
    pub outer: Option<ForeignKey<Carton>>,
}

#[model(app = "typed")]
pub struct Country {
    #[field(max_length = 30)]
    pub name: String,
    #[field(max_length = 2, unique)]
    pub code: String,
}

#[model(app = "typed", ordering = ["name"])]
pub struct Town {
    #[field(max_length = 30)]
    pub name: String,
    #[field(on_delete = Cascade, to_field = "code", related_name = "towns")]
    pub country: ForeignKey<Country>,
}

#[model(app = "typed", ordering = ["name"])]
pub struct Person {
    #[field(max_length = 30)]
    pub name: String,
    #[field(on_delete = SetNull, related_name = "people")]
    pub home: Option<ForeignKey<Town>>,
    pub friends: ManyToMany<Person>,
    #[field(symmetrical = false, related_name = "fans")]
    pub idols: ManyToMany<Person>,
    #[field(through = Membership, through_fields(person, club), related_name = "members")]
    pub clubs: ManyToMany<Club>,
}

#[model(app = "typed", ordering = ["name"])]
pub struct Club {
    #[field(max_length = 30)]
    pub name: String,
}

#[model(app = "typed")]
pub struct Membership {
    #[field(on_delete = Cascade, related_name = "memberships")]
    pub person: ForeignKey<Person>,
    #[field(on_delete = Cascade, related_name = "memberships")]
    pub club: ForeignKey<Club>,
    #[field(on_delete = SetNull, related_name = "+")]
    pub invited_by: Option<ForeignKey<Person>>,
    #[field(default = "member", max_length = 20)]
    pub role: String,
}
