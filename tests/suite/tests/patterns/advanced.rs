//! Each part of the language by itself, and then several in one query.

use embellie::functions::*;
use embellie::prelude::*;
use embellie::query_set::Cte;
use embellie_suite::Outcome;
use shop::choices::{OrderStatus, ProductStatus};
use shop::models::*;

use crate::shelves::{at, cents, stock};

embellie_suite::on_every_database! { shop:
    values_are_changed_where_they_are,
    either_condition_is_enough,
    a_value_by_the_first_condition_that_holds,
    related_objects_by_joins_and_by_statements_of_their_own,
    aggregates_of_all_rows_and_of_groups,
    values_computed_of_each_row,
    some_columns_and_mere_existence,
    rows_are_made_together_and_changed_together,
    conditions_cases_counts_and_related_objects_at_once,
    the_latest_of_each_and_whether_there_is_any,
    ranks_by_a_total,
    the_best_few,
    plans_tell_what_is_read,
    queries_with_names_within_queries,
}

async fn values_are_changed_where_they_are(db: &Database) -> Outcome {
    stock(db).await?;
    let asked = db.capture();
    assert_eq!(Product::objects().update(set!(price = F(price) + 10), db).await?, 4);
    assert_eq!(asked.len(), 1);
    let prices = Product::objects().order_by("id").values_list(Product::price).all(db).await?;
    assert_eq!(prices, [5000, 4000, 3000, 2500].map(cents));
    Ok(())
}

async fn either_condition_is_enough(db: &Database) -> Outcome {
    stock(db).await?;
    let names = async |q| Product::objects().filter(q).order_by("name").values_list(Product::name).all(db).await;
    assert_eq!(names(q!(price__gt = 35 | category__name = "Garden")).await?, ["Gnome", "Kettle", "Rake"]);
    assert_eq!(names(q!(!(price__gt = 35 | category__name = "Garden"))).await?, ["Toaster"]);
    // Conditions that come one by one, as a form gives them.
    let given = [q!(Product, name = "Rake"), q!(Product, brand__country = "US")];
    let any = given.into_iter().reduce(|a, b| a | b).expect("there are two");
    assert_eq!(names(any).await?, ["Kettle", "Rake", "Toaster"]);
    Ok(())
}

async fn a_value_by_the_first_condition_that_holds(db: &Database) -> Outcome {
    stock(db).await?;
    let bonus = Case(q!(Product, price__gte = 38), 1000).when(q!(Product, price__gte = 20), 500).otherwise(0);
    let found = Product::objects().annotate(&bonus).order_by((bonus.desc(), "name")).all(db).await?;
    let shown: Vec<_> = found.iter().map(|(product, bonus)| (product.name.as_str(), *bonus)).collect();
    assert_eq!(shown, [("Kettle", 1000), ("Rake", 500), ("Toaster", 500), ("Gnome", 0)]);
    Ok(())
}

async fn related_objects_by_joins_and_by_statements_of_their_own(db: &Database) -> Outcome {
    stock(db).await?;
    let asked = db.capture();
    for order in Order::objects().fetch_mode(FetchMode::One).all(db).await? {
        order.customer.get(db).await?;
    }
    assert_eq!(asked.len(), 5);
    let asked = db.capture();
    let mut names = Vec::new();
    for order in Order::objects().select_related(Order::customer).order_by("id").all(db).await? {
        names.push(order.customer.get(db).await?.first_name.clone());
    }
    assert_eq!((names.join(" ").as_str(), asked.len()), ("Ann Bob Ann Bob", 1));

    let [useful, red] = ["useful", "red"].map(|name| new!(Tag { name, slug: name }));
    let (useful, red) = (useful.create(db).await?, red.create(db).await?);
    let kettle = Product::objects().filter(q!(name = "Kettle")).get(db).await?;
    kettle.tags.add(&[&useful, &red], db).await?;
    Product::objects().filter(q!(name = "Rake")).get(db).await?.tags.add(&[&useful], db).await?;
    let asked = db.capture();
    let mut tags = Vec::new();
    for product in Product::objects().prefetch(Product::tags).order_by("id").all(db).await? {
        tags.push(product.tags.all(db).await?.len());
    }
    assert_eq!((tags, asked.len()), (vec![2, 0, 1, 0], 2));
    Ok(())
}

async fn aggregates_of_all_rows_and_of_groups(db: &Database) -> Outcome {
    stock(db).await?;
    let (mean, most) = Product::objects().aggregate((Avg(Product::price), Max(Product::stock)), db).await?;
    assert_eq!((mean.map(|mean| mean.round_dp(2)), most), (Some(cents(2625)), Some(50)));
    let shelves = Product::objects().values_list(Product::category.name).annotate(&Count(Product::id));
    let shelves = shelves.order_by(Product::category.name).all(db).await?;
    assert_eq!(shelves, [("Garden".to_owned(), 2), ("Kitchen".to_owned(), 2)]);
    Ok(())
}

async fn values_computed_of_each_row(db: &Database) -> Outcome {
    stock(db).await?;
    let goods = Order::total - Order::shipping;
    let fee = Value::<_, i64, _>(10);
    let orders = Order::objects().annotate((&goods, &fee)).order_by("id").all(db).await?;
    let shown: Vec<_> = orders.iter().map(|(_, goods, fee)| (*goods, *fee)).collect();
    assert_eq!(shown, [8000, 3000, 11400, 2000].map(|goods| (cents(goods), 10)));
    Ok(())
}

async fn some_columns_and_mere_existence(db: &Database) -> Outcome {
    stock(db).await?;
    let asked = db.capture();
    let rows = Customer::objects().order_by("id").values(row!(id, first_name)).all(db).await?;
    let pairs = Customer::objects().order_by("id").values_list((Customer::id, Customer::first_name)).all(db).await?;
    assert_eq!(rows.into_iter().map(|row| (row.id, row.first_name)).collect::<Vec<_>>(), pairs);
    assert!(asked.statements().iter().all(|statement| !statement.sql.contains("email")));
    assert!(Customer::objects().filter(q!(id = pairs[0].0)).exists(db).await?);
    assert!(!Customer::objects().filter(q!(first_name = "Dan")).exists(db).await?);
    let ran = asked.statements();
    assert!(ran[2..].iter().all(|statement| statement.sql.starts_with("SELECT 1 FROM")), "{ran:?}");
    Ok(())
}

async fn rows_are_made_together_and_changed_together(db: &Database) -> Outcome {
    stock(db).await?;
    let customers = Customer::objects().all(db).await?;
    let placed_at = at("2024-03-01T00:00:00Z");
    let new = customers.iter().map(|customer| {
        new!(Order { customer, placed_at, status: OrderStatus::Pending, shipping: cents(0), total: cents(10000) })
    });
    let asked = db.capture();
    Order::objects().bulk_create(&mut new.collect::<Vec<_>>(), db).await?;
    let pending = Order::objects().filter(q!(status = OrderStatus::Pending));
    assert_eq!(pending.update(set!(status = OrderStatus::Paid, total = F(total) * 2), db).await?, 4);
    assert_eq!(asked.len(), 2);
    let paid = Order::objects().filter(q!(status = OrderStatus::Paid)).order_by("id");
    assert_eq!(paid.values_list(Order::total).all(db).await?, [5000, 20000, 20000, 20000].map(cents));
    assert_eq!(pending.count(db).await?, 0);
    Ok(())
}

async fn conditions_cases_counts_and_related_objects_at_once(db: &Database) -> Outcome {
    stock(db).await?;
    let bonus = Case(q!(Product, price__gte = 38), 1000).when(q!(Product, price__gte = 20), 500).otherwise(0);
    let reviews = Count(Product::reviews());
    let kitchen = q!(Product, category__name = "Kitchen", price__gt = 35);
    let garden = q!(Product, category__name = "Garden", price__gt = 18);
    let products = Product::objects()
        .filter(kitchen | garden)
        .annotate((&bonus, &reviews))
        .select_related(Product::brand)
        .prefetch(Product::images())
        .order_by("name");
    let asked = db.capture();
    let mut shown = Vec::new();
    for (product, bonus, reviews) in products.all(db).await? {
        let images = Product::images().of(&product).all(db).await?.len();
        let brand = product.brand.get(db).await?.name.clone();
        shown.push((product.name.clone(), brand, bonus, reviews, images));
    }
    let row =
        |name: &str, brand: &str, bonus, reviews, images| (name.to_owned(), brand.to_owned(), bonus, reviews, images);
    assert_eq!(shown, [row("Kettle", "Acme", 1000, 2, 2), row("Rake", "Borealis", 500, 1, 1)]);
    assert_eq!(asked.len(), 2);
    Ok(())
}

async fn the_latest_of_each_and_whether_there_is_any(db: &Database) -> Outcome {
    stock(db).await?;
    let latest = Subquery(&|customer: OuterRef<Customer, _>| {
        let orders = Order::objects().filter(Order::customer.eq(customer)).order_by(Order::placed_at.desc());
        orders.values_list(Order::total).limit(1)
    });
    let buys = Exists(&|customer| Order::objects().filter(Order::customer.eq(customer)));
    let asked = db.capture();
    let found = Customer::objects().annotate((&latest, &buys)).order_by("id").all(db).await?;
    let shown: Vec<_> = found.iter().map(|(_, latest, buys)| (*latest, *buys)).collect();
    assert_eq!(shown, [(Some(cents(11400)), true), (Some(cents(2500)), true), (None, false)]);
    let others = Customer::objects().filter(!buys).values_list(Customer::first_name).all(db).await?;
    assert_eq!((others, asked.len()), (vec!["Cid".to_owned()], 2));
    Ok(())
}

async fn ranks_by_a_total(db: &Database) -> Outcome {
    stock(db).await?;
    let total = Sum(Customer::orders().total).default(cents(0));
    let rank = Rank().over().order_by(total.desc());
    let found = Customer::objects().annotate(&total).annotate(&rank).order_by(rank.asc()).all(db).await?;
    let shown: Vec<_> = found.iter().map(|(customer, total, rank)| (&*customer.first_name, *total, *rank)).collect();
    assert_eq!(shown, [("Ann", cents(19900), 1), ("Bob", cents(6000), 2), ("Cid", cents(0), 3)]);
    Ok(())
}

async fn the_best_few(db: &Database) -> Outcome {
    stock(db).await?;
    let total = Sum(Customer::orders().total);
    let best = Customer::objects().annotate(&total).order_by(total.desc().nulls_last()).limit(2).all(db).await?;
    let shown: Vec<_> = best.iter().map(|(customer, total)| (&*customer.first_name, *total)).collect();
    assert_eq!(shown, [("Ann", Some(cents(19900))), ("Bob", Some(cents(6000)))]);
    Ok(())
}

async fn plans_tell_what_is_read(db: &Database) -> Outcome {
    stock(db).await?;
    let dear = Order::objects().filter(q!(total__gt = 100));
    assert!(dear.explain(db).await?.contains("shop_order"));
    let plan = dear.plan(db).await?;
    assert!(plan.walk().any(|node| node.relation.as_deref() == Some("shop_order")), "{plan}");
    assert_eq!(dear.count(db).await?, 1);
    Ok(())
}

async fn queries_with_names_within_queries(db: &Database) -> Outcome {
    stock(db).await?;
    let spent = Sum(Order::total);
    let dear = Order::objects().filter(q!(total__gt = 50)).order_by(());
    let dear = Cte::new("dear", dear.values_list(Order::customer).annotate(&spent));
    let total = dear.column(&spent);
    let customers = Customer::objects().with(&dear).join(dear.on(Customer::id, Order::customer)).annotate(&total);
    let found = customers.order_by("id").all(db).await?;
    let shown: Vec<_> = found.iter().map(|(customer, total)| (&*customer.first_name, *total)).collect();
    assert_eq!(shown, [("Ann", Some(cents(19900)))]);
    // Of documents: a key, and a part.
    let steel = Product::objects().filter(q!(attributes["colour"] = "steel")).order_by("name");
    assert_eq!(steel.values_list(Upper(Product::name)).all(db).await?, ["KETTLE", "TOASTER"]);
    assert_eq!(Product::objects().filter(q!(status = ProductStatus::Draft)).count(db).await?, 1);
    Ok(())
}
