"""One's own account: what is known about oneself, and the addresses that one adds."""
