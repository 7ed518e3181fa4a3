mod blog;

use blog::*;
use embellie::prelude::*;

fn main() {
    let _ = User::objects().select_related(User::posts());
}
