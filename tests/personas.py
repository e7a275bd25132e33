"""Personas as fixtures."""
