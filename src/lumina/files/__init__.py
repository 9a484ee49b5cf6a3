"""Masters (read-only), sidecars and derived files on disk."""
