"""Every write of programmes and actions that is more than one row, or that must be on record."""
