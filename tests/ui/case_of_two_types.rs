mod blog;

use blog::Post;
use embellie::prelude::*;

fn main() {
    let _ = Case(q!(Post, views__gt = 100), "hot").otherwise(0);
}
