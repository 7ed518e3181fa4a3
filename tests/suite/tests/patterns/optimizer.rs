//! What a shop asks of its catalogue and its orders: numbers of each row from several relations at once, reports, ranks.

use embellie::functions::*;
use embellie::prelude::*;
use embellie::write::BulkCreate;
use embellie_suite::{Kind, Outcome, refused};
use serde_json::json;
use shop::choices::{OrderStatus, ProductStatus};
use shop::models::*;

use crate::shelves::{at, cents, stock};

embellie_suite::on_every_database! { shop:
    products_with_what_is_said_and_sold_of_them,
    products_found_by_words,
    shelves_with_what_lies_on_them,
    orders_with_all_that_belongs_to_them,
    sales_of_each_month,
    products_ranked_by_sales,
    customers_by_what_they_are_worth,
    many_products_at_once,
    products_that_are_there_are_passed_over,
    sales_by_the_hour_in_sql,
    few_statements_for_many_rows,
}

async fn products_with_what_is_said_and_sold_of_them(db: &Database) -> Outcome {
    stock(db).await?;
    let latest = Subquery(&|product: OuterRef<Product, _>| {
        let reviews = Review::objects().filter(Review::product.eq(product)).order_by(Review::written_at.desc());
        reviews.values_list(Review::rating).limit(1)
    });
    let rows = Count(Star);
    let bought = Subquery(&|product: OuterRef<Product, _>| {
        let items = Item::objects().filter(Item::product.eq(product)).order_by(());
        items.values_list(Item::product).annotate(&rows).values_list(&rows)
    });
    let (mean, reviews, bought) = (Avg(Product::reviews().rating), Count(Product::reviews()), Coalesce((bought, 0)));
    let revenue = Sum(Product::items().quantity * Product::items().unit_price);
    let low = Case(q!(Product, stock__lte = 10), true).otherwise(false);
    let popularity = &mean * &reviews + &bought * 2;
    let pictures = Prefetch::new(Product::images(), Image::objects().filter(q!(position = 1))).handle();
    let products = Product::objects()
        .select_related((Product::category, Product::brand))
        .prefetch(&pictures)
        .annotate((&mean, &reviews, &latest, &bought, &revenue, &low, &popularity))
        .filter(q!(status = ProductStatus::Active))
        .order_by((popularity.desc().nulls_last(), Product::name));
    let asked = db.capture();
    let found = products.all(db).await?;
    let shown: Vec<_> = found
        .iter()
        .map(|(product, mean, reviews, latest, bought, revenue, low, popularity)| {
            let told = (*mean, *reviews, *latest, *bought, *revenue, *low, *popularity);
            (product.name.as_str(), told)
        })
        .collect();
    // Each number is of its own relation: three reviews and two items make no six of anything.
    assert_eq!(
        shown,
        [
            ("Kettle", (Some(4.0), 2, Some(3), 2, Some(cents(15400)), true, Some(12.0))),
            ("Rake", (Some(4.0), 1, Some(4), 2, Some(cents(6000)), true, Some(8.0))),
            ("Toaster", (None, 0, None, 1, Some(cents(3000)), false, None)),
        ]
    );
    for ((product, ..), (category, brand, images)) in
        found.iter().zip([("Kitchen", "Acme", 1), ("Garden", "Borealis", 1), ("Kitchen", "Acme", 0)])
    {
        assert_eq!(product.category.get(db).await?.name, category);
        assert_eq!(product.brand.get(db).await?.name, brand);
        assert_eq!(pictures.of(product)?.len(), images);
    }
    assert_eq!(asked.len(), 2, "{:?}", asked.statements());
    Ok(())
}

async fn products_found_by_words(db: &Database) -> Outcome {
    stock(db).await?;
    let words = SearchVector((Product::name,))
        .weight(Weight::A)
        .plus(SearchVector((Product::description,)).weight(Weight::B))
        .plus(SearchVector((Product::category.name,)).weight(Weight::C))
        .config("english");
    let query = SearchQuery("garden").config("english");
    let rank = SearchRank(&words, &query);
    let found = Product::objects().filter(words.matches(&query)).order_by((rank.desc(), "name"));
    let asked = db.capture();
    let found = found.values_list(Product::name).all(db).await;
    if Kind::of(db) == Kind::Sqlite {
        refused(found, "NotSupportedError");
        assert_eq!(asked.len(), 0);
        return Ok(());
    }
    // One is described by the word and lies on the shelf of that name, the other does the latter alone.
    assert_eq!(found?, ["Gnome", "Rake"]);
    Ok(())
}

async fn shelves_with_what_lies_on_them(db: &Database) -> Outcome {
    stock(db).await?;
    let products = Count(Category::products());
    let active = Count(Category::products()).filter(q!(products__status = ProductStatus::Active));
    let mean = Avg(Category::products().price);
    let (least, most) = (Min(Category::products().stock), Max(Category::products().stock));
    let range = JsonObject((("min", &least), ("max", &most)));
    let since = at("2024-02-01T00:00:00Z");
    let lately = Sum(Category::products().items().quantity)
        .filter(q!(products__items__order__placed_at__gte = since))
        .default(0);
    let shelves = Category::objects()
        .annotate((&products, &active, &mean, &range, &lately))
        .filter(products.gt(0))
        .order_by((lately.desc(), "name"));
    let found = shelves.all(db).await?;
    let shown: Vec<_> = found
        .iter()
        .map(|(shelf, products, active, mean, range, lately)| {
            (shelf.name.as_str(), *products, *active, *mean, range.clone(), *lately)
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("Kitchen", 2, 2, Some(cents(3500)), json!({"min": 5, "max": 50}), 3),
            ("Garden", 2, 1, Some(cents(1750)), json!({"min": 0, "max": 10}), 1),
        ]
    );
    let names = ArrayAgg(Category::products().name)
        .filter(q!(products__status = ProductStatus::Active))
        .order_by(Category::products().price.desc());
    let asked = db.capture();
    let listed = Category::objects().filter(q!(name = "Kitchen")).values_list(&names).all(db).await;
    match Kind::of(db) {
        Kind::Sqlite => {
            refused(listed, "NotSupportedError");
            assert_eq!(asked.len(), 0);
        }
        Kind::Postgres => {
            let listed: Vec<String> = listed?.into_iter().flatten().flatten().flatten().collect();
            assert_eq!(listed, ["Kettle", "Toaster"]);
        }
    }
    Ok(())
}

async fn orders_with_all_that_belongs_to_them(db: &Database) -> Outcome {
    stock(db).await?;
    let cost = Item::quantity * Item::unit_price;
    let items = Item::objects().select_related(Item::product.category).annotate(&cost).order_by("id");
    let items = Prefetch::new(Order::items(), items).handle();
    let kept = Payment::objects().filter(q!(refunded = false)).order_by(Payment::paid_at.desc());
    let kept = Prefetch::new(Order::payment(), kept).handle();
    let (kinds, pieces) = (Count(Order::items()), Sum(Order::items().quantity));
    let so_far = Sum(Order::total).over().order_by(Order::placed_at).rows(..=0);
    let orders = Order::objects()
        .select_related((Order::customer, Order::address))
        .prefetch((&items, &kept))
        .annotate((&kinds, &pieces))
        .annotate(&so_far)
        .order_by(Order::placed_at);
    let asked = db.capture();
    let found = orders.all(db).await?;
    let mut shown = Vec::new();
    for (order, kinds, pieces, so_far) in &found {
        let mut lines = Vec::new();
        for (item, cost) in items.of(order)? {
            let product = item.product.get(db).await?;
            lines.push((product.name.clone(), product.category.get(db).await?.name.clone(), *cost));
        }
        let customer = order.customer.get(db).await?.first_name.clone();
        shown.push((customer, kept.of(order)?.len(), *kinds, *pieces, *so_far, lines));
    }
    let line = |name: &str, shelf: &str, cost: i64| (name.to_owned(), shelf.to_owned(), cents(cost));
    let kettle = |cost| line("Kettle", "Kitchen", cost);
    let rake = |cost| line("Rake", "Garden", cost);
    assert_eq!(
        shown,
        [
            ("Ann".to_owned(), 1, 2, Some(3), Some(cents(8500)), vec![kettle(4000), rake(4000)]),
            ("Bob".to_owned(), 0, 1, Some(1), Some(cents(12000)), vec![line("Toaster", "Kitchen", 3000)]),
            ("Ann".to_owned(), 1, 1, Some(3), Some(cents(23400)), vec![kettle(11400)]),
            ("Bob".to_owned(), 0, 1, Some(1), Some(cents(25900)), vec![rake(2000)]),
        ]
    );
    assert_eq!(asked.len(), 3, "{:?}", asked.statements());
    assert_eq!(found[0].0.address.as_ref().and_then(|home| home.cached()).map(|home| &*home.city), Some("Oslo"));
    Ok(())
}

async fn sales_of_each_month(db: &Database) -> Outcome {
    stock(db).await?;
    let month = TruncMonth(Order::placed_at);
    let (orders, customers) = (Count(Order::id), Count(Order::customer).distinct());
    let (revenue, mean) = (Sum(Order::total), Avg(Order::total));
    let pieces = Sum(Order::items().quantity);
    let kinds = Count(Order::items().product).distinct();
    let of = |q| Sum(Order::items().quantity).filter(q).default(0);
    let shelves = JsonObject((
        ("kitchen", of(q!(items__product__category__slug = "kitchen"))),
        ("garden", of(q!(items__product__category__slug = "garden"))),
        ("other", of(q!(!(items__product__category__slug__in = ["kitchen", "garden"])))),
    ));
    let report = Order::objects()
        .filter(Order::placed_at.range(at("2024-01-01T00:00:00Z")..=at("2024-12-31T00:00:00Z")))
        .filter(q!(status = OrderStatus::Delivered))
        .values_list(&month)
        .annotate((&orders, &customers, &revenue, &mean, &pieces, &kinds, &shelves))
        .order_by(&month);
    assert_eq!(
        report.all(db).await?,
        [
            (
                at("2024-01-01T00:00:00Z"),
                2,
                2,
                Some(cents(12000)),
                Some(cents(6000)),
                Some(4),
                3,
                json!({"kitchen": 2, "garden": 2, "other": 0}),
            ),
            (
                at("2024-02-01T00:00:00Z"),
                1,
                1,
                Some(cents(11400)),
                Some(cents(11400)),
                Some(3),
                1,
                json!({"kitchen": 3, "garden": 0, "other": 0}),
            ),
        ]
    );
    Ok(())
}

async fn products_ranked_by_sales(db: &Database) -> Outcome {
    stock(db).await?;
    let sold = Sum(Product::items().quantity);
    let revenue = Sum(Product::items().quantity * Product::items().unit_price);
    let (by_revenue, by_pieces) = (Rank().over().order_by(revenue.desc()), DenseRank().over().order_by(sold.desc()));
    let before = Lag(&revenue, 1).default(cents(0)).over().order_by(Product::id);
    let growth = Case(before.eq(cents(0)), None::<Decimal>).otherwise((&revenue - &before) * 100 / &before);
    let ranked = Product::objects()
        .annotate((&sold, &revenue))
        .annotate((&by_revenue, &by_pieces, &before, &growth))
        .filter(sold.gt(0))
        .order_by(by_revenue.asc());
    let found = ranked.all(db).await?;
    let shown: Vec<_> = found
        .iter()
        .map(|(product, sold, revenue, by_revenue, by_pieces, before, growth)| {
            (product.name.as_str(), *sold, *revenue, (*by_revenue, *by_pieces), *before, growth.map(|g| g.round()))
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("Kettle", Some(4), Some(cents(15400)), (1, 1), Some(cents(0)), None),
            ("Rake", Some(3), Some(cents(6000)), (2, 2), Some(cents(3000)), Some(cents(10000))),
            ("Toaster", Some(1), Some(cents(3000)), (3, 3), Some(cents(15400)), Some(cents(-8100))),
        ]
    );
    Ok(())
}

async fn customers_by_what_they_are_worth(db: &Database) -> Outcome {
    stock(db).await?;
    let now = at("2024-03-01T00:00:00Z");
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let last = Max(Customer::orders().placed_at);
    let since = Value(now) - &last;
    let (orders, spent) = (Count(Customer::orders()), Sum(Customer::orders().total));
    let mean = Avg(Customer::orders().total);
    let kind = Case(since.lte(days(30)) & orders.gte(2) & spent.gte(cents(10000)), "best")
        .when(since.lte(days(10)) & orders.gte(2), "active")
        .otherwise("lost");
    let to_come = &mean * &orders * cents(250);
    let customers = Customer::objects()
        .annotate((&last, &since, &orders, &spent, &mean, &kind, &to_come))
        .filter(q!(orders__isnull = false))
        .distinct()
        .order_by("first_name");
    let found = customers.all(db).await?;
    let shown: Vec<_> = found
        .iter()
        .map(|(customer, last, since, orders, spent, mean, kind, to_come)| {
            let money = (*spent, *mean, *to_come);
            (customer.first_name.as_str(), *last, since.map(|since| since.as_hours()), *orders, money, kind.as_str())
        })
        .collect();
    let money = |spent, mean, to_come| (Some(cents(spent)), Some(cents(mean)), Some(cents(to_come)));
    assert_eq!(
        shown,
        [
            ("Ann", Some(at("2024-02-05T09:30:00Z")), Some(24 * 24 + 14), 2, money(19900, 9950, 49750), "best"),
            ("Bob", Some(at("2024-02-25T12:00:00Z")), Some(4 * 24 + 12), 2, money(6000, 3000, 15000), "active"),
        ]
    );
    Ok(())
}

async fn many_products_at_once(db: &Database) -> Outcome {
    stock(db).await?;
    let kitchen = Category::objects().filter(q!(name = "Kitchen")).get(db).await?;
    let changed = Product::objects()
        .filter(Product::category.eq(&kitchen))
        .update(set!(price = F(price) * cents(110), added_at = at("2024-03-01T00:00:00Z")), db)
        .await?;
    assert_eq!(changed, 2);
    let prices = Product::objects().order_by("id").values_list(Product::price).all(db).await?;
    assert_eq!(prices, [4400, 3300, 2000, 1500].map(cents));

    let mut products = Product::objects().order_by("id").all(db).await?;
    for (product, n) in products.iter_mut().zip(1..) {
        (product.price, product.stock) = (cents(100 * i64::from(n)), n);
    }
    let asked = db.capture();
    assert_eq!(Product::objects().bulk_update(&mut products, &["price", "stock"], db).await?, 4);
    assert_eq!(asked.len(), 1);
    let pairs = Product::objects().order_by("id").values_list((Product::price, Product::stock)).all(db).await?;
    assert_eq!(pairs, [1, 2, 3, 4].map(|n| (cents(100 * i64::from(n)), n)));
    Ok(())
}

async fn products_that_are_there_are_passed_over(db: &Database) -> Outcome {
    stock(db).await?;
    let old = Product::objects().order_by("id").first(db).await?.expect("there are products");
    let new = |n: i64| {
        let name = if n == 0 { "Kettle".to_owned() } else { format!("Cup {n}") };
        new!(Product {
            slug: name.to_lowercase().replace(' ', "-"),
            sku: format!("N-{name}"),
            name,
            brand: old.brand.clone(),
            category: old.category.clone(),
            description: "",
            price: cents(700),
            attributes: json!({}),
            added_at: at("2024-03-01T00:00:00Z"),
        })
    };
    let asked = db.capture();
    let options = BulkCreate::new().batch_size(2).ignore_conflicts();
    Product::objects().bulk_create_with(&mut [0, 1, 2].map(new), options, db).await?;
    assert_eq!(asked.len(), 2);
    let names = Product::objects().filter(q!(price = 7)).order_by("name").values_list(Product::name);
    assert_eq!(names.all(db).await?, ["Cup 1", "Cup 2"]);
    assert_eq!(Product::objects().filter(q!(name = "Kettle")).get(db).await?.price, cents(4000));
    Ok(())
}

async fn sales_by_the_hour_in_sql(db: &Database) -> Outcome {
    stock(db).await?;
    let sql = match Kind::of(db) {
        Kind::Sqlite => {
            "WITH sales AS (
                SELECT CAST(strftime('%H', placed_at) AS integer) AS hour, COUNT(*) AS orders
                FROM shop_order WHERE placed_at >= %s AND status = %s GROUP BY 1
            )
            SELECT hour, orders FROM sales ORDER BY hour"
        }
        Kind::Postgres => {
            "WITH sales AS (
                SELECT EXTRACT(HOUR FROM placed_at AT TIME ZONE 'UTC')::bigint AS hour, COUNT(*) AS orders
                FROM shop_order WHERE placed_at >= %s AND status = %s GROUP BY 1
            )
            SELECT hour, orders FROM sales ORDER BY hour"
        }
    };
    let params = (at("2024-01-01T00:00:00Z"), "delivered");
    let rows = db.cursor().rows(sql, params).await?;
    assert_eq!(rows.columns().collect::<Vec<_>>(), ["hour", "orders"]);
    let by_hand: Vec<(i64, i64)> = db.cursor().query(sql, params).await?;
    assert_eq!(by_hand, [(9, 2), (15, 1)]);
    // The same without SQL.
    let hour = ExtractHour(Order::placed_at);
    let hours = Order::objects()
        .filter(q!(placed_at__gte = at("2024-01-01T00:00:00Z"), status = OrderStatus::Delivered))
        .values_list(&hour)
        .annotate(&Count(Order::id))
        .order_by(&hour);
    assert_eq!(hours.all(db).await?, by_hand);

    // What the stock is put to what was sold, of the rows where the two differ.
    let update = "UPDATE shop_product SET stock = s.sold
        FROM (SELECT product_id, SUM(quantity) AS sold FROM shop_item GROUP BY product_id) s
        WHERE shop_product.id = s.product_id AND shop_product.stock <> s.sold";
    assert_eq!(db.cursor().execute(update, ()).await?, 3);
    assert_eq!(db.cursor().execute(update, ()).await?, 0);
    let stocks = Product::objects().order_by("id").values_list(Product::stock).all(db).await?;
    assert_eq!(stocks, [4, 1, 3, 0]);
    Ok(())
}

async fn few_statements_for_many_rows(db: &Database) -> Outcome {
    stock(db).await?;
    let asked = db.capture();
    for product in Product::objects().select_related(Product::category).all(db).await? {
        product.category.get(db).await?;
    }
    assert_eq!(asked.len(), 1);
    let asked = db.capture();
    let mut names = 0;
    let orders = Order::objects().select_related(Order::customer).prefetch(Order::items().product).limit(10);
    for order in orders.all(db).await? {
        for item in Order::items().of(&order).all(db).await? {
            names += item.product.get(db).await?.name.len();
        }
    }
    assert_eq!((names, asked.len()), (2 * "Kettle".len() + "Toaster".len() + 2 * "Rake".len(), 3));
    Ok(())
}
