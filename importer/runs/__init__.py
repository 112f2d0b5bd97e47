"""One sheet through the stages; upload.py is the page to read first."""
