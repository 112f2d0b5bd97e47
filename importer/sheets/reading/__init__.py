"""Every way in: bytes become worksheets of typed cells."""
