//! How strong a password, key or token is, and whether the world knows it already.
