//! Every function, with the values that it has in Django, the same on every database.

use blog::*;
use embellie::functions::*;
use embellie::prelude::*;
use embellie::typed::Expression;
use embellie_suite::{Kind, Outcome, refused};
use uuid::Uuid;

embellie_suite::on_every_database! { documented:
    texts,
    hashes,
    numbers,
    angles,
    parts_of_dates,
    dates_cut_down,
    what_is_made,
    what_is_null,
}

async fn rows(db: &Database) -> Outcome {
    let ann = new!(User { name: "Ännchen", email: " a@x.org " }).create(db).await?;
    let at: Timestamp = "2024-12-30T22:45:30.123456Z".parse()?;
    let post = new!(Post { title: "Ten", author: &ann, views: 10 }).create(db).await?;
    Post::objects().filter(q!(id = post.id)).update(set!(created_at = at), db).await?;
    Ok(())
}

/// Checks what expressions over the one row of a model give.
macro_rules! gives {
    ($db:expr, $model:ty: $($expr:expr => $expected:expr;)+) => {$({
        let expr: Expression<$model, _, _, _> = $expr;
        let value = <$model>::objects().values_list(&expr).get($db).await;
        let value = value.unwrap_or_else(|error| panic!("{expr:?}: {error}"));
        assert_eq!(value, $expected, "{expr:?}");
        // The same in a condition and an ordering.
        let found = <$model>::objects().filter(expr.isnull(false)).order_by(expr.desc()).count($db).await?;
        assert_eq!(found, 1, "{expr:?}");
    })+};
}

/// As `gives`, for numbers that are nearly equal.
macro_rules! about {
    ($db:expr, $model:ty: $($expr:expr => $expected:expr;)+) => {$({
        let expr: Expression<$model, f64, _, _> = $expr;
        let value: f64 = <$model>::objects().values_list(&expr).get($db).await?;
        assert!((value - $expected).abs() < 1e-9, "{expr:?}: {value} is not {}", $expected);
    })+};
}

async fn texts(db: &Database) -> Outcome {
    rows(db).await?;
    gives! { db, User:
        Lower(User::name) => "ännchen";
        Upper(User::name) => "ÄNNCHEN";
        Length(User::name) => 7;
        Reverse(User::name) => "nehcnnÄ";
        Left(User::name, 3) => "Änn";
        Right(User::name, 4) => "chen";
        Repeat(User::name, 2) => "ÄnnchenÄnnchen";
        Replace(User::name, "n", "m") => "Ämmchem";
        Replace(User::name, "Änn", "") => "chen";
        Substr(User::name, 2, 3) => "nnc";
        User::name.slice(1..4) => "nnc";
        StrIndex(User::name, "chen") => 4;
        StrIndex(User::name, "x") => 0;
        LPad(User::name, 10, "*-") => "*-*Ännchen";
        RPad(User::name, 10, "*-") => "Ännchen*-*";
        LPad(User::name, 3, "*") => "Änn";
        Trim(User::email) => "a@x.org";
        LTrim(User::email) => "a@x.org ";
        RTrim(User::email) => " a@x.org";
        Ord(User::name) => 196;
        Chr(User::id + 64) => "A";
        Concat((User::name, " <", Trim(User::email), ">")) => "Ännchen <a@x.org>";
        Collate(User::name, match Kind::of(db) { Kind::Sqlite => "nocase", Kind::Postgres => "C" }) => "Ännchen";
        Coalesce((User::name, "nobody")) => "Ännchen";
    }
    gives! { db, Post:
        Coalesce((Post::subtitle, Post::title, "none")) => "Ten";
        Concat((Post::subtitle, "!")) => "!";
        Greatest((Post::views, 11)) => 11;
        Least((Post::views, 11)) => 10;
        Cast::<String, _, _>(Post::views) => "10";
        Cast::<f64, _, _>(Post::views) => 10.0;
    }
    refused(User::objects().values_list(Left(User::name, -1)).get(db).await, "ValueError");
    refused(User::objects().values_list(Substr(User::name, 0, 1)).get(db).await, "ValueError");
    refused(User::objects().values_list(Collate(User::name, "a\"; DROP")).get(db).await, "ValueError");
    Ok(())
}

async fn hashes(db: &Database) -> Outcome {
    let ann = new!(User { name: "abc", email: "a@x.org" }).create(db).await?;
    assert_eq!(ann.name, "abc");
    gives! { db, User:
        Md5(User::name) => "900150983cd24fb0d6963f7d28e17f72";
        Sha256(User::name) => "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        Sha224(User::name) => "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7";
        Sha384(User::name) => "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7";
        Sha512(User::name) => "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    }
    if Kind::of(db) == Kind::Postgres {
        db.cursor().execute("CREATE EXTENSION IF NOT EXISTS pgcrypto", ()).await?;
    }
    gives! { db, User:
        Sha1(User::name) => "a9993e364706816aba3e25717850c26c9cd0d89d";
    }
    Ok(())
}

async fn numbers(db: &Database) -> Outcome {
    rows(db).await?;
    gives! { db, Post:
        Abs(Post::views - 13) => 3;
        Sign(Post::views - 13) => -1;
        Ceil(Post::views) => 10;
        Floor(Post::views) => 10;
        Round(Post::views, 0) => 10;
        Post::views.f().pow(2) => 100;
        Post::views.f().bitand(6) => 2;
        Post::views.f().bitor(5) => 15;
        Post::views.f().bitxor(3) => 9;
        Post::views.f().shl(2) => 40;
        Post::views.f().shr(1) => 5;
        Post::views % 4 => 2;
        Post::views * 2 - 1 => 19;
        NullIf(Post::views, 11) => Some(10);
    }
    about! { db, Post:
        Exp(Post::views - 9) => std::f64::consts::E;
        Ln(Post::views) => 10.0_f64.ln();
        Log(10, Post::views) => 1.0;
        Sqrt(Post::views) => 10.0_f64.sqrt();
        Power(Post::views, 3) => 1000.0;
        Mod(Post::views, 4) => 2.0;
        Pi() => std::f64::consts::PI;
        Cast::<f64, _, _>(Post::views) / 4 => 2.5;
    }
    let random: f64 = Post::objects().values_list(Random()).get(db).await?;
    assert!((0.0..1.0).contains(&random));
    Ok(())
}

async fn angles(db: &Database) -> Outcome {
    rows(db).await?;
    about! { db, Post:
        Sin(Post::views) => 10.0_f64.sin();
        Cos(Post::views) => 10.0_f64.cos();
        Tan(Post::views) => 10.0_f64.tan();
        Cot(Post::views) => 1.0 / 10.0_f64.tan();
        ASin(Post::views - 9) => 1.0_f64.asin();
        ACos(Post::views - 10) => 0.0_f64.acos();
        ATan(Post::views) => 10.0_f64.atan();
        ATan2(Post::views, 3) => 10.0_f64.atan2(3.0);
        Degrees(Post::views) => 10.0_f64.to_degrees();
        Radians(Post::views) => 10.0_f64.to_radians();
    }
    Ok(())
}

async fn parts_of_dates(db: &Database) -> Outcome {
    rows(db).await?;
    // A Monday in the last days of December, which belong to the first ISO week of the next year.
    gives! { db, Post:
        ExtractYear(Post::created_at) => 2024;
        ExtractIsoYear(Post::created_at) => 2025;
        ExtractQuarter(Post::created_at) => 4;
        ExtractMonth(Post::created_at) => 12;
        ExtractWeek(Post::created_at) => 1;
        ExtractDay(Post::created_at) => 30;
        ExtractWeekDay(Post::created_at) => 2;
        ExtractIsoWeekDay(Post::created_at) => 1;
        ExtractHour(Post::created_at) => 22;
        ExtractMinute(Post::created_at) => 45;
        ExtractSecond(Post::created_at) => 30;
        ExtractHour(Post::created_at).in_time_zone("Europe/Berlin") => 23;
        ExtractHour(Post::created_at).in_time_zone("Asia/Kolkata") => 4;
        ExtractDay(Post::created_at).in_time_zone("Asia/Kolkata") => 31;
    }
    let at = Post::created_at;
    let condition = at.year().eq(2024) & at.iso_year().eq(2025) & at.quarter().gt(3) & at.month().range(11..=12);
    let condition = condition & at.week().lt(2) & at.day().eq(30) & at.week_day().eq(2) & at.iso_week_day().eq(1);
    let condition = condition & at.hour().gte(22) & at.minute().eq(45) & at.second().lte(30);
    assert_eq!(Post::objects().filter(condition).count(db).await?, 1);
    let next_day = Post::objects().in_time_zone("Asia/Kolkata").filter(q!(created_at__day = 31, created_at__hour = 4));
    assert_eq!(next_day.count(db).await?, 1);
    let same = Post::objects().filter(q!(created_at__year__gte = 2024, created_at__month__in = [1, 12]));
    assert_eq!(same.count(db).await?, 1);
    refused(Post::objects().in_time_zone("No/Where").filter(q!(created_at__day = 31)).count(db).await, "ValueError");
    Ok(())
}

async fn dates_cut_down(db: &Database) -> Outcome {
    rows(db).await?;
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    gives! { db, Post:
        TruncYear(Post::created_at) => at("2024-01-01T00:00:00Z");
        TruncQuarter(Post::created_at) => at("2024-10-01T00:00:00Z");
        TruncMonth(Post::created_at) => at("2024-12-01T00:00:00Z");
        TruncWeek(Post::created_at) => at("2024-12-30T00:00:00Z");
        TruncDay(Post::created_at) => at("2024-12-30T00:00:00Z");
        TruncHour(Post::created_at) => at("2024-12-30T22:00:00Z");
        TruncMinute(Post::created_at) => at("2024-12-30T22:45:00Z");
        TruncSecond(Post::created_at) => at("2024-12-30T22:45:30Z");
        TruncDate(Post::created_at) => jiff::civil::date(2024, 12, 30);
        TruncDate(Post::created_at).in_time_zone("Asia/Kolkata") => jiff::civil::date(2024, 12, 31);
        TruncDay(Post::created_at).in_time_zone("Asia/Kolkata") => at("2024-12-30T18:30:00Z");
    }
    let time = Post::objects().values_list(TruncTime(Post::created_at)).get(db).await?;
    assert_eq!((time.hour(), time.minute(), time.second()), (22, 45, 30));
    Ok(())
}

async fn what_is_made(db: &Database) -> Outcome {
    rows(db).await?;
    let (one, two): (Uuid, Uuid) = User::objects().values_list((Uuid4(), Uuid4())).get(db).await?;
    assert!(one != two && one.get_version_num() == 4);
    let grown = User::objects().values_list(Uuid7()).get(db).await;
    match grown {
        Ok(uuid) => assert_eq!(uuid.get_version_num(), 7),
        // Servers learned it late.
        Err(error) => assert_eq!(error.class(), "NotSupportedError"),
    }
    let now = User::objects().values_list(Now()).get(db).await?;
    let age = Timestamp::now().duration_since(now).abs();
    assert!(age.as_secs() < 600, "{now}");
    let hex = Func("HEX", (User::id + 30,))
        .template("postgres", "UPPER(to_hex({0}))")
        .template("sqlite", "PRINTF('%X', {0})");
    let hex: Expression<User, String, _> = hex.returns::<String>();
    assert_eq!(User::objects().values_list(hex).get(db).await?.as_deref(), Some("1F"));
    Ok(())
}

async fn what_is_null(db: &Database) -> Outcome {
    rows(db).await?;
    let nothing = Post::objects().values_list((
        Lower(Post::subtitle),
        Length(Post::subtitle),
        Left(Post::subtitle, 1),
        NullIf(Post::views, 10),
        Coalesce((Post::subtitle, Post::subtitle)),
    ));
    assert_eq!(nothing.get(db).await?, (None, None, None, None, None));
    Ok(())
}
