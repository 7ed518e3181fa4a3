use embellie::prelude::*;

#[model(app = "del")]
pub struct Target {
    #[field(max_length = 20, default = "")]
    pub label: String,
    pub labels: ManyToMany<Label>,
}

#[model(app = "del")]
pub struct Label {
    #[field(max_length = 20, default = "")]
    pub label: String,
}

#[model(app = "del")]
pub struct Cascading {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Cascade)]
    pub target: ForeignKey<Target>,
}

#[model(app = "del")]
pub struct Protecting {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Protect)]
    pub target: ForeignKey<Target>,
}

#[model(app = "del")]
pub struct Restricting {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Restrict)]
    pub target: ForeignKey<Target>,
    #[field(on_delete = Cascade)]
    pub holder: Option<ForeignKey<Cascading>>,
}

#[model(app = "del")]
pub struct Nulling {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = SetNull)]
    pub target: Option<ForeignKey<Target>>,
}

#[model(app = "del")]
pub struct Defaulting {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = SetDefault, default = 1_i64)]
    pub target: ForeignKey<Target>,
}

#[model(app = "del")]
pub struct Setting {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Set(1_i64))]
    pub target: ForeignKey<Target>,
}

#[model(app = "del")]
pub struct Ignoring {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = DoNothing, db_constraint = false)]
    pub target: ForeignKey<Target>,
}

#[model(app = "del")]
pub struct Deep {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Cascade)]
    pub above: ForeignKey<Cascading>,
}

#[model(app = "del")]
pub struct Deepest {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Cascade)]
    pub above: ForeignKey<Deep>,
}

#[model(app = "del")]
pub struct Egg {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Cascade, related_name = "eggs")]
    pub hen: Option<ForeignKey<Hen>>,
}

#[model(app = "del")]
pub struct Hen {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Cascade, related_name = "hens")]
    pub egg: Option<ForeignKey<Egg>>,
}

#[model(app = "del")]
pub struct Node {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Cascade)]
    pub parent: Option<ForeignKey<Node>>,
}

#[model(app = "del")]
pub struct Fussy {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Protect)]
    pub boss: Option<ForeignKey<Fussy>>,
}

#[model(app = "del")]
pub struct Wary {
    #[field(max_length = 20, default = "")]
    pub label: String,
    #[field(on_delete = Restrict)]
    pub boss: Option<ForeignKey<Wary>>,
}
