pub mod left {
    use embellie::prelude::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
    pub enum OptionSize {
        #[choice(value = "S")]
        Small,
        #[choice(value = "small", label = "small")]
        Small2,
        #[choice(value = "🦀", label = "🦀")]
        Value,
        #[choice(value = "-1", label = "-1")]
        ValueMinus1,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
    #[repr(i16)]
    pub enum OptionRank {
        No = -1,
        #[choice(label = "self")]
        Value0 = 0,
        #[choice(label = "1st")]
        Value1 = 1,
    }

    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Choices)]
    pub enum OptionState {
        #[default]
        New,
    }

    /// What is \u{202e} said
    /// of a table */ in two lines.
    // The constraint 'no form' has no form here: F('code'), F('path') + 1.
    #[model(
        app = "left",
        table = "left \"option\"\n",
        verbose_name = "an option; \"quoted\"",
        ordering = ["path_field", "-type"],
        indexes(index(fields = ["path_field", "-self_field"], name = "by_path")),
        constraints(
            check(condition(path_field__startswith = "\"" | self_field = ""), name = "kind")
        ),
    )]
    pub struct Option {
        // read\nwith care
        #[field(column = "str\u{202e}ing")]
        pub string: std::option::Option<String>,
        #[field(column = "path")]
        pub path_field: String,
        #[field(max_length = 3, default = "'\"\\")]
        pub r#type: String,
        #[field(column = "self", default = "")]
        pub self_field: String,
        pub vec: std::option::Option<Vec<u8>>,
        pub any: embellie::Value,
        #[field(max_length = 5, default = OptionSize::Value)]
        pub size: OptionSize,
        pub rank: std::option::Option<OptionRank>,
        // Choices: 'ok' (OK).
        #[field(max_length = 9, blank, default = "")]
        pub mood: String,
        #[field(max_length = 3, db_default = OptionState::New)]
        pub state: OptionState,
        #[field(generated = RawSQL("upper(\"path\")"), stored)]
        pub loud: String,
        #[field(max_length = 9, unique, validators(regex("^\"\\d+$")))]
        pub code: String,
        #[field(related_name = "options")]
        pub strings: ManyToMany<super::right::String>,
    }
}

pub mod right {
    use embellie::prelude::*;

    #[model(app = "right")]
    pub struct String {
        pub name: std::string::String,
        #[field(on_delete = Protect, to_field = "code", related_name = "texts")]
        pub option: ForeignKey<super::left::Option>,
        #[field(on_delete = SetNull, related_name = "type")]
        pub x_y: Option<ForeignKey<String>>,
    }

    #[model(app = "right")]
    pub struct StringX {
        // Its way back is left out: the trait for it would have the name of another.
        #[field(on_delete = Cascade, related_name = "+")]
        pub y: ForeignKey<String>,
    }
}
