use embellie::model;

#[model(app = "blog")]
struct Post {
    #[field(max_lenght = 200)]
    title: String,
}

fn main() {
    let _ = Post::title.exact("x");
}
