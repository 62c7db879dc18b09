//! Values of HTTP headers: HSTS, cookies, CSP and the like.
