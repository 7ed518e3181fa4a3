mod blog;

use blog::*;
use embellie::prelude::*;

fn main() {
    let _ = User::objects().only(User::posts().title);
}
