use embellie::prelude::*;

#[model(app = "links")]
pub struct Country {
    #[field(max_length = 30)]
    pub name: String,
    #[field(max_length = 2, unique)]
    pub code: String,
}

#[model(app = "links")]
pub struct Town {
    #[field(max_length = 30)]
    pub name: String,
    #[field(on_delete = Cascade, to_field = "code", related_name = "towns")]
    pub country: Option<ForeignKey<Country>>,
}

#[model(app = "links")]
pub struct Person {
    #[field(max_length = 30)]
    pub name: String,
    #[field(on_delete = SetNull)]
    pub home: Option<ForeignKey<Town>>,
    pub friends: ManyToMany<Person>,
    #[field(related_name = "fans", symmetrical = false)]
    pub idols: ManyToMany<Person>,
    #[field(through = Membership, through_fields(person, club), related_name = "members")]
    pub clubs: ManyToMany<Club>,
}

#[model(app = "links")]
pub struct Club {
    #[field(max_length = 30)]
    pub name: String,
}

#[model(app = "links")]
pub struct Membership {
    #[field(on_delete = Cascade)]
    pub person: ForeignKey<Person>,
    #[field(on_delete = Cascade)]
    pub club: ForeignKey<Club>,
    #[field(on_delete = SetNull, related_name = "+")]
    pub invited_by: Option<ForeignKey<Person>>,
    #[field(max_length = 20, default = "member")]
    pub role: String,
}

#[model(app = "links")]
pub struct Passport {
    #[field(primary_key, max_length = 20)]
    pub number: String,
    #[field(on_delete = Cascade)]
    pub person: OneToOne<Person>,
}
