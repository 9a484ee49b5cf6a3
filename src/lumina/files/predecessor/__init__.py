"""A folder in which another program has gathered a marketplace: read, never written."""
