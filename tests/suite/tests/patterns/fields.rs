//! Only what is shown is read: some fields of each row, and all but the heavy ones, with what belongs to them.

use embellie::Partial;
use embellie::partial::PartialRows;
use embellie::prelude::*;
use embellie_suite::{Outcome, refused};
use shop::choices::ProductStatus;
use shop::models::*;

use crate::shelves::{cents, stock};

embellie_suite::on_every_database! { shop:
    a_list_needs_a_name_and_a_key,
    heavy_fields_are_put_off,
    keys_are_read_as_they_are,
    fields_of_related_objects_by_one_join,
    a_summary_that_query_sets_share,
    a_list_page_takes_two_statements,
    what_is_counted_beside_a_few_fields,
}

fn columns(asked: &embellie::database::Capture) -> String {
    let statements = asked.statements();
    let sql = statements.last().map(|statement| statement.sql.to_string()).unwrap_or_default();
    sql.split(" FROM ").next().unwrap_or_default().to_owned()
}

async fn a_list_needs_a_name_and_a_key(db: &Database) -> Outcome {
    stock(db).await?;
    let asked = db.capture();
    let customers = Customer::objects().only((Customer::id, Customer::first_name)).all(db).await?;
    let shown: Vec<(i64, &str)> =
        customers.iter().map(|c| (*c.get(Customer::id), c.get(Customer::first_name).as_str())).collect();
    assert_eq!((shown, asked.len()), (vec![(1, "Ann"), (2, "Bob"), (3, "Cid")], 1));
    assert!(!columns(&asked).contains("email"), "{}", columns(&asked));
    // The same without the objects.
    let pairs = Customer::objects().values_list((Customer::id, Customer::first_name)).all(db).await?;
    assert_eq!(pairs.len(), 3);
    // And without Rust types.
    let records = db.objects("shop.Customer")?.only(["id", "first_name"]).all(db).await?;
    assert_eq!(records[1].get("first_name")?.to_string(), "'Bob'");
    assert!(records[1].get("email").is_err());
    Ok(())
}

async fn heavy_fields_are_put_off(db: &Database) -> Outcome {
    stock(db).await?;
    let asked = db.capture();
    let products = Product::objects().defer((Product::description, Product::attributes)).order_by("id").all(db).await?;
    let sql = columns(&asked);
    assert!(!sql.contains("description") && !sql.contains("attributes") && sql.contains("price"), "{sql}");
    assert_eq!((products[0].get(Product::name)?, products[0].get(Product::price)?), ("Kettle".into(), cents(4000)));
    // The page of one product needs them after all, and the others then come with it.
    assert_eq!(products[0].load(Product::description, db).await?, "boils water for the tea in no time");
    assert_eq!(products[3].load(Product::description, db).await?, "stands in the garden");
    assert_eq!(asked.len(), 2);
    assert!(!columns(&asked).contains("attributes"));
    Ok(())
}

async fn keys_are_read_as_they_are(db: &Database) -> Outcome {
    stock(db).await?;
    let asked = db.capture();
    let products = Product::objects().only((Product::id, Product::name, Product::brand_id)).order_by("id");
    let keys: Vec<i64> = products.all(db).await?.iter().map(|product| *product.get(Product::brand_id)).collect();
    assert_eq!((keys, asked.len()), (vec![1, 1, 2, 2], 1));
    assert!(!columns(&asked).contains("shop_brand"));
    // As foreign keys, they lead on: two statements for all.
    for product in &Product::objects().only((Product::name, Product::brand)).all(db).await? {
        assert!(!product.get(Product::brand).get(db).await?.country.is_empty());
    }
    assert_eq!(asked.len(), 3);
    Ok(())
}

async fn fields_of_related_objects_by_one_join(db: &Database) -> Outcome {
    stock(db).await?;
    let asked = db.capture();
    let for_sale =
        Product::objects().only((Product::name, Product::brand.name)).filter(q!(status = ProductStatus::Active));
    let found = for_sale.order_by("id").all(db).await?;
    let shown: Vec<(&str, &str)> =
        found.iter().map(|p| (p.get(Product::name).as_str(), p.get(Product::brand.name).as_str())).collect();
    assert_eq!(shown, [("Kettle", "Acme"), ("Toaster", "Acme"), ("Rake", "Borealis")]);
    let sql = columns(&asked);
    assert!(sql.matches(',').count() >= 2 && !sql.contains("founded") && !sql.contains("price"), "{sql}");
    assert_eq!(asked.len(), 1);
    Ok(())
}

/// Methods of a query set, as a project adds them.
trait ProductQueries {
    fn summaries(self) -> QuerySet<Product, PartialRows<Product>>;
}

impl ProductQueries for QuerySet<Product> {
    fn summaries(self) -> QuerySet<Product, PartialRows<Product>> {
        self.only((Product::name, Product::price)).erased()
    }
}

async fn a_summary_that_query_sets_share(db: &Database) -> Outcome {
    stock(db).await?;
    let dear: Vec<Partial<Product>> =
        Product::objects().filter(q!(price__gt = 20)).summaries().order_by("-price").all(db).await?;
    let shown: Vec<(String, Decimal)> =
        dear.iter().map(|p| Ok((p.get(Product::name)?, p.get(Product::price)?))).collect::<embellie::Result<_>>()?;
    assert_eq!(shown, [("Kettle".to_owned(), cents(4000)), ("Toaster".to_owned(), cents(3000))]);
    // The type does not say what was read: the object does.
    let message = refused(dear[0].get(Product::stock), "FieldError");
    assert!(message.contains("'stock'"), "{message}");
    assert_eq!(dear[0].load(Product::stock, db).await?, 5);
    Ok(())
}

async fn a_list_page_takes_two_statements(db: &Database) -> Outcome {
    stock(db).await?;
    let useful = new!(Tag { name: "useful", slug: "useful" }).create(db).await?;
    let kettle = Product::objects().filter(q!(name = "Kettle")).get(db).await?;
    kettle.tags.add(&[&useful], db).await?;
    let asked = db.capture();
    let listed = Product::objects()
        .prefetch(Product::tags)
        .only((Product::name, Product::slug, Product::price, Product::brand.name, Product::category.name))
        .order_by("id")
        .all(db)
        .await?;
    let mut shown = Vec::new();
    for product in &listed {
        let tags = product.related(Product::tags).all(db).await?;
        shown.push(format!(
            "{} ({}) by {} in {}: {}",
            product.get(Product::name),
            product.get(Product::price),
            product.get(Product::brand.name),
            product.get(Product::category.name),
            tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(", ")
        ));
    }
    assert_eq!(shown[0], "Kettle (40.00) by Acme in Kitchen: useful");
    assert_eq!((shown.len(), asked.len()), (4, 2), "{:?}", asked.statements());
    Ok(())
}

async fn what_is_counted_beside_a_few_fields(db: &Database) -> Outcome {
    stock(db).await?;
    let reviews = Count(Product::reviews());
    let asked = db.capture();
    let counted = Product::objects()
        .annotate(&reviews)
        .only((Product::name, Product::brand.name, Product::category.name))
        .order_by("id")
        .all(db)
        .await?;
    let shown: Vec<(&str, &str, i64)> = counted
        .iter()
        .map(|(p, n)| (p.get(Product::name).as_str(), p.get(Product::category.name).as_str(), *n))
        .collect();
    assert_eq!(
        shown,
        [("Kettle", "Kitchen", 2), ("Toaster", "Kitchen", 0), ("Rake", "Garden", 1), ("Gnome", "Garden", 0)]
    );
    assert_eq!(asked.len(), 1);
    Ok(())
}
