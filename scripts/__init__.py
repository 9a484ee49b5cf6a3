"""Programs for working on Lumina; nothing here is part of what is installed."""
