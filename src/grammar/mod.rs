//! Small grammars that several formats share. They know texts, and nothing of this program.

pub mod connection_url;
pub mod dotenv;
pub mod http_caching;
pub mod http_header;
pub mod image_reference;
pub mod ini;
pub mod interpolation;
pub mod mail_records;
pub mod package_name;
pub mod registered_domain;
pub mod set_cookie;
pub mod shell_words;
pub mod sql_words;
pub mod structured_field;
pub mod unit_file;
pub mod yaml;
