"""Etsy's Open API v3, and whatever else answers in its shapes."""
