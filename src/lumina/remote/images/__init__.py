"""Images of marketplaces over HTTP: many at a time, politely, and only from addresses that anybody may reach."""
