"""Pure functions on arrays: numbers and pixels in, values out."""
