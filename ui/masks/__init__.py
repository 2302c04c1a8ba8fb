"""What the Masks page is made of: what was brought, what the network saw in it, what is shown and taken home of that."""
