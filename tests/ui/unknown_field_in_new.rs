mod blog;

use blog::User;
use embellie::new;

fn main() {
    let _ = new!(User { name: "Ann", email: "ann@x.org", age: 3 });
}
