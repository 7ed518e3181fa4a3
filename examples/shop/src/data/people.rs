//! Customers and where they live.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Plan;
use super::calendar::{DAY, END, START, timestamp};
use super::random::{Random, Stream};
use super::words::{CITIES, FIRST_NAMES, LAST_NAMES, STREETS, slug};

/// Somebody who has an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The e-mail address, unique.
    pub email: String,
    /// The telephone number, where it is known.
    pub phone: Option<String>,
    /// The birthday, where it is known.
    pub birthday: Option<Date>,
    /// Whether the newsletter is wanted.
    pub newsletter: bool,
    /// Since when there has been an account.
    pub joined_at: Timestamp,
}

/// Where a customer lives or works.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// The customer.
    pub customer: u64,
    /// What the customer calls it.
    pub label: String,
    /// Street and number.
    pub street: String,
    /// The city.
    pub city: String,
    /// The postal code.
    pub postal_code: String,
    /// The country, as two letters.
    pub country: String,
    /// Whether parcels go there when nothing is said: true for one address of each customer.
    pub is_default: bool,
}

/// When the first customer joined: half a year before the first order.
const FIRST_JOIN: i64 = START - 184 * DAY;

impl Plan {
    /// The customers, in the order in which they joined.
    pub fn customers(&self) -> impl Iterator<Item = Customer> + Send + '_ {
        (0..self.customers).map(|number| self.customer(number))
    }

    fn customer(&self, number: u64) -> Customer {
        let mut random = Random::of(Stream::Customer, number);
        let (first, last, round) = names(number);
        let again = if round == 0 { String::new() } else { format!("{}", round + 1) };
        let domain = random.weighted(&[("example.com", 55), ("example.org", 25), ("example.net", 20)]);
        let phone = random.per_mille(620).then(|| {
            let country = *random.pick(&["31", "32", "33", "34", "39", "43", "44", "45", "48", "49"]);
            format!("+{country} 555 {:03} {:03}", random.below(1000), random.below(1000))
        });
        let birthday = random
            .per_mille(450)
            .then(|| {
                Date::new(random.between(1940, 2005) as i16, random.between(1, 12) as i8, random.between(1, 28) as i8)
            })
            .and_then(Result::ok);
        Customer {
            email: format!("{}.{}{again}@{domain}", slug(first), slug(last)),
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            phone,
            birthday,
            newsletter: random.per_mille(380),
            joined_at: timestamp(self.joined(number)),
        }
    }

    /// The second at which a customer joined.
    fn joined(&self, number: u64) -> i64 {
        let jitter = if number == 0 { 0 } else { Random::of(Stream::Customer, number).next() >> 48 };
        let place = (u128::from(number) << 16) + u128::from(jitter);
        FIRST_JOIN + (place * (END - FIRST_JOIN) as u128 / (u128::from(self.customers) << 16)) as i64
    }

    /// How many customers have certainly joined at a moment. One has, always.
    fn joined_until(&self, second: i64) -> u64 {
        let passed = (second - FIRST_JOIN) as u128;
        let count = passed * u128::from(self.customers) / (END - FIRST_JOIN) as u128;
        (count as u64).clamp(1, self.customers)
    }

    /// The customer who orders at a moment: often a new one, else more likely one of long standing.
    pub(super) fn buyer(&self, second: i64, random: &mut Random) -> u64 {
        let known = self.joined_until(second);
        let mut number = if random.per_mille(330) {
            known - 1 - random.below(known / 20 + 1)
        } else {
            let place = random.below(known);
            (u128::from(place) * u128::from(random.below(known)) / u128::from(known)) as u64
        };
        while number > 0 && only_looks(number) {
            number -= 1;
        }
        number
    }

    /// The addresses, by customer; the default one first.
    pub fn addresses(&self) -> impl Iterator<Item = Address> + Send + use<> {
        (0..self.customers).flat_map(|customer| {
            let count = address_count(customer);
            (0..count).map(move |number| address(customer, number))
        })
    }
}

/// Whether a customer has an account and never orders.
fn only_looks(number: u64) -> bool {
    Random::of(Stream::Browser, number).per_mille(160)
}

/// First name, last name, and how many customers had the same names before.
fn names(number: u64) -> (&'static str, &'static str, u64) {
    let (firsts, lasts) = (FIRST_NAMES.len() as u64, LAST_NAMES.len() as u64);
    let pairs = firsts * lasts;
    // A step that shares no factor with the number of pairs visits each pair once before it comes back to the first.
    let pair = (number % pairs) * 7_919 % pairs;
    (FIRST_NAMES[(pair / lasts) as usize], LAST_NAMES[(pair % lasts) as usize], number / pairs)
}

/// How many addresses a customer has.
pub(super) fn address_count(customer: u64) -> u64 {
    Random::of(Stream::Address, customer).weighted(&[(1, 74), (2, 22), (3, 4)])
}

fn address(customer: u64, number: u64) -> Address {
    let mut random = Random::of(Stream::Address, customer ^ ((number + 1) << 56));
    let (city, country, pattern) = random.weighted(&CITIES);
    let house = random.between(1, 140).min(random.between(1, 140));
    let name = *random.pick(&STREETS);
    let street = match country {
        "DE" | "AT" | "CH" => format!("{name}straße {house}"),
        "FR" => format!("{house} rue {name}"),
        "NL" | "BE" => format!("{name}straat {house}"),
        "ES" => format!("Calle {name} {house}"),
        "IT" => format!("Via {name} {house}"),
        "PT" => format!("Rua {name} {house}"),
        "DK" | "NO" => format!("{name}gade {house}"),
        "SE" => format!("{name}gatan {house}"),
        "PL" | "CZ" => format!("ul. {name} {house}"),
        _ => format!("{house} {name} Street"),
    };
    let digit = |c| if c == '#' { char::from(b'0' + random.below(10) as u8) } else { c };
    Address {
        customer,
        label: ["Home", "Work", "Holidays"][number as usize % 3].to_owned(),
        street,
        city: city.to_owned(),
        postal_code: pattern.chars().map(digit).collect(),
        country: country.to_owned(),
        is_default: number == 0,
    }
}
