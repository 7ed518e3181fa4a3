//! Fields that hold several values, ranges, words kept for searches, and arrays of what other rows have.

use embellie::functions::*;
use embellie::prelude::*;
use embellie::typed::Array;
use embellie_suite::models::arrays::*;
use embellie_suite::{Kind, Outcome, models, refused, run};
use jiff::civil::date;

mod arrays {
    use super::*;

    embellie_suite::on_every_database! { arrays:
        tags_of_posts,
    }

    async fn tags_of_posts(db: &Database) -> Outcome {
        for (name, tags, ratings) in [
            ("Both", vec!["django", "python"], vec![5, 3]),
            ("Python", vec!["python"], vec![]),
            ("Rust", vec!["rust"], vec![4]),
        ] {
            let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
            new!(Shelf { name, tags, numbers: Some(ratings), board: Vec::new() }).create(db).await?;
        }
        let names =
            async |condition: Q<Shelf>| Shelf::objects().filter(condition).values_list(Shelf::name).all(db).await;
        assert_eq!(names(q!(tags__contains = ["django"])).await?, ["Both"]);
        assert_eq!(names(q!(tags__overlap = ["python", "django"])).await?, ["Both", "Python"]);
        assert_eq!(names(q!(numbers__contains = [4] | numbers__len = 0)).await?, ["Python", "Rust"]);
        Ok(())
    }
}

mod shop {
    use ::shop::models::*;

    use super::*;

    embellie_suite::on_every_database! { shop:
        the_best_of_each_category,
        truths_and_trends,
    }

    /// At most five of the names of each category's dearest products.
    async fn the_best_of_each_category(db: &Database) -> Outcome {
        crate::shelves::stock(db).await?;
        let names = ArrayAgg(Category::products().name)
            .filter(q!(products__price__gt = 16))
            .order_by(Category::products().price.desc());
        let top = names.clone().slice(..1);
        let found =
            Category::objects().order_by(Category::name).values_list((Category::name, &top, names.len())).all(db).await;
        if Kind::of(db) == Kind::Sqlite {
            refused(found, "NotSupportedError");
            return Ok(());
        }
        let found = found?;
        let of = |name: &str| found.iter().find(|(category, ..)| category == name).cloned();
        let one = |name: &str, count| Some((Some(Array(vec![Some(name.to_owned())])), Some(count)));
        assert_eq!(of("Kitchen").map(|(_, top, count)| (top, count)), one("Kettle", 2));
        assert_eq!(of("Garden").map(|(_, top, count)| (top, count)), one("Rake", 1));
        Ok(())
    }

    async fn truths_and_trends(db: &Database) -> Outcome {
        crate::shelves::stock(db).await?;
        let dear = Case(q!(Product, price__gte = 20), true).otherwise(false);
        let (all, any): (Option<bool>, Option<bool>) =
            Product::objects().aggregate((BoolAnd(dear.clone()), BoolOr(dear)), db).await?;
        assert_eq!((all, any), (Some(false), Some(true)));
        let bits = (BitAnd(Product::stock), BitOr(Product::stock), BitXor(Product::stock));
        let bits = Product::objects().aggregate(bits, db).await;
        let trends = (
            Corr(Product::price, Product::stock),
            CovarPop(Product::price, Product::stock),
            CovarSample(Product::price, Product::stock),
            RegrSlope(Product::price, Product::stock),
            RegrIntercept(Product::price, Product::stock),
            RegrR2(Product::price, Product::stock),
            RegrCount(Product::price, Product::stock),
            RegrAvgX(Product::price, Product::stock),
        );
        let trends = Product::objects().aggregate(trends, db).await;
        let sums = (
            RegrAvgY(Product::price, Product::stock),
            RegrSxx(Product::price, Product::stock),
            RegrSxy(Product::price, Product::stock),
            RegrSyy(Product::price, Product::stock),
        );
        let sums = Product::objects().aggregate(sums, db).await;
        if Kind::of(db) == Kind::Sqlite {
            refused(bits, "NotSupportedError");
            refused(trends, "NotSupportedError");
            refused(sums, "NotSupportedError");
            return Ok(());
        }
        // 5, 50, 10 and 0.
        let (and, or, xor) = bits?;
        assert_eq!((and.map(i64::from), or.map(i64::from), xor.map(i64::from)), (Some(0), Some(63), Some(61)));
        let near =
            |found: Option<f64>, wanted: f64| assert!((found.unwrap() - wanted).abs() < 1e-4, "{found:?} {wanted}");
        let (corr, covariance, of_sample, slope, intercept, fit, rows, mean) = trends?;
        // Prices 40, 30, 20, 15 against stocks 5, 50, 10, 0.
        let (x, y) = ([5.0, 50.0, 10.0, 0.0], [40.0, 30.0, 20.0, 15.0]);
        let (mx, my) = (16.25, 26.25);
        let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(&x, y)| f(x - mx, y - my)).sum::<f64>();
        let (sxx, sxy, syy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
        near(corr, sxy / (sxx * syy).sqrt());
        near(covariance, sxy / 4.0);
        near(of_sample, sxy / 3.0);
        near(slope, sxy / sxx);
        near(intercept, my - mx * sxy / sxx);
        near(fit, sxy * sxy / (sxx * syy));
        assert_eq!(rows, 4);
        near(mean, mx);
        let (mean, a, b, c) = sums?;
        near(mean, my);
        near(a, sxx);
        near(b, sxy);
        near(c, syy);
        Ok(())
    }
}

/// Events on a day, and those that overlap a month.
#[test]
fn events_on_days() -> Outcome {
    run(Kind::Postgres, models::ranges(), async |db| {
        let january = date(2024, 1, 1)..date(2024, 1, 31);
        new!(Event { days: date(2024, 1, 10)..date(2024, 1, 20), ages: 0..100 }).create(db).await?;
        new!(Event { days: date(2024, 1, 31)..date(2024, 2, 5), ages: 0..20 }).create(db).await?;
        let ids = async |condition: Q<Event>| Event::objects().filter(condition).values_list(Event::id).all(db).await;
        assert_eq!(ids(q!(days__contains = date(2024, 1, 15))).await?, [1]);
        assert_eq!(ids(q!(days__overlap = january)).await?, [1]);
        Ok(())
    })
}

/// A vector written by an update, found by a query, the best first.
#[test]
fn searches_of_kept_words() -> Outcome {
    run(Kind::Postgres, models::indexed(), async |db| {
        new!(Article { title: "Rust", body: "not django" }).create(db).await?;
        new!(Article { title: "Django", body: "queries" }).create(db).await?;
        new!(Article { title: "SQL", body: "queries" }).create(db).await?;
        let words = SearchVector((Article::title,)).weight(Weight::A);
        let words = words.plus(SearchVector((Article::body,)).weight(Weight::B));
        Article::objects().update(set!(words = words), db).await?;
        let query = SearchQuery("django");
        let rank = SearchRank(Article::words, &query);
        let found: Vec<(Article, Option<f64>)> =
            Article::objects().annotate(&rank).filter(q!(words = &query)).order_by(rank.desc()).all(db).await?;
        let titles: Vec<&str> = found.iter().map(|(article, _)| article.title.as_str()).collect();
        assert_eq!(titles, ["Django", "Rust"]);
        assert!(found[0].1 > found[1].1);
        Ok(())
    })
}
