"""Drop folders: complete files in an inbox are sent, then filed away."""
