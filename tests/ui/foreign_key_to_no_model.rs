use embellie::{ForeignKey, model};

struct Person;

#[model(app = "blog")]
struct Post {
    #[field(on_delete = Cascade)]
    author: ForeignKey<Person>,
}

fn main() {}
