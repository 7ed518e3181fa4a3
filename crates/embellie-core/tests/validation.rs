//! Validation agrees with Django: what it accepts, and what it says of the rest.

use embellie_core::field::{FieldKind as Kind, full_clean, validate};
use embellie_core::meta::{Choice, FieldMeta, ModelMeta, OnDelete, Validator};
use embellie_core::{Error, Registry, Value};

fn field(kind: Kind) -> FieldMeta {
    FieldMeta::new("f", kind)
}

/// The messages about a value, joined; empty for a valid one.
fn says(field: &FieldMeta, value: impl Into<Value>) -> String {
    validate(field, field.kind, &value.into()).err().unwrap_or_default().join(" ")
}

#[track_caller]
fn sorts(kind: Kind, message: &str, valid: &[&str], invalid: &[&str]) {
    for text in valid {
        assert_eq!(says(&field(kind), *text), "", "{text}");
    }
    for text in invalid {
        assert_eq!(says(&field(kind), *text), message, "{text}");
    }
}

#[test]
fn email_addresses() {
    sorts(
        Kind::Email,
        "Enter a valid email address.",
        &[
            "email@here.com",
            "weirder-email@here.and.there.com",
            "!def!xyz%abc@example.com",
            "email@[127.0.0.1]",
            "email@[2001:dB8::1]",
            "email@[::fFfF:127.0.0.1]",
            "example@valid-----hyphens.com",
            "test@domain.with.idn.tld.उदाहरण.परीक्षा",
            "email@localhost",
            r#""test@test"@example.com"#,
            r#""\\\011"@here.com"#,
            "a@xn--fsq.xn--p1ai",
        ],
        &[
            "abc",
            "abc@",
            "abc@bar",
            "a @x.cz",
            "abc@.com",
            "something@@somewhere.com",
            "email@127.0.0.1",
            "email@[127.0.0.256]",
            "email@[2001:db8::12345]",
            "email@[::1",
            "example@invalid-.com",
            "example@-invalid.com",
            "example@inv-.alid-.com",
            ".leading@example.com",
            "two..dots@example.com",
            "test@example.com\n",
            "\"\n\"@here.com",
            "a@x.c",
            "a@x.co1",
        ],
    );
    let long = format!("{}@example.com", "a".repeat(309));
    let unlimited = FieldMeta { max_length: None, ..field(Kind::Email) };
    assert_eq!(says(&unlimited, long.as_str()), "Enter a valid email address.");
    assert_eq!(says(&unlimited, &long[1..]), "");
}

#[test]
fn slugs() {
    let message = "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.";
    sorts(Kind::Slug, message, &["slug", "slug-ok_1", "-", "_"], &["no slug", "slüg", "a.b", "a\n"]);
}

#[test]
fn urls() {
    sorts(
        Kind::Url,
        "Enter a valid URL.",
        &[
            "http://www.djangoproject.com/",
            "HTTP://WWW.DJANGOPROJECT.COM/",
            "ftps://example.com:8080/a?b=c#d",
            "http://localhost",
            "http://LocalHost:8000/",
            "http://www.example.com./",
            "http://200.8.9.10:8000/test",
            "http://foo.com/blah_(wikipedia)#cite-1",
            "http://userid:password@example.com:8080",
            "http://user@example.com?q",
            "http://✪df.ws/123",
            "http://مثال.إختبار",
            "http://xn--hxajbheg2az3al.xn--jxalpdlp",
            "http://[::192.9.5.5]/ipng",
            "http://[FEDC:BA98:7654:3210:FEDC:BA98:7654:3210]:80/index.html",
        ],
        &[
            "example.com",
            "no_scheme",
            "http://",
            "http://..",
            "http://?",
            "http://#",
            "http://.com",
            "http://invalid-.com",
            "http://-invalid.com",
            "http://example.c1",
            "http://10.1.1",
            "http://1.1.1.01",
            "http://256.1.1.1",
            "http://[::1:2::3]:8080/",
            "http://[a",
            "http://foo.bar/with space",
            "http://example.com:123456/",
            "http://example.com:/",
            "http://user:pass:word@example.com",
            "http://a@b@example.com",
            "gopher://example.com/",
            "javascript:alert(1)",
            "http://example.com\n",
        ],
    );
}

#[test]
fn null_and_blank() {
    assert_eq!(says(&field(Kind::Integer), Value::Null), "This field cannot be null.");
    assert_eq!(says(&field(Kind::Integer).null(), Value::Null), "This field cannot be blank.");
    assert_eq!(says(&field(Kind::Integer).null().blank(), Value::Null), "");
    assert_eq!(says(&field(Kind::Integer).blank(), Value::Null), "");
    assert_eq!(says(&field(Kind::Integer).db_default(1), Value::Null), "");
    assert_eq!(says(&field(Kind::Text), ""), "This field cannot be blank.");
    assert_eq!(says(&field(Kind::Email).blank(), ""), "");
    assert_eq!(says(&field(Kind::Bool), false), "");
    assert_eq!(says(&field(Kind::Integer), 0), "");
    assert_eq!(says(&field(Kind::Json), serde_json::json!({})), "This field cannot be blank.");
    assert_eq!(says(&field(Kind::Json), serde_json::json!(0)), "");
    assert_eq!(says(&field(Kind::BigAuto).primary_key(), Value::Null), "");
    assert_eq!(says(&field(Kind::DateTime).auto_now(), Value::Null), "");
}

#[test]
fn lengths_and_ranges() {
    let name = field(Kind::Char).max_length(3);
    assert_eq!(says(&name, "üüü"), "");
    assert_eq!(says(&name, "üüüü"), "Ensure this value has at most 3 characters (it has 4).");
    assert_eq!(says(&field(Kind::Char).max_length(1), "ab"), "Ensure this value has at most 1 character (it has 2).");
    assert_eq!(says(&field(Kind::Text).max_length(1), "ab"), "");
    assert_eq!(
        says(&field(Kind::Binary).max_length(1), vec![1_u8, 2]),
        "Ensure this value has at most 1 character (it has 2)."
    );
    assert_eq!(says(&field(Kind::SmallInteger), 32_768), "Ensure this value is less than or equal to 32767.");
    assert_eq!(says(&field(Kind::PositiveInteger), -1), "Ensure this value is greater than or equal to 0.");
    assert_eq!(says(&field(Kind::Integer), "many"), "“many” value must be an integer.");
    assert_eq!(says(&field(Kind::Float), "much"), "“much” value must be a float.");
    assert_eq!(says(&field(Kind::Bool), 3), "“3” value must be either True or False.");
    assert_eq!(says(&field(Kind::Date), "x"), "“x” value has an invalid date format. It must be in YYYY-MM-DD format.");
    assert_eq!(says(&field(Kind::Uuid), "x"), "“x” is not a valid UUID.");
}

#[test]
fn decimals() {
    let decimal = |max_digits, decimal_places| field(Kind::Decimal { max_digits, decimal_places });
    for (field, valid) in [
        (decimal(2, 2), ".99"),
        (decimal(2, 1), "9"),
        (decimal(3, 2), "1.1"),
        (decimal(4, 1), "981"),
        (decimal(20, 2), "742403889818000000"),
        (decimal(1, 0), "0"),
        (decimal(5, 2), "7304E-1"),
    ] {
        assert_eq!(says(&field, valid), "", "{valid}");
    }
    for (field, invalid, message) in [
        (decimal(2, 1), "0.99", "Ensure that there are no more than 1 decimal place."),
        (decimal(2, 1), "9.99", "Ensure that there are no more than 2 digits in total."),
        (decimal(2, 0), ".995", "Ensure that there are no more than 2 digits in total."),
        (decimal(3, 1), "999", "Ensure that there are no more than 2 digits before the decimal point."),
        (decimal(2, 1), "99", "Ensure that there are no more than 1 digit before the decimal point."),
        (decimal(2, 1), "x", "“x” value must be a decimal number."),
    ] {
        assert_eq!(says(&field, invalid), message, "{invalid}");
    }
}

#[test]
fn choices() {
    let choice = |value: &str| Choice { value: value.into(), label: value.to_uppercase() };
    let size = field(Kind::Char).max_length(1).choices(vec![choice("s"), choice("m")]);
    assert_eq!(says(&size, "s"), "");
    assert_eq!(says(&size, "x"), "Value 'x' is not a valid choice.");
    assert_eq!(says(&size, ""), "This field cannot be blank.");
    assert_eq!(says(&size.blank(), ""), "");
    let number = field(Kind::Integer).choices(vec![Choice { value: 1.into(), label: "One".into() }]);
    assert_eq!(says(&number, "1"), "");
}

#[test]
fn validators() {
    let with = |kind, validator| field(kind).validator(validator);
    let least = with(Kind::Integer, Validator::MinValue(3.into()));
    assert_eq!(says(&least, 3), "");
    assert_eq!(says(&least, 2), "Ensure this value is greater than or equal to 3.");
    let most = with(Kind::Date, Validator::MaxValue("2024-02-29".into()));
    assert_eq!(says(&most, "2024-02-29"), "");
    assert_eq!(says(&most, "2024-03-01"), "Ensure this value is less than or equal to 2024-02-29.");
    let price = with(Kind::Decimal { max_digits: 5, decimal_places: 2 }, Validator::MinValue("0.01".into()));
    assert_eq!(says(&price, "0"), "Ensure this value is greater than or equal to 0.01.");
    let short = with(Kind::Text, Validator::MinLength(2));
    assert_eq!(says(&short, "a"), "Ensure this value has at least 2 characters (it has 1).");
    let long = with(Kind::Text, Validator::MaxLength(2));
    assert_eq!(says(&long, "abc"), "Ensure this value has at most 2 characters (it has 3).");
    let digits = with(Kind::Text, Validator::Regex(r"^\d+\Z".into()));
    assert_eq!(says(&digits, "12"), "");
    assert_eq!(says(&digits, "12\n"), "Enter a valid value.");
    let no_reserved = with(Kind::Text, Validator::Regex(r"^(?!admin$)\w+$".into()));
    assert_eq!(says(&no_reserved, "ann"), "");
    assert_eq!(says(&no_reserved, "admin"), "Enter a valid value.");
    assert_eq!(says(&with(Kind::Text, Validator::Email), "x"), "Enter a valid email address.");
    let check = |value: &Value| match value {
        Value::Int(number) if number % 2 != 0 => Err(Error::Validation(format!("{number} is odd."))),
        _ => Ok(()),
    };
    let even = with(Kind::Integer, Validator::Custom { name: "even", check }).validator(Validator::MaxValue(2.into()));
    assert_eq!(says(&even, 2), "");
    assert_eq!(says(&even, 3), "3 is odd. Ensure this value is less than or equal to 2.");
    assert_eq!(says(&even.null().blank(), Value::Null), "");
}

#[test]
fn whole_objects() {
    let registry = Registry::build([
        ModelMeta::new("blog", "Post")
            .field(FieldMeta::new("title", Kind::Char).max_length(5))
            .field(FieldMeta::new("slug", Kind::Slug))
            .field(FieldMeta::foreign_key("author", "User", OnDelete::Cascade)),
        ModelMeta::new("blog", "User").field(FieldMeta::new("id", Kind::SmallAuto).primary_key()),
    ])
    .unwrap();
    let post = registry.model("blog.Post").unwrap();
    let clean = |values: [Value; 4]| full_clean(&registry, post, &|place| Ok(values[place].clone()));
    assert_eq!(clean([Value::Null, "Rust".into(), "rust".into(), 1.into()]), Ok(()));
    let error = clean([Value::Null, "embellie".into(), "a b".into(), Value::Null]).unwrap_err();
    assert_eq!(error.class(), "ValidationError");
    assert_eq!(
        error.to_string(),
        "blog.Post is not valid: \
         title: Ensure this value has at most 5 characters (it has 8). \
         slug: Enter a valid “slug” consisting of letters, numbers, underscores or hyphens. \
         author: This field cannot be null."
    );
    let Error::Invalid { fields, .. } = error else { unreachable!("{error}") };
    assert_eq!(fields.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["title", "slug", "author"]);
    let unreadable = full_clean(&registry, post, &|_| Err(Error::Value("too large".into()))).unwrap_err();
    assert!(unreadable.to_string().contains("title: too large"));
}
