//! Texts whose queries are to be written in Rust.

use embellie::Database;
use embellie_codegen::Prefetched;
use embellie_text::models::Settings;
use embellie_text::statement::Session;
use embellie_text::{Models, Prefetch, Set};

/// What else a query set reads.
pub(crate) fn prefetched(set: &Set) -> Vec<Prefetched> {
    let one = |prefetch: &Prefetch| Prefetched {
        lookup: prefetch.lookup().into(),
        rows: prefetch.sets().first().map(|set| (set.narrowed(), prefetched(set))),
        to_attr: prefetch.to_attr().map(str::to_owned),
    };
    set.prefetches().iter().map(one).collect()
}

pub(crate) fn session(db: &Database) -> Session {
    let settings = Settings { use_tz: true, ..Settings::default() };
    Session::new(Models::of_registry(db.registry().clone(), settings))
}

/// The query set of a text.
pub(crate) async fn set(text: &str, db: &Database) -> Set {
    let mut session = session(db);
    let value = session.run(text, db, &|_| {}).await.unwrap_or_else(|failure| panic!("{text}: {failure:?}"));
    let set = session.query_set(&value.unwrap_or_else(|| panic!("{text} is no value")));
    set.unwrap().unwrap_or_else(|| panic!("{text} is no query set"))
}

/// Texts over the blog, with names.
pub(crate) const TEXTS: &[(&str, &str)] = &[
    ("discussed", "Post.objects.filter(Exists(Comment.objects.filter(post=OuterRef('pk'))))"),
    ("silent", "Post.objects.filter(~Exists(Comment.objects.filter(post=OuterRef('pk'))), views__gt=3)"),
    (
        "said_or_read",
        "Post.objects.filter(Exists(Comment.objects.filter(post=OuterRef('pk'), author__name='Ann')) | Q(views__gt=9))",
    ),
    (
        "last_comment",
        "Post.objects.annotate(last=Subquery(Comment.objects.filter(post=OuterRef('pk')).order_by('-id').values('body')[:1]))",
    ),
    (
        "last_comment_compared",
        "Post.objects.annotate(last=Subquery(Comment.objects.filter(post=OuterRef('pk')).order_by('-id').values('body')[:1])).filter(last__icontains='x').order_by('-last')",
    ),
    (
        "counted_within",
        "Post.objects.annotate(n=Subquery(Comment.objects.filter(post=OuterRef('pk')).order_by().values('post').annotate(n=Count('id')).values('n')))",
    ),
    (
        "counted_within_or_zero",
        "User.objects.annotate(n=Coalesce(Subquery(Post.objects.filter(author=OuterRef('id')).order_by().values('author').annotate(c=Count('*')).values('c')), 0)).filter(n__gte=1).order_by('-n', 'name')",
    ),
    (
        "own_comments",
        "User.objects.filter(Exists(Post.objects.filter(Exists(Comment.objects.filter(post=OuterRef('pk'), author=OuterRef(OuterRef('pk')))))))",
    ),
    (
        "annotated_exists",
        "Post.objects.annotate(said=Exists(Comment.objects.filter(post=OuterRef('pk')))).filter(said=True)",
    ),
    (
        "compared_with_the_row_around",
        "Post.objects.filter(Exists(Post.objects.filter(author=OuterRef('author'), views__gt=OuterRef('views'), created_at__lt=OuterRef('created_at'))))",
    ),
    ("among_values", "Post.objects.filter(author__in=User.objects.filter(active=True))"),
    ("among_keys", "Post.objects.filter(author_id__in=User.objects.filter(active=True).values('id'))"),
    ("among_texts", "User.objects.filter(name__in=Post.objects.values_list('title', flat=True))"),
    ("same_as_the_first", "Post.objects.filter(author=User.objects.filter(name='Ann').values('id')[:1])"),
    ("most_read_of_all", "Post.objects.filter(views=Subquery(Post.objects.order_by('-views').values('views')[:1]))"),
    (
        "heat",
        "Post.objects.annotate(heat=Case(When(views__gt=100, then=Value('hot')), When(views__gt=50, published=True, then=Value('warm')), default=Value('cold'))).order_by('heat', '-id')",
    ),
    ("counted_by_case", "User.objects.annotate(hot=Sum(Case(When(posts__views__gt=100, then=1), default=0)))"),
    (
        "case_of_fields",
        "Post.objects.annotate(name=Case(When(published=True, then=F('title')), default=F('author__name')))",
    ),
    ("case_without_default", "Post.objects.annotate(x=Case(When(title__startswith='a', then=F('views') + 1)))"),
    ("case_as_condition", "Post.objects.filter(Case(When(views__gt=1, then=Q(published=True)), default=Q(views=0)))"),
    ("ordered_by_case", "Post.objects.order_by(Case(When(published=True, then=0), default=1), '-views')"),
    ("ranks", "Post.objects.annotate(rank=Window(Rank(), order_by=F('views').desc()))"),
    (
        "numbered_by_author",
        "Post.objects.annotate(n=Window(RowNumber(), partition_by=[F('author'), F('published')], order_by=['-views', 'id'])).filter(n__lte=2)",
    ),
    (
        "running_total",
        "Post.objects.annotate(total=Window(Sum('views'), partition_by='author_id', order_by='created_at', frame=RowRange(start=None, end=0)))",
    ),
    (
        "moving_mean",
        "Post.objects.annotate(mean=Window(Avg('views'), order_by=F('id').asc(), frame=RowRange(start=-1, end=1)))",
    ),
    (
        "frames_of_values",
        "Post.objects.annotate(n=Window(Count('id'), order_by='views', frame=ValueRange(start=None, end=None)))",
    ),
    (
        "neighbours",
        "Post.objects.annotate(before=Window(Lag('views', offset=2, default=0), order_by='id'), after=Window(Lead('title'), order_by='id'), first=Window(FirstValue('title'), order_by='id'), third=Window(NthValue('title', 3), order_by='id'), part=Window(Ntile(4), order_by='id'))",
    ),
    (
        "casts",
        "Post.objects.annotate(f=Cast('views', FloatField()), t=Cast('views', TextField()), i=Cast('title', IntegerField()))",
    ),
    ("casts_compared", "Post.objects.annotate(f=Cast('views', FloatField())).filter(f__gt=1.5)"),
    ("cast_to_char", "Post.objects.annotate(t=Cast('views', CharField(max_length=5)))"),
    ("united", "Post.objects.filter(views=1).union(Post.objects.filter(views=2))"),
    (
        "united_all",
        "Post.objects.filter(views=1).union(Post.objects.filter(views=2), Post.objects.filter(published=True), all=True).order_by('title')[:5]",
    ),
    ("in_both", "Post.objects.filter(views__gt=1).intersection(Post.objects.filter(published=True))"),
    (
        "in_the_first_alone",
        "Post.objects.filter(views__gt=1).difference(Post.objects.filter(published=True)).order_by('-views')",
    ),
    (
        "united_values",
        "Post.objects.values_list('title', 'views').union(Post.objects.filter(views=1).values_list('title', 'views'))",
    ),
    ("united_names", "User.objects.values_list('name').union(Tag.objects.values_list('word'))"),
    ("united_with_nulls", "Post.objects.values('title').union(Post.objects.values('subtitle')).order_by('title')"),
    (
        "united_counts",
        "User.objects.annotate(n=Count('posts')).values('name', 'n').union(Tag.objects.annotate(n=Count('posts')).values('word', 'n')).order_by('n')",
    ),
    (
        "named_relation",
        "User.objects.annotate(read=FilteredRelation('posts', condition=Q(posts__views__gt=100))).filter(read__title__icontains='x')",
    ),
    (
        "named_relation_counted",
        "User.objects.annotate(read=FilteredRelation('posts', condition=Q(posts__views__gt=100))).annotate(n=Count('read'), top=Max('read__views'))",
    ),
    (
        "arithmetic",
        "Post.objects.annotate(x=F('views') * 2 + F('id'), y=(F('views') + 1) * (F('id') - 1), z=2 * F('views')).filter(x__gt=F('y'))",
    ),
    (
        "powers_and_bits",
        "Post.objects.annotate(p=F('views') ** 2, b=F('views').bitand(6), s=F('views').bitleftshift(2), m=F('views') % 7)",
    ),
    ("compared_fields", "Post.objects.filter(views__gt=F('id') + 1, title__contains=F('author__name'))"),
    (
        "durations",
        "Post.objects.annotate(later=F('created_at') + datetime.timedelta(days=1)).filter(later__gt=F('created_at'))",
    ),
    (
        "texts",
        "User.objects.annotate(shout=Concat(Upper('name'), Value('! '), 'email'), size=Length('name'), start=Left('name', 3), part=Substr('name', 2, 3), place=StrIndex('email', Value('@')), changed=Replace('name', Value('a'), Value('b'))).filter(size__gt=2).order_by(Lower('name').desc())",
    ),
    ("functions_compared", "User.objects.filter(name=Lower('email')).exclude(email__startswith=Lower('name'))"),
    (
        "first_of_several",
        "Post.objects.annotate(s=Coalesce('subtitle', 'title', Value('none')), g=Greatest('views', 'id'), l=Least('views', Value(3)), n=NullIf('title', Value('')))",
    ),
    (
        "numbers",
        "Post.objects.annotate(a=Abs('views'), r=Round('views', 1), q=Sqrt('views'), m=Mod('views', 7), p=Power('views', 2))",
    ),
    (
        "parts_of_dates",
        "Post.objects.annotate(y=ExtractYear('created_at'), m=TruncMonth('created_at'), d=TruncDate('created_at'), h=ExtractHour('created_at', tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))).filter(created_at__month=F('y') - 2000, y__gte=2000).order_by('m')",
    ),
    (
        "months",
        "Post.objects.annotate(month=TruncMonth('created_at')).values('month').annotate(n=Count('id')).order_by('month')",
    ),
    (
        "dates_as_paths",
        "Post.objects.filter(created_at__date__gt=datetime.date(2024, 1, 1), created_at__hour=F('views')).order_by('created_at__year')",
    ),
    ("json_made", "Post.objects.annotate(j=JSONObject(title='title', n=F('views')))"),
    (
        "functions_by_name",
        "Post.objects.annotate(h=Func('title', function='LOWER', output_field=TextField()), w=Func(F('views'), Value(2), function='COALESCE'))",
    ),
    (
        "typed_values",
        "Post.objects.annotate(one=Value(1), word=Value('x', output_field=TextField()), t=ExpressionWrapper(F('views') / 2, output_field=FloatField()))",
    ),
    (
        "truths",
        "Post.objects.annotate(hot=Q(views__gt=100), both=Q(views__gt=1) & Q(published=True)).filter(hot=True).order_by('both')",
    ),
    ("wrapped_truths", "Post.objects.annotate(hot=ExpressionWrapper(Q(views__gt=1), output_field=BooleanField()))"),
    (
        "lookups_as_expressions",
        "Post.objects.annotate(big=GreaterThan(F('views'), 10)).filter(LessThan(F('views'), F('id') + 5))",
    ),
    ("slices_of_texts", "User.objects.annotate(s=F('name')[:3]).filter(s='Ann')"),
    (
        "aggregates_of_all_kinds",
        "User.objects.annotate(n=Count('posts', distinct=True, filter=Q(posts__views__gt=F('id'))), top=Max('posts__views', default=0), words=StringAgg('posts__title', Value(', '), order_by='posts__title'), spread=StdDev('posts__views', sample=True))",
    ),
    (
        "aggregates_of_expressions",
        "User.objects.annotate(n=Sum(F('posts__views') * 2), m=Avg(Length('posts__title'))).filter(n__gt=F('m') * 2)",
    ),
    (
        "aggregates_divided",
        "User.objects.annotate(n=Count('posts'), v=Sum('posts__views')).annotate(mean=F('v') * 1.0 / F('n')).alias(k=F('n') + 1).filter(k__gt=1)",
    ),
    ("raw_pieces", "Post.objects.annotate(near=RawSQL('abs(views - %s)', (100,))).order_by('near')"),
    (
        "raw_numbers",
        "Post.objects.annotate(near=RawSQL('abs(views - %s)', (100,), output_field=BigIntegerField())).filter(near__lt=5)",
    ),
    ("extra_pieces", "Post.objects.extra(select={'double': 'views * 2'}, where=['views > %s'], params=[1])"),
    ("some_fields", "Post.objects.only('title', 'author')"),
    ("all_but_some_fields", "Post.objects.select_related('author').defer('subtitle', 'author__email')"),
    ("ways_back", "User.objects.filter(posts__isnull=False, profile__isnull=True).distinct()"),
    ("objects_of_relations", "Post.objects.filter(tags=1, author__in=[1, 2])"),
    (
        "big_numbers",
        "Post.objects.filter(Q(views__gt=7000000000) | Q(views__lt=F('id'))).annotate(n=Value(8000000000) + F('views'))",
    ),
    ("values_in_lists", "Post.objects.filter(views__in=[F('id'), 7])"),
    ("ranges_of_expressions", "Post.objects.filter(views__range=(F('id'), F('id') + 10))"),
    ("nulls_compared", "Post.objects.filter(Q(subtitle=None) | Q(subtitle__in=['a']) ^ Q(views=F('id')))"),
    ("values_of_expressions", "Post.objects.values(low=Lower('title'), year=F('created_at__year'))"),
    (
        "within_a_closure",
        "User.objects.filter(Exists(Post.objects.annotate(n=Count('comments')).filter(author=OuterRef('pk'), n__gt=1, created_at__gte=datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc))))",
    ),
    (
        "united_within",
        "User.objects.filter(id__in=Post.objects.values('author').union(Comment.objects.values('author')))",
    ),
    (
        "outer_annotation",
        "User.objects.annotate(n=Length('name')).filter(Exists(Post.objects.filter(views=OuterRef('n'))))",
    ),
];

/// Those that speak of what PostgreSQL has.
pub(crate) const ON_POSTGRES: &[(&str, &str)] = &[
    (
        "arrays_within",
        "User.objects.annotate(titles=ArraySubquery(Post.objects.filter(author=OuterRef('pk')).values('title')))",
    ),
    ("collated", "User.objects.order_by(Collate('name', 'C'))"),
    ("arrays_of_rows", "User.objects.annotate(titles=ArrayAgg('posts__title', order_by='posts__title'))"),
];

/// Those that read related objects with their rows.
pub(crate) const PREFETCHES: &[(&str, &str)] = &[
    ("with_comments", "Post.objects.prefetch_related('comments', 'tags')"),
    ("with_comments_and_their_authors", "Post.objects.prefetch_related('comments__author', 'author')"),
    (
        "with_some_comments",
        "Post.objects.prefetch_related(Prefetch('comments', Comment.objects.filter(body='a').order_by('-id')))",
    ),
    (
        "with_comments_apart",
        "Post.objects.prefetch_related(Prefetch('comments', Comment.objects.filter(body='a').prefetch_related('author'), to_attr='said'), Prefetch('tags', to_attr='words'))",
    ),
    (
        "with_counted_posts",
        "User.objects.prefetch_related(Prefetch('posts', Post.objects.annotate(n=Count('comments')), to_attr='counted'))",
    ),
];
