//! `.env` files as their loaders read them, with line numbers.
