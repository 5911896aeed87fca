"""Reproducible annual report of the Moroccan digital-health observatory."""

__version__ = "0.1.0"
