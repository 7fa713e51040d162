"""Reading official documents: text with layout in, a proposal of register fields out. No database, no sockets."""
