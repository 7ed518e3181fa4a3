mod blog;

use blog::User;

fn main() {
    let _ = User::posts();
}
