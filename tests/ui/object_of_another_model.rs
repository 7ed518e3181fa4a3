mod blog;

use blog::{Post, Tag};
use embellie::{Q, new, q};

fn main() {
    let rust = new!(Tag { name: "rust" });
    let _: Q<Post> = q!(author = &rust);
}
