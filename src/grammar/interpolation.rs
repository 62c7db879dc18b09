//! `${NAME:-default}` as compose, Dockerfile and `.env` files write it.
