"""Frozen values and ports; no input or output happens here."""
