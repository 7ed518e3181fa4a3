mod blog;

use blog::*;

fn main() {
    let _ = User::articles().title.exact("x");
}
