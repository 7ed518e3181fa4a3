//! The power that something grows by.

/// The exponent of the power law that fits the sizes of the last decade best; `None` when there are fewer than three.
pub(super) fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    let largest = points.iter().map(|(size, _)| *size).fold(0.0, f64::max);
    let last: Vec<(f64, f64)> = points
        .iter()
        .filter(|(size, value)| *size >= largest / 10.0 && *value > 0.0)
        .map(|(size, value)| (size.ln(), value.ln()))
        .collect();
    if last.len() < 3 {
        return None;
    }
    let count = last.len() as f64;
    let middle = |of: fn(&(f64, f64)) -> f64| last.iter().map(of).sum::<f64>() / count;
    let (x, y) = (middle(|point| point.0), middle(|point| point.1));
    let together: f64 = last.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let alone: f64 = last.iter().map(|point| (point.0 - x).powi(2)).sum();
    Some(together / alone)
}

#[cfg(test)]
mod tests {
    use super::exponent;

    fn of(law: fn(f64) -> f64) -> f64 {
        let sizes = [1.0, 10.0, 100.0, 200.0, 500.0, 1_000.0];
        exponent(&sizes.map(|size| (size, law(size)))).unwrap()
    }

    #[test]
    fn powers_are_found() {
        assert!((of(|size| 3.0 * size) - 1.0).abs() < 1e-9);
        assert!((of(|size| 0.1 * size * size) - 2.0).abs() < 1e-9);
        assert!(of(|_| 7.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_done_once_counts_for_little_where_there_is_much() {
        assert!(of(|size| 5.0 + size) < 1.0);
    }

    #[test]
    fn few_sizes_tell_nothing() {
        assert_eq!(exponent(&[(1.0, 1.0), (2.0, 2.0)]), None);
    }
}
