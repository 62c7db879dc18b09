//! YAML with the line of every node.
