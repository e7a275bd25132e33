"""Reading across models for a page, one module for each part of the portal."""
