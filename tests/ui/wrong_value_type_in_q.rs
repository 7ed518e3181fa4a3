mod blog;

use blog::Post;
use embellie::{Q, q};

fn main() {
    let _: Q<Post> = q!(title = "x", views__gt = "many");
}
