//! Relations as sets: many-to-many both ways, with themselves, through a model, and the ways back of foreign keys.

use embellie::{Database, Record, Value};
use embellie_suite::{Outcome, create, object, q, refused, rows, texts};

embellie_suite::on_every_database! { links:
    objects_are_added_and_taken_out,
    friendship_goes_both_ways,
    idols_do_not_know_their_fans,
    through_a_model_with_more_to_say,
    foreign_keys_backwards,
    foreign_keys_to_another_field_than_the_key,
    one_to_one,
    sets_of_objects_without_a_row,
    sets_take_few_statements,
}

async fn people<const LEN: usize>(db: &Database, names: [&str; LEN]) -> Outcome<[Record; LEN]> {
    let mut people = Vec::new();
    for name in names {
        people.push(create(db, "links.Person", &[("name", name.into())]).await?);
    }
    Ok(people.try_into().unwrap())
}

/// The names of what a relation leads to.
async fn names(record: &Record, relation: &str, db: &Database) -> Outcome<Vec<String>> {
    texts(record.related(relation)?.objects().order_by(["name", "pk"]), "name", db).await
}

async fn objects_are_added_and_taken_out(db: &Database) -> Outcome {
    let [ann, bob, cid, dan] = &people(db, ["Ann", "Bob", "Cid", "Dan"]).await?;
    let idols = ann.related("idols")?;
    idols.add(&[bob, cid], db).await?;
    idols.add(&[cid, dan, dan], db).await?;
    assert_eq!(names(ann, "idols", db).await?, ["Bob", "Cid", "Dan"], "each once");
    idols.remove(&[bob], db).await?;
    idols.remove(&[bob], db).await?;
    assert_eq!(names(ann, "idols", db).await?, ["Cid", "Dan"]);
    idols.set(&[bob, cid], db).await?;
    assert_eq!(names(ann, "idols", db).await?, ["Bob", "Cid"]);
    idols.set(&[], db).await?;
    assert_eq!(names(ann, "idols", db).await?, [""; 0]);
    idols.add(&[], db).await?;
    idols.add(&[ann, bob], db).await?;
    idols.clear(db).await?;
    assert_eq!(rows(db, "links.Person_idols").count(db).await?, 0);
    let eve = idols.create(object(db, "links.Person", &[("name", "Eve".into())])?, db).await?;
    assert_eq!(names(ann, "idols", db).await?, ["Eve"]);
    assert_eq!(names(&eve, "fans", db).await?, ["Ann"]);
    assert_eq!(rows(db, "links.Person").count(db).await?, 5);
    assert_eq!(idols.objects().filter(q("name__startswith", "E")).count(db).await?, 1);
    let message = refused(ann.related("idol").map(drop), "FieldError");
    assert!(message.contains("idols"), "{message}");
    Ok(())
}

async fn friendship_goes_both_ways(db: &Database) -> Outcome {
    let [ann, bob, cid] = &people(db, ["Ann", "Bob", "Cid"]).await?;
    ann.related("friends")?.add(&[bob], db).await?;
    bob.related("friends")?.add(&[cid, ann], db).await?;
    assert_eq!(names(ann, "friends", db).await?, ["Bob"]);
    assert_eq!(names(bob, "friends", db).await?, ["Ann", "Cid"]);
    assert_eq!(names(cid, "friends", db).await?, ["Bob"]);
    assert_eq!(rows(db, "links.Person_friends").count(db).await?, 4, "a row each way");
    bob.related("friends")?.remove(&[ann], db).await?;
    assert_eq!(names(ann, "friends", db).await?, [""; 0]);
    bob.related("friends")?.set(&[ann], db).await?;
    assert_eq!(names(cid, "friends", db).await?, [""; 0]);
    assert_eq!(names(ann, "friends", db).await?, ["Bob"]);
    cid.related("friends")?.add(&[cid], db).await?;
    assert_eq!(names(cid, "friends", db).await?, ["Cid"], "one's own friend");
    assert_eq!(rows(db, "links.Person_friends").count(db).await?, 3);
    ann.related("friends")?.clear(db).await?;
    assert_eq!(names(bob, "friends", db).await?, [""; 0]);
    cid.related("friends")?.clear(db).await?;
    assert_eq!(rows(db, "links.Person_friends").count(db).await?, 0);
    ann.related("friends")?.add(&[bob, cid], db).await?;
    assert_eq!(texts(rows(db, "links.Person").filter(q("friends__name", "Ann")), "name", db).await?.len(), 2);
    assert_eq!(
        texts(rows(db, "links.Person").exclude(q("friends__name", "Bob")).order_by("name"), "name", db).await?,
        ["Bob", "Cid"]
    );
    Ok(())
}

async fn idols_do_not_know_their_fans(db: &Database) -> Outcome {
    let [ann, bob, cid] = &people(db, ["Ann", "Bob", "Cid"]).await?;
    ann.related("idols")?.add(&[bob], db).await?;
    assert_eq!(names(bob, "idols", db).await?, [""; 0]);
    assert_eq!(names(bob, "fans", db).await?, ["Ann"]);
    bob.related("fans")?.add(&[cid], db).await?;
    assert_eq!(names(cid, "idols", db).await?, ["Bob"]);
    bob.related("idols")?.add(&[ann], db).await?;
    bob.related("fans")?.set(&[bob], db).await?;
    assert_eq!(names(ann, "idols", db).await?, [""; 0]);
    assert_eq!(names(bob, "idols", db).await?, ["Ann", "Bob"]);
    assert_eq!(names(bob, "fans", db).await?, ["Bob"]);
    let people = rows(db, "links.Person").order_by("name");
    assert_eq!(texts(people.clone().filter(q("fans__name", "Bob")), "name", db).await?, ["Ann", "Bob"]);
    assert_eq!(texts(people.filter(q("idols__name", "Bob")), "name", db).await?, ["Bob"]);
    Ok(())
}

async fn through_a_model_with_more_to_say(db: &Database) -> Outcome {
    let [ann, bob] = &people(db, ["Ann", "Bob"]).await?;
    let chess = &create(db, "links.Club", &[("name", "Chess".into())]).await?;
    let choir = &create(db, "links.Club", &[("name", "Choir".into())]).await?;
    let member = async |person: &Record, club: &Record, invited_by: Value, role: &str| {
        let fields = [
            ("person", person.key().clone()),
            ("club", club.key().clone()),
            ("invited_by", invited_by),
            ("role", role.into()),
        ];
        create(db, "links.Membership", &fields).await
    };
    member(ann, chess, Value::Null, "chair").await?;
    member(bob, chess, ann.key().clone(), "member").await?;
    assert_eq!(names(chess, "members", db).await?, ["Ann", "Bob"]);
    assert_eq!(names(bob, "clubs", db).await?, ["Chess"], "not by who invited whom");
    assert_eq!(names(ann, "clubs", db).await?, ["Chess"]);
    // add() makes the rows between with their defaults, and none where there is one.
    bob.related("clubs")?.add(&[choir, chess], db).await?;
    assert_eq!(names(bob, "clubs", db).await?, ["Chess", "Choir"]);
    let added = rows(db, "links.Membership").filter(q("club__name", "Choir")).get(db).await?;
    assert_eq!([added.get("role")?, added.get("invited_by")?], [&"member".into(), &Value::Null]);
    // A second membership of the same club is another row, and one more match.
    member(ann, chess, Value::Null, "cook").await?;
    assert_eq!(names(ann, "clubs", db).await?, ["Chess", "Chess"]);
    assert_eq!(rows(db, "links.Person").filter(q("membership__role", "cook")).count(db).await?, 1);
    // The relation goes through the very rows that the model between has: one call speaks of one of them.
    let (named, role) = (|| q("members__name", "Ann"), || q("membership__role", "member"));
    assert_eq!(rows(db, "links.Club").filter(named() & role()).count(db).await?, 0);
    assert_eq!(rows(db, "links.Club").filter(named()).filter(role()).distinct().count(db).await?, 1);
    chess.related("members")?.remove(&[ann], db).await?;
    assert_eq!(names(ann, "clubs", db).await?, [""; 0], "all of them");
    chess.related("members")?.clear(db).await?;
    assert_eq!(rows(db, "links.Membership").count(db).await?, 1);
    choir.related("members")?.set(&[ann], db).await?;
    assert_eq!(names(choir, "members", db).await?, ["Ann"]);
    Ok(())
}

async fn foreign_keys_backwards(db: &Database) -> Outcome {
    let [ann, bob, cid] = &people(db, ["Ann", "Bob", "Cid"]).await?;
    let ulm = &create(db, "links.Town", &[("name", "Ulm".into())]).await?;
    let bonn = &create(db, "links.Town", &[("name", "Bonn".into())]).await?;
    let citizens = ulm.related("person_set")?;
    citizens.add(&[ann, bob], db).await?;
    assert_eq!(names(ulm, "person_set", db).await?, ["Ann", "Bob"]);
    bonn.related("person_set")?.add(&[bob], db).await?;
    assert_eq!(names(ulm, "person_set", db).await?, ["Ann"], "who moves is not there any more");
    citizens.set(&[bob, cid], db).await?;
    assert_eq!(names(ulm, "person_set", db).await?, ["Bob", "Cid"]);
    assert_eq!(rows(db, "links.Person").filter(q("home__isnull", true)).count(db).await?, 1, "Ann");
    citizens.remove(&[bob], db).await?;
    // Bob does not live in Bonn, so nothing is to be taken out there.
    bonn.related("person_set")?.remove(&[cid], db).await?;
    assert_eq!(names(ulm, "person_set", db).await?, ["Cid"]);
    citizens.clear(db).await?;
    assert_eq!(rows(db, "links.Person").filter(q("home__isnull", true)).count(db).await?, 3);
    let eve = citizens.create(object(db, "links.Person", &[("name", "Eve".into())])?, db).await?;
    assert_eq!(eve.related_one("home", db).await?.unwrap().get("name")?, &"Ulm".into());
    let club = create(db, "links.Club", &[("name", "Chess".into())]).await?;
    let membership =
        create(db, "links.Membership", &[("person", ann.key().clone()), ("club", club.key().clone())]).await?;
    let message = refused(club.related("membership_set")?.remove(&[&membership], db).await, "TypeError");
    assert!(message.contains("Membership.club"), "{message}");
    refused(club.related("membership_set")?.clear(db).await, "TypeError");
    Ok(())
}

async fn foreign_keys_to_another_field_than_the_key(db: &Database) -> Outcome {
    create(db, "links.Country", &[("name", "Nowhere".into()), ("code", "NN".into())]).await?;
    let germany = &create(db, "links.Country", &[("name", "Germany".into()), ("code", "DE".into())]).await?;
    let ulm = create(db, "links.Town", &[("name", "Ulm".into()), ("country", "DE".into())]).await?;
    let york = create(db, "links.Town", &[("name", "York".into())]).await?;
    assert_eq!(ulm.get("country_id")?, &"DE".into());
    assert_eq!(ulm.related_one("country", db).await?.unwrap(), *germany);
    let towns = |path: &str, value: Value| rows(db, "links.Town").filter(q(path, value)).order_by("name");
    for (path, value) in [
        ("country", "DE".into()),
        ("country_id", "DE".into()),
        ("country__code", "DE".into()),
        ("country__name", "Germany".into()),
        ("country__in", Value::List(vec!["DE".into(), "FR".into()])),
        ("country__id", germany.key().clone()),
        ("country__pk", germany.key().clone()),
        ("country__code__startswith", "D".into()),
    ] {
        assert_eq!(texts(towns(path, value.clone()), "name", db).await?, ["Ulm"], "{path}={value}");
    }
    let countries = rows(db, "links.Country").filter(q("name__startswith", "G"));
    assert_eq!(texts(rows(db, "links.Town").filter(q("country__in", countries)), "name", db).await?, ["Ulm"]);
    assert_eq!(texts(rows(db, "links.Country").filter(q("towns__name", "Ulm")), "name", db).await?, ["Germany"]);
    assert_eq!(texts(rows(db, "links.Country").exclude(q("towns__name", "Ulm")), "name", db).await?, ["Nowhere"]);
    germany.related("towns")?.add(&[&york], db).await?;
    assert_eq!(names(germany, "towns", db).await?, ["Ulm", "York"]);
    germany.related("towns")?.set(&[&york], db).await?;
    assert_eq!(names(germany, "towns", db).await?, ["York"]);
    let deleted = rows(db, "links.Country").filter(q("code", "DE")).delete(db).await?;
    assert_eq!((deleted.per_model["links.Country"], deleted.per_model["links.Town"]), (1, 1));
    assert_eq!(texts(rows(db, "links.Town"), "name", db).await?, ["Ulm"]);
    Ok(())
}

async fn one_to_one(db: &Database) -> Outcome {
    let [ann, bob] = &people(db, ["Ann", "Bob"]).await?;
    let passport = create(db, "links.Passport", &[("number", "N1".into()), ("person", ann.key().clone())]).await?;
    assert_eq!(passport.related_one("person", db).await?.unwrap(), *ann);
    let mut second = object(db, "links.Passport", &[("number", "N2".into()), ("person", ann.key().clone())])?;
    refused(second.save(db).await, "IntegrityError");
    let people = rows(db, "links.Person").order_by("name");
    assert_eq!(texts(people.clone().filter(q("passport__number", "N1")), "name", db).await?, ["Ann"]);
    assert_eq!(texts(people.clone().filter(q("passport", "N1")), "name", db).await?, ["Ann"]);
    assert_eq!(texts(people.clone().filter(q("passport__isnull", true)), "name", db).await?, ["Bob"]);
    assert_eq!(texts(people.clone().exclude(q("passport__number", "N1")), "name", db).await?, ["Bob"]);
    assert_eq!(people.clone().text_values(["name", "passport__number"]).all(db).await?.len(), 2);
    assert_eq!(
        texts(people.clone().order_by("-passport__number").filter(q("passport__isnull", false)), "name", db).await?,
        ["Ann"]
    );
    second.set("person", bob.key().clone())?;
    second.save(db).await?;
    assert_eq!(
        rows(db, "links.Person").filter(q("pk", bob.key().clone())).delete(db).await?.per_model["links.Passport"],
        1
    );
    Ok(())
}

async fn sets_of_objects_without_a_row(db: &Database) -> Outcome {
    let [ann] = &people(db, ["Ann"]).await?;
    let unsaved = object(db, "links.Person", &[("name", "Nobody".into())])?;
    refused(ann.related("idols")?.add(&[&unsaved], db).await, "ValueError");
    refused(unsaved.related("idols")?.add(&[ann], db).await, "ValueError");
    refused(unsaved.related("idols")?.all(db).await, "ValueError");
    refused(unsaved.related("idols")?.clear(db).await, "ValueError");
    refused(unsaved.related("fans")?.set(&[], db).await, "ValueError");
    assert_eq!(rows(db, "links.Person_idols").count(db).await?, 0);
    Ok(())
}

async fn sets_take_few_statements(db: &Database) -> Outcome {
    let [ann] = &people(db, ["Ann"]).await?;
    let mut crowd: Vec<Record> = Vec::new();
    for n in 0..1_500 {
        crowd.push(object(db, "links.Person", &[("name", format!("{n}").into())])?);
    }
    rows(db, "links.Person").bulk_create(&mut crowd, db).await?;
    let crowd: Vec<&Record> = crowd.iter().collect();
    let asked = db.capture();
    ann.related("idols")?.add(&crowd, db).await?;
    assert!(asked.len() <= 4, "{} statements to add", asked.len());
    assert_eq!(ann.related("idols")?.objects().count(db).await?, 1_500);
    let asked = db.capture();
    ann.related("idols")?.set(&crowd, db).await?;
    assert_eq!(asked.len(), 1, "nothing to do once it was read");
    let asked = db.capture();
    ann.related("idols")?.set(&crowd[..10], db).await?;
    assert!(asked.len() <= 4, "{} statements to set", asked.len());
    assert_eq!(ann.related("idols")?.objects().count(db).await?, 10);
    Ok(())
}
