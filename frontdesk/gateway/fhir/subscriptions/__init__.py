"""Subscription: R4 with the R5 backport. What is asked is kept, and told, by the room `partners`."""
