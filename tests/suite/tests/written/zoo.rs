use embellie::prelude::*;

#[model(app = "zoo")]
pub struct Required {
    #[field(max_length = 30)]
    pub char: String,
    pub text: String,
    #[field(email)]
    pub email: String,
    #[field(slug)]
    pub slug: String,
    #[field(url)]
    pub url: String,
    pub bool: bool,
    pub small: i16,
    pub int: i32,
    pub big: i64,
    pub positive_small: u16,
    pub positive: u32,
    pub positive_big: u64,
    pub float: f64,
    #[field(max_digits = 12, decimal_places = 3)]
    pub decimal: Decimal,
    pub date: civil::Date,
    pub time: civil::Time,
    pub moment: Timestamp,
    pub naive: civil::DateTime,
    pub duration: SignedDuration,
    pub uuid: Uuid,
    pub bytes: Vec<u8>,
    pub json: serde_json::Value,
    pub ip: std::net::IpAddr,
}

#[model(app = "zoo")]
pub struct Nullable {
    #[field(max_length = 30)]
    pub char: Option<String>,
    pub text: Option<String>,
    #[field(email)]
    pub email: Option<String>,
    #[field(slug)]
    pub slug: Option<String>,
    #[field(url)]
    pub url: Option<String>,
    pub bool: Option<bool>,
    pub small: Option<i16>,
    pub int: Option<i32>,
    pub big: Option<i64>,
    pub positive_small: Option<u16>,
    pub positive: Option<u32>,
    pub positive_big: Option<u64>,
    pub float: Option<f64>,
    #[field(max_digits = 12, decimal_places = 3)]
    pub decimal: Option<Decimal>,
    pub date: Option<civil::Date>,
    pub time: Option<civil::Time>,
    pub moment: Option<Timestamp>,
    pub naive: Option<civil::DateTime>,
    pub duration: Option<SignedDuration>,
    pub uuid: Option<Uuid>,
    pub bytes: Option<Vec<u8>>,
    pub json: Option<serde_json::Value>,
    pub ip: Option<std::net::IpAddr>,
}

#[model(app = "zoo")]
pub struct TextKey {
    #[field(primary_key, max_length = 10)]
    pub code: String,
    #[field(max_length = 20)]
    pub label: String,
}

#[model(app = "zoo")]
pub struct Pointer {
    // A relation to 'zoo.UuidKey', which is not written here.
    #[field(column = "uuid_id", index)]
    pub uuid: Option<Uuid>,
    #[field(on_delete = Cascade)]
    pub text: Option<ForeignKey<TextKey>>,
    #[field(on_delete = Cascade)]
    pub small: Option<ForeignKey<SmallKey>>,
}

#[model(app = "zoo")]
pub struct Defaults {
    #[field(max_length = 10, default = "fixed")]
    pub fixed: String,
    // The default is made by a function.
    pub called: i32,
    #[field(db_default = 42)]
    pub stored: i32,
    #[field(max_length = 10, db_default = "it's")]
    pub noted: String,
    #[field(auto_now_add)]
    pub created: Timestamp,
    #[field(auto_now)]
    pub changed: Timestamp,
    #[field(auto_now)]
    pub day: civil::Date,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
pub enum LimitsSize {
    #[choice(value = "S", label = "small")]
    Small,
    #[choice(value = "L", label = "large")]
    Large,
}

#[model(
    app = "zoo",
    unique_together = [["low", "high"]],
    constraints(
        unique(fields = ["name"], condition(live = true), name = "one_live_name"),
        check(condition(low__lt = F(high)), name = "low_below_high"),
    ),
)]
pub struct Limits {
    #[field(max_length = 5)]
    pub name: String,
    #[field(max_length = 1, default = LimitsSize::Small)]
    pub size: LimitsSize,
    #[field(default = 0)]
    pub low: i32,
    #[field(default = 1)]
    pub high: i32,
    #[field(default = true)]
    pub live: bool,
}

#[model(app = "zoo")]
pub struct SmallKey {
    #[field(primary_key, auto)]
    pub id: i16,
    #[field(max_length = 20)]
    pub label: String,
}

#[model(app = "zoo")]
pub struct IntKey {
    #[field(primary_key, auto)]
    pub id: i32,
    #[field(max_length = 20)]
    pub label: String,
}

#[model(app = "zoo")]
pub struct BigKey {
    #[field(max_length = 20)]
    pub label: String,
}
