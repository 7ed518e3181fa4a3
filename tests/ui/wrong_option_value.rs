use embellie::{ForeignKey, model};

#[model(app = "blog")]
struct Post {
    #[field(on_delete = Cascad)]
    before: ForeignKey<Post>,
    #[field(max_length = "long")]
    title: String,
}

fn main() {}
