"""What the pages of programmes need, as querysets and frozen dataclasses."""
