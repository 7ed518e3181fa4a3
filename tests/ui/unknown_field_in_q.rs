mod blog;

use blog::Post;
use embellie::{Q, q};

fn main() {
    let _: Q<Post> = q!(views__gt = 2, titel__icontains = "x");
}
