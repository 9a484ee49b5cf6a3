"""What is due, leases, the runner and the finalisers."""
