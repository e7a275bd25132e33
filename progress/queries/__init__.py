"""What a page of the round needs, as querysets and frozen dataclasses."""
