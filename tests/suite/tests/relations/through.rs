//! What is read beforehand through models between, in the order of a set, and along inherited links.

use embellie::{Database, Record, Value};
use embellie_suite::{Outcome, create, object, q, rows, texts};

mod linked {
    use super::*;

    embellie_suite::on_every_database! { links:
        rows_between_are_read_with_their_ends,
        rows_between_get_what_they_are_given,
    }

    async fn person(name: &str, db: &Database) -> Outcome<Record> {
        create(db, "links.Person", &[("name", name.into())]).await
    }

    async fn club(name: &str, db: &Database) -> Outcome<Record> {
        create(db, "links.Club", &[("name", name.into())]).await
    }

    fn names(records: &[Record]) -> Vec<&Value> {
        records.iter().map(|record| record.get("name").unwrap()).collect()
    }

    async fn rows_between_are_read_with_their_ends(db: &Database) -> Outcome {
        let (ann, bob, _) = (person("Ann", db).await?, person("Bob", db).await?, person("Cid", db).await?);
        let (chess, choir) = (club("Chess", db).await?, club("Choir", db).await?);
        for (who, club, role) in [(&ann, &chess, "chair"), (&ann, &choir, "cook"), (&bob, &chess, "member")] {
            let fields = [("person", who.key().clone()), ("club", club.key().clone()), ("role", role.into())];
            create(db, "links.Membership", &fields).await?;
        }
        let asked = db.capture();
        let people = rows(db, "links.Person").prefetch(["clubs", "membership_set__club"]).order_by("name");
        let people = people.all(db).await?;
        assert_eq!(asked.len(), 4, "{:?}", asked.statements());
        let mut clubs = names(people[0].prefetched("clubs")?);
        clubs.sort_by_key(ToString::to_string);
        assert_eq!(clubs, [&"Chess".into(), &"Choir".into()]);
        assert_eq!(names(people[1].prefetched("clubs")?), [&"Chess".into()]);
        assert_eq!(people[2].prefetched("clubs")?.len(), 0);
        let mut roles: Vec<String> = Vec::new();
        for membership in people.iter().flat_map(|person| person.prefetched("membership_set").unwrap()) {
            let (person, club) = (membership.selected("person").flatten(), membership.selected("club").flatten());
            let (person, club) = (person.unwrap().get("name")?, club.unwrap().get("name")?);
            roles.push(format!("{person} {club} {}", membership.get("role")?));
        }
        roles.sort();
        assert_eq!(roles, ["'Ann' 'Chess' 'chair'", "'Ann' 'Choir' 'cook'", "'Bob' 'Chess' 'member'"]);
        // Those of some rows between only.
        let cooks = rows(db, "links.Club").filter(q("membership__role", "cook"));
        let people = rows(db, "links.Person").prefetch(embellie::Prefetch::new("clubs", cooks));
        let people = people.order_by("name").all(db).await?;
        assert_eq!(names(people[0].prefetched("clubs")?), [&"Choir".into()]);
        assert_eq!(people[1].prefetched("clubs")?.len(), 0);
        // The other way.
        let clubs = rows(db, "links.Club").prefetch(["members"]).order_by("name").all(db).await?;
        assert_eq!(
            (clubs[0].prefetched("members")?.len(), names(clubs[1].prefetched("members")?)),
            (2, vec![&"Ann".into()])
        );
        Ok(())
    }

    async fn rows_between_get_what_they_are_given(db: &Database) -> Outcome {
        let (ann, bob) = (person("Ann", db).await?, person("Bob", db).await?);
        let chess = club("Chess", db).await?;
        let read = rows(db, "links.Club").prefetch(["members"]).all(db).await?;
        let as_cook = [("role", Value::from("cook")), ("invited_by", ann.key().clone())];
        read[0].related("members")?.through_defaults(as_cook).add(&[&ann, &bob], db).await?;
        assert_eq!(read[0].related("members")?.all(db).await?.len(), 2, "what was read before is read anew");
        let between = || rows(db, "links.Membership").order_by("id");
        assert_eq!(texts(between(), "role", db).await?, ["cook", "cook"]);
        assert_eq!(texts(between(), "invited_by__name", db).await?, ["Ann", "Ann"]);
        // Those that are there keep what they hold.
        let members = chess.related("members")?;
        members.clone().through_defaults([("role", "chair")]).set(&[&bob], db).await?;
        assert_eq!(texts(between(), "role", db).await?, ["cook"]);
        let eve = object(db, "links.Person", &[("name", "Eve".into())])?;
        members.through_defaults([("role", "chair")]).create(eve, db).await?;
        assert_eq!(texts(between(), "role", db).await?, ["cook", "chair"]);
        Ok(())
    }
}

mod ordered {
    use super::*;

    embellie_suite::on_every_database! { ordered:
        sets_come_in_their_own_order,
    }

    /// A model whose rows have an order among those of one owner: Django's `order_with_respect_to`.
    async fn sets_come_in_their_own_order(db: &Database) -> Outcome {
        for name in ["one", "two"] {
            create(db, "ordered.Question", &[("text", name.into())]).await?;
        }
        for (question, text, order) in [(1, "c", 2), (2, "y", 1), (1, "a", 0), (2, "x", 0), (1, "b", 1)] {
            let fields = [("question_id", question.into()), ("text", text.into()), ("_order", order.into())];
            create(db, "ordered.Answer", &fields).await?;
        }
        let of = |question: &Record| -> Vec<String> {
            let answers = question.prefetched("answers").unwrap();
            answers.iter().map(|answer| answer.get("text").unwrap().to_string()).collect()
        };
        let questions = rows(db, "ordered.Question").prefetch(["answers"]).order_by("id").all(db).await?;
        assert_eq!(
            (of(&questions[0]), of(&questions[1])),
            (vec!["'a'".into(), "'b'".into(), "'c'".into()], vec!["'x'".into(), "'y'".into()])
        );
        let first = embellie::Prefetch::new("answers", rows(db, "ordered.Answer").limit(1));
        let questions = rows(db, "ordered.Question").prefetch(first).order_by("id").all(db).await?;
        assert_eq!((of(&questions[0]), of(&questions[1])), (vec!["'a'".into()], vec!["'x'".into()]));
        // One that is not read beforehand, for all rows at once.
        for question in &rows(db, "ordered.Question").order_by("id").all(db).await? {
            let answers = question.related("answers")?.all(db).await?;
            assert!(answers.is_sorted_by_key(|answer| embellie_suite::int(answer.get("_order").unwrap())));
        }
        Ok(())
    }
}

mod inherited {
    use super::*;

    embellie_suite::on_every_database! { places:
        links_are_read_beforehand,
    }

    async fn links_are_read_beforehand(db: &Database) -> Outcome {
        for (place, name) in [(1, "Moon"), (2, "Sun"), (3, "Hill")] {
            create(db, "places.Place", &[("name", name.into())]).await?;
            let day = "2024-01-02".into();
            create(db, "places.Visit", &[("place_id", place.into()), ("day", day)]).await?;
        }
        for (place, drinks) in [(1, "gin"), (2, "tea")] {
            let mut restaurant =
                object(db, "places.Restaurant", &[("place_ptr_id", place.into()), ("stars", 2.into())])?;
            restaurant.save(db).await?;
            let mut bar = object(db, "places.Bar", &[("restaurant_ptr_id", place.into()), ("drinks", drinks.into())])?;
            bar.save(db).await?;
        }
        // Up, by the links that a bar has; and what is related to the place that it is.
        let asked = db.capture();
        let bars =
            rows(db, "places.Bar").prefetch(["restaurant_ptr__place_ptr__visits"]).order_by("pk").all(db).await?;
        assert_eq!(asked.len(), 4);
        for (bar, name) in bars.iter().zip(["Moon", "Sun"]) {
            let place = bar.selected("restaurant_ptr").flatten().unwrap().selected("place_ptr").flatten().unwrap();
            assert_eq!((place.get("name")?, place.prefetched("visits")?.len()), (&name.into(), 1));
        }
        // Down, to what adds columns to a place, where something does.
        let places = rows(db, "places.Place").prefetch(["restaurant__bar"]).order_by("id").all(db).await?;
        assert_eq!(asked.len(), 7);
        let drinks = |place: &Record| -> Outcome<Vec<String>> {
            let mut all = Vec::new();
            for restaurant in place.prefetched("restaurant")? {
                for bar in restaurant.prefetched("bar")? {
                    all.push(bar.get("drinks")?.to_string());
                }
            }
            Ok(all)
        };
        assert_eq!((drinks(&places[0])?, drinks(&places[2])?), (vec!["'gin'".to_owned()], vec![]));
        Ok(())
    }
}
