use embellie::prelude::*;

#[model(app = "names", table = "order", ordering = ["group"])]
pub struct Order {
    #[field(primary_key, auto, column = "primary")]
    pub key: i64,
    #[field(max_length = 50, index)]
    pub group: String,
    #[field(column = "it's \"quoted\"", max_length = 50, unique)]
    pub select: String,
    #[field(column = "wo ist's; DROP TABLE x --", max_length = 50)]
    pub r#where: Option<String>,
    #[field(column = "größe %s ? $1", max_length = 50, index, default = "")]
    pub like: String,
}

#[model(app = "names", table = "ta\"ble")]
pub struct Table {
    #[field(column = "from", on_delete = Cascade, related_name = "join")]
    pub from: ForeignKey<Order>,
    #[field(max_length = 50)]
    pub on: String,
    #[field(table = "un ion", related_name = "having")]
    pub union: ManyToMany<Order>,
}

#[model(
    app = "names",
    table = "table_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_"
)]
pub struct Long {
    #[field(
        column = "column_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_",
        max_length = 50,
        unique
    )]
    pub value: String,
}
