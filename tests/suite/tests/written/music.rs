use embellie::prelude::*;

#[model(
    app = "main",
    table = "Album",
    indexes(index(expression = Lower(F(title)), condition(price__gt = 0), name = "AlbumByTitle")),
)]
pub struct Album {
    #[field(primary_key, auto, column = "AlbumId")]
    pub id: i64,
    #[field(column = "Title", max_length = 160, db_default = "no; title")]
    pub title: String,
    #[field(column = "ArtistId", on_delete = Cascade, related_name = "albums")]
    pub artist: ForeignKey<Artist>,
    #[field(column = "Released")]
    pub released: std::option::Option<civil::Date>,
    #[field(
        column = "Price",
        max_digits = 10,
        decimal_places = 2,
        db_default = Decimal::new(99, 2),
    )]
    pub price: Decimal,
    #[field(column = "Rating")]
    pub rating: std::option::Option<u64>,
}

#[model(app = "main", table = "Artist")]
pub struct Artist {
    #[field(primary_key, auto, column = "ArtistId")]
    pub id: i64,
    #[field(column = "Name", max_length = 120)]
    pub name: std::option::Option<String>,
}

#[model(app = "main", table = "Covers")]
pub struct Cover {
    #[field(primary_key, column = "AlbumId", on_delete = DoNothing, related_name = "cover")]
    pub album: OneToOne<Album>,
    #[field(column = "Image")]
    pub image: std::option::Option<Vec<u8>>,
    #[field(column = "Größe in cm")]
    pub größe_in_cm: std::option::Option<f64>,
    #[field(column = "it's \"so\"; DROP TABLE x --")]
    pub it_s_so_drop_table_x: std::option::Option<String>,
}

#[model(app = "main", table = "Employee")]
pub struct Employee {
    #[field(primary_key, auto, column = "EmployeeId")]
    pub id: i64,
    #[field(column = "LastName", max_length = 20)]
    pub last_name: String,
    #[field(column = "ReportsTo", on_delete = DoNothing, related_name = "employees", index = false)]
    pub reports_to: std::option::Option<ForeignKey<Employee>>,
    #[field(column = "HireDate")]
    pub hire_date: std::option::Option<civil::DateTime>,
    pub r#type: std::option::Option<String>,
    #[field(column = "class")]
    pub class_field: std::option::Option<String>,
    #[field(column = "path")]
    pub path_field: std::option::Option<String>,
    #[field(column = "FullName", generated = RawSQL("[LastName] || '!'"), stored = false)]
    pub full_name: std::option::Option<String>,
}

// It has no primary key; 'TrackId' stands for it, which may not tell all rows apart.
#[model(app = "main", table = "LongTracks", managed = false)]
pub struct LongTrack {
    #[field(primary_key, column = "TrackId")]
    pub track_id: i64,
    #[field(column = "Name")]
    pub name: std::option::Option<String>,
    #[field(column = "Seconds")]
    pub seconds: std::option::Option<embellie::Value>,
}

// The foreign key (Vec) to 'NoSuchTable' is no relation: that table is not here.
#[model(app = "main", table = "Option")]
pub struct Option {
    #[field(primary_key, column = "String")]
    pub string: String,
    #[field(column = "Vec")]
    pub vec: std::option::Option<i64>,
}

#[model(app = "main", table = "Playlist")]
pub struct Playlist {
    #[field(primary_key, auto, column = "PlaylistId")]
    pub id: i64,
    #[field(column = "Name", max_length = 120)]
    pub name: std::option::Option<String>,
    #[field(
        column = "OwnerId",
        on_delete = DoNothing,
        related_name = "owner_playlists",
        index = false,
    )]
    pub owner: std::option::Option<ForeignKey<Employee>>,
    #[field(
        column = "MakerId",
        on_delete = DoNothing,
        related_name = "maker_playlists",
        index = false,
    )]
    pub maker: std::option::Option<ForeignKey<Employee>>,
    #[field(through = PlaylistTrack, related_name = "playlists")]
    pub tracks: ManyToMany<Track>,
}

#[model(app = "main", table = "PlaylistTrack", primary_key = ["playlist", "track"])]
pub struct PlaylistTrack {
    #[field(column = "PlaylistId", on_delete = DoNothing, related_name = "playlist_tracks")]
    pub playlist: ForeignKey<Playlist>,
    #[field(
        column = "TrackId",
        on_delete = DoNothing,
        related_name = "playlist_tracks",
        index = false,
    )]
    pub track: ForeignKey<Track>,
}

// It has no primary key; the row's own 'rowid' stands for it.
#[model(app = "main", table = "Ta\"ble */ of\nlines")]
pub struct TaBleOfLine {
    #[field(primary_key, auto)]
    pub rowid: i64,
    #[field(column = "A b")]
    pub a_b_2: std::option::Option<String>,
    pub a_b: std::option::Option<i64>,
    #[field(column = "self", decimal)]
    pub self_field: std::option::Option<Decimal>,
    #[field(column = "🦀")]
    pub field: std::option::Option<String>,
}

#[model(app = "main", table = "Track")]
pub struct Track {
    #[field(primary_key, auto, column = "TrackId")]
    pub id: i64,
    #[field(column = "Name")]
    pub name: String,
    #[field(column = "AlbumId", on_delete = DoNothing, related_name = "tracks", index = false)]
    pub album: std::option::Option<ForeignKey<Album>>,
    #[field(column = "Milliseconds")]
    pub milliseconds: i64,
    #[field(column = "Data")]
    pub data: std::option::Option<serde_json::Value>,
    #[field(column = "Heard", db_default = false)]
    pub heard: bool,
    #[field(column = "Added", db_default = Now())]
    pub added: std::option::Option<civil::DateTime>,
}
