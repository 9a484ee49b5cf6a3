"""Draws photographs of products. Coordinates are pixels, colours are RGB from 0 to 1 in float32."""
