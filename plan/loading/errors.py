"""What goes wrong while a plan is read from its files."""


class FixtureError(Exception):
    """A file of a plan cannot be loaded. The message is Japanese and names the file and the key."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}：{problem}")
        self.place = place
        self.problem = problem
