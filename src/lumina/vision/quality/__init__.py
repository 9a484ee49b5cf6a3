"""What a picture has gone through: compression now and before, enlargement. Pure functions on grey tiles."""
