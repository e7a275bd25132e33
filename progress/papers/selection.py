"""What somebody chose for a paper: its parts, its shape and the words of its cover. As plain data in the database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from progress.enums import TELLING_UNDECIDED, Orientation, PaperKind, PaperPart

_SHEETS = (PaperPart.MEASURES, PaperPart.SHEETS)
_INDEXES = (PaperPart.INDEX_CODE, PaperPart.INDEX_DEPARTMENT)
PARTS: dict[PaperKind, tuple[PaperPart, ...]] = {
    PaperKind.COMMITTEE: (
        PaperPart.COVER,
        PaperPart.CONTENTS,
        PaperPart.OVERVIEW,
        *_SHEETS,
        *_INDEXES,
        PaperPart.GLOSSARY,
    ),
    PaperKind.YEARLY: (
        PaperPart.COVER,
        PaperPart.CONTENTS,
        PaperPart.OVERVIEW,
        *_SHEETS,
        PaperPart.CORRECTIONS,
        *_INDEXES,
        PaperPart.GLOSSARY,
    ),
    PaperKind.EVALUATION: (PaperPart.SHEETS,),
    PaperKind.DEPARTMENT: (PaperPart.CONTENTS, PaperPart.SHEETS),
    PaperKind.MEASURE: (PaperPart.CONTENTS, *_SHEETS),
    PaperKind.CORRECTIONS: (PaperPart.CORRECTIONS,),
    PaperKind.PLAN: (PaperPart.COVER, PaperPart.CONTENTS, PaperPart.GLOSSARY),
}
"""What each kind holds unless somebody chooses otherwise."""


@dataclass(frozen=True)
class Cover:
    """The words of the cover as they are printed; `date` too."""

    committee: str = ""
    subject: str = ""
    number: str = ""
    date: str = ""
    bureau: str = ""


@dataclass(frozen=True)
class Selection:
    """`subject` is what a small paper is of: the key of a 調書 or 所管課, a code of a 施策. No `measures` is all.

    `as_it_stands`: what is not decided yet is told with what is typed so far.
    """

    kind: PaperKind
    parts: tuple[PaperPart, ...]
    orientation: Orientation = Orientation.PORTRAIT
    cover: Cover = Cover()
    measures: tuple[str, ...] = ()
    subject: str = ""
    as_it_stands: bool = False

    @classmethod
    def of(cls, kind: PaperKind, subject: str = "", **chosen: Any) -> "Selection":
        return replace(cls(kind, PARTS[kind], subject=subject), **chosen)

    def has(self, part: PaperPart) -> bool:
        return part in self.parts

    @property
    def tells_undecided(self) -> bool:
        """What everybody reads never does, whatever was chosen."""
        return self.as_it_stands and self.kind in TELLING_UNDECIDED

    def as_json(self) -> dict[str, Any]:
        cover = self.cover
        return {
            "kind": self.kind.value,
            "parts": [part.value for part in self.parts],
            "orientation": self.orientation.value,
            "cover": {
                "committee": cover.committee,
                "subject": cover.subject,
                "number": cover.number,
                "date": cover.date,
                "bureau": cover.bureau,
            },
            "measures": list(self.measures),
            "subject": self.subject,
            "as_it_stands": self.as_it_stands,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Selection":
        """Parts that an older release knew and this one does not are left out."""
        known = [part for part in PaperPart if part.value in data["parts"]]
        return cls(
            PaperKind(data["kind"]),
            tuple(known),
            Orientation(data["orientation"]),
            Cover(**data["cover"]),
            tuple(data["measures"]),
            str(data["subject"]),
            bool(data.get("as_it_stands")),
        )
