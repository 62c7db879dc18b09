//! Python source to values, without running it.
