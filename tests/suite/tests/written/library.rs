pub mod contenttypes {
    use embellie::prelude::*;

    #[model(
        app = "contenttypes",
        table = "django_content_type",
        verbose_name = "content type",
        verbose_name_plural = "content types",
        unique_together = [["app_label", "model"]],
    )]
    pub struct ContentType {
        #[field(primary_key, auto, blank)]
        pub id: i32,
        #[field(max_length = 100)]
        pub app_label: String,
        #[field(max_length = 100, verbose_name = "python model class name")]
        pub model: String,
    }
}

pub mod auth {
    use embellie::prelude::*;

    #[model(
        app = "auth",
        verbose_name = "permission",
        verbose_name_plural = "permissions",
        ordering = ["content_type__app_label", "content_type__model", "codename"],
        unique_together = [["content_type", "codename"]],
    )]
    pub struct Permission {
        #[field(primary_key, auto, blank)]
        pub id: i32,
        #[field(max_length = 255, verbose_name = "name")]
        pub name: String,
        #[field(on_delete = Cascade, verbose_name = "content type")]
        pub content_type: ForeignKey<super::contenttypes::ContentType>,
        #[field(max_length = 100, verbose_name = "codename")]
        pub codename: String,
    }

    #[model(app = "auth", verbose_name = "group", verbose_name_plural = "groups")]
    pub struct Group {
        #[field(primary_key, auto, blank)]
        pub id: i32,
        #[field(max_length = 150, unique, verbose_name = "name")]
        pub name: String,
        #[field(verbose_name = "permissions")]
        pub permissions: ManyToMany<Permission>,
    }
}

pub mod sites {
    use embellie::prelude::*;

    #[model(
        app = "sites",
        table = "django_site",
        verbose_name = "site",
        verbose_name_plural = "sites",
        ordering = ["domain"],
    )]
    pub struct Site {
        #[field(primary_key, auto, blank)]
        pub id: i32,
        #[field(max_length = 100, unique, verbose_name = "domain name")]
        pub domain: String,
        #[field(max_length = 50, verbose_name = "display name")]
        pub name: String,
    }
}

pub mod people {
    use embellie::prelude::*;

    #[model(
        app = "people",
        verbose_name = "reader",
        verbose_name_plural = "users",
        constraints(unique(expression = Lower(F(email)), name = "one_reader_for_each_address")),
    )]
    pub struct Reader {
        #[field(max_length = 128, verbose_name = "password")]
        pub password: String,
        #[field(verbose_name = "last login")]
        pub last_login: Option<Timestamp>,
        #[field(default = false, verbose_name = "superuser status")]
        pub is_superuser: bool,
        #[field(max_length = 150, unique, verbose_name = "username")]
        pub username: String,
        #[field(max_length = 150, blank, verbose_name = "first name")]
        pub first_name: String,
        #[field(email, blank, verbose_name = "email address")]
        pub email: String,
        #[field(default = false, verbose_name = "staff status")]
        pub is_staff: bool,
        #[field(default = true, verbose_name = "active")]
        pub is_active: bool,
        // The default is made by a function.
        #[field(verbose_name = "date joined")]
        pub date_joined: Timestamp,
        #[field(verbose_name = "date of birth")]
        pub born: Option<civil::Date>,
        #[field(max_length = 12, unique, verbose_name = "card number")]
        pub card: String,
        #[field(on_delete = SetNull, related_name = "vouched_for")]
        pub guarantor: Option<ForeignKey<Reader>>,
        #[field(
            related_name = "user_set",
            related_query_name = "user",
            verbose_name = "groups"
        )]
        pub groups: ManyToMany<super::auth::Group>,
        #[field(
            related_name = "user_set",
            related_query_name = "user",
            verbose_name = "user permissions"
        )]
        pub user_permissions: ManyToMany<super::auth::Permission>,
    }
}

pub mod books {
    use embellie::prelude::*;

    #[model(
        app = "books",
        table = "books_notes",
        ordering = ["-created"],
        get_latest_by = ["created"],
        indexes(index(fields = ["content_type", "object_id"], name = "note_about")),
    )]
    pub struct Note {
        #[field(index, blank, auto_now_add)]
        pub created: Timestamp,
        #[field(blank, auto_now)]
        pub changed: Timestamp,
        #[field(on_delete = Protect, related_name = "books_note_made")]
        pub created_by: Option<ForeignKey<super::people::Reader>>,
        // The default is made by a function.
        #[field(primary_key)]
        pub id: Uuid,
        #[field(on_delete = Cascade)]
        pub content_type: ForeignKey<super::contenttypes::ContentType>,
        pub object_id: u64,
        pub text: String,
    }

    // The ordering has no form here: F('name').
    // The relation 'notes' gives the books.Note rows that point here by 'content_type' and 'object_id'.
    #[model(app = "books")]
    pub struct Author {
        #[field(primary_key, auto, blank)]
        pub id: i32,
        #[field(blank, default = "")]
        pub summary: String,
        #[field(column = "full_name", max_length = 100, verbose_name = "name")]
        pub name: String,
        #[field(related_name = "liked_by", symmetrical = false)]
        pub likes: ManyToMany<Author>,
    }

    #[model(app = "books")]
    pub struct Genre {
        #[field(primary_key, max_length = 40)]
        pub name: String,
        #[field(on_delete = Cascade, index = false)]
        pub parent: Option<ForeignKey<Genre>>,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
    pub enum BookLanguage {
        #[choice(label = "DE")]
        De,
        #[choice(label = "EN")]
        En,
        #[choice(label = "FR")]
        Fr,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
    pub enum BookCover {
        #[choice(value = "H")]
        Hardcover,
        #[choice(value = "S")]
        Paperback,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
    #[repr(u16)]
    pub enum BookAge {
        Any = 0,
        Children = 6,
        #[choice(label = "Young adults")]
        YoungAdults = 12,
    }

    // The relation 'notes' gives the books.Note rows that point here by 'content_type' and 'object_id'.
    #[model(
        app = "books",
        ordering = ["-created"],
        get_latest_by = ["created"],
        indexes(
            index(fields = ["language", "-pages"], name = "books_book_long"),
            index(fields = ["cover"], condition(out_of_print = false), name = "covers"),
        ),
        constraints(
            check(condition(pages__gt = 0, !(language = "")), name = "book_has_pages"),
            unique(
                fields = ["title", "language"],
                condition(pages__gt = 10),
                name = "one_translation",
            ),
        ),
    )]
    pub struct Book {
        #[field(primary_key, auto, blank)]
        pub id: i32,
        #[field(index, blank, auto_now_add)]
        pub created: Timestamp,
        #[field(blank, auto_now)]
        pub changed: Timestamp,
        #[field(on_delete = Protect, related_name = "books_book_made")]
        pub created_by: Option<ForeignKey<super::people::Reader>>,
        #[field(max_length = 200)]
        pub title: String,
        #[field(blank, default = "")]
        pub summary: String,
        #[field(max_length = 13, unique)]
        pub isbn: String,
        #[field(max_length = 2, default = BookLanguage::De)]
        pub language: BookLanguage,
        #[field(max_length = 1, default = BookCover::Paperback)]
        pub cover: BookCover,
        #[field(default = BookAge::Any)]
        pub age: BookAge,
        #[field(validators(min_value(1)))]
        pub pages: u32,
        #[field(
            max_digits = 10,
            decimal_places = 2,
            default = Decimal::new(990, 2),
            help_text = "before tax",
        )]
        pub price: Decimal,
        pub contents: Option<String>,
        #[field(max_length = 8, db_default = "X0", validators(regex("^[A-Z]\\d+$")))]
        pub signature: String,
        #[field(max_length = 200, generated = Upper(F(title)), stored)]
        pub loud: String,
        #[field(default = false)]
        pub out_of_print: bool,
        // The default is made by a function.
        #[field(blank)]
        pub extra: serde_json::Value,
        // The default is made by a function.
        pub released: Timestamp,
        #[field(through = Written, through_fields(book, author), related_name = "books")]
        pub authors: ManyToMany<Author>,
        #[field(table = "books_by_genre", related_name = "+")]
        pub genres: ManyToMany<Genre>,
    }

    // The relation 'notes' gives the books.Note rows that point here by 'content_type' and 'object_id'.
    #[model(
        app = "books",
        ordering = ["-created"],
        get_latest_by = ["created"],
        unique_together = [["book_ptr", "number"]],
    )]
    pub struct Edition {
        // Rows here add columns to those of 'books.Book', whose fields are not repeated.
        #[field(primary_key, on_delete = Cascade)]
        pub book_ptr: OneToOne<Book>,
        pub number: i16,
        #[field(on_delete = SetNull)]
        pub follows: Option<OneToOne<Edition>>,
    }

    #[model(app = "books", ordering = ["_order"], unique_together = [["book", "author"]])]
    pub struct Written {
        #[field(primary_key, auto, blank)]
        pub id: i32,
        #[field(on_delete = Cascade)]
        pub book: ForeignKey<Book>,
        #[field(on_delete = Cascade)]
        pub author: ForeignKey<Author>,
        #[field(on_delete = SetNull, related_name = "revised")]
        pub revised_by: Option<ForeignKey<Author>>,
        #[field(default = 1)]
        pub place: u16,
        pub _order: i32,
    }
}

pub mod lending {
    use embellie::prelude::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
    pub enum LoanState {
        Out,
        Back,
    }

    #[model(app = "lending", primary_key = ["edition", "number"])]
    pub struct Loan {
        #[field(on_delete = Restrict, related_name = "loans")]
        pub edition: ForeignKey<super::books::Edition>,
        pub number: i32,
        #[field(on_delete = Cascade, to_field = "card", related_name = "loans")]
        pub reader: ForeignKey<super::people::Reader>,
        #[field(on_delete = SetNull, related_name = "+")]
        pub librarian: Option<ForeignKey<super::people::Reader>>,
        #[field(on_delete = Set(1_i32), default = 1_i32)]
        pub site: ForeignKey<super::sites::Site>,
        pub due: civil::Date,
        #[field(default = SignedDuration::new(1209600, 0))]
        pub days: SignedDuration,
        #[field(max_length = 4, default = LoanState::Out)]
        pub state: LoanState,
        #[field(max_length = 100, default = "")]
        pub receipt: String,
        #[field(max_length = 20)]
        pub barcode: embellie::Value,
        pub spell: Option<String>,
    }

    #[model(
        app = "lending",
        table = "old\"fines",
        default_related_name = "fines",
        managed = false
    )]
    pub struct Fine {
        pub loan_number: i32,
        pub collector_id: embellie::Value,
        pub cents: i32,
        pub paid: Option<bool>,
        #[field(max_length = 50, default = "")]
        pub letter: Option<String>,
    }
}
