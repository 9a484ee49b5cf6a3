"""The process keeper behind `lumina up`."""
