//! Command lines as Dockerfile, compose, Procfile and systemd write them.
