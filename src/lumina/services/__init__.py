"""Use cases: what a person or a script asks Lumina to do."""
