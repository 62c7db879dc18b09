//! Addresses of data stores: `postgresql://user:password@host:5432/name?sslmode=require`.
