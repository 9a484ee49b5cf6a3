"""Listings of marketplaces: found by what they look like and by words, browsed, and told of."""

from lumina.services.listings.search import ListingSearch

__all__ = ["ListingSearch"]
