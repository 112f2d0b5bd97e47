"""Drop folders: what stands in an inbox is taken when it is whole, sent, and filed away."""
