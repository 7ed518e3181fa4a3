//! The fields with a fixed set of values.

use embellie::Choices;

/// What a product is in the shop for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
pub enum ProductStatus {
    /// Not shown yet.
    Draft,
    /// For sale.
    Active,
    /// No longer for sale, kept for old orders.
    Discontinued,
}

/// How far an order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
pub enum OrderStatus {
    /// Placed, not paid.
    Pending,
    /// Paid, not sent.
    Paid,
    /// On its way.
    Shipped,
    /// Arrived.
    Delivered,
    /// Called off before it was sent.
    Cancelled,
    /// Sent back.
    Returned,
}

/// How an order was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
pub enum PaymentMethod {
    /// By card.
    Card,
    /// By a wallet on a telephone.
    Wallet,
    /// By bank transfer.
    Transfer,
    /// By invoice.
    Invoice,
}
