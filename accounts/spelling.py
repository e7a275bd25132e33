"""One spelling for what people type to say who they are."""

import unicodedata


def normalise_login(text: str) -> str:
    """Staff number or mail as typed, in any width → half width, no blanks around it."""
    return unicodedata.normalize("NFKC", text).strip()
