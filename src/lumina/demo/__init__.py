"""A marketplace on this machine, to try Lumina with and to test it against: no key, no network.

It speaks like the Etsy Open API v3: the same paths, fields, headers, limits and errors. What it sells is made up from a
number, photographs included, so that it is the same shop on every machine.
"""
