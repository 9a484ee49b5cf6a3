"""HTTP sources outside this installation."""
