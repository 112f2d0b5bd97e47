"""Vendors' sheets to purchase-order platforms, every row accounted for."""

__version__ = "0.1.0"
