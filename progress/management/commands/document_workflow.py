"""`manage.py document_workflow [--check]`: writes docs/workflow.md from the table of transitions."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from progress.enums import RoundState, Status
from progress.workflow import TRANSITIONS, Transition, possible

PATH = settings.BASE_DIR / "docs" / "workflow.md"
HEAD = """# 調書の決裁の流れ

この頁は `progress/workflow.py` の表から `manage.py document_workflow` が作ります。
手で直さないでください（`make check` が確かめます）。
だれができるかは `progress/permissions.py`、いつできるかは `progress/workflow.py` が決めます。

*Made from the table of transitions; `make check` fails when it is stale.*

"""


class Command(BaseCommand):
    help = "調書の決裁の流れ（docs/workflow.md）を、プログラムの表から作ります。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="書かずに、古くなっていないかだけを確かめます。")

    def handle(self, **options: Any) -> None:
        text = document()
        if options["check"]:
            if not PATH.is_file() or PATH.read_text(encoding="utf-8") != text:
                raise CommandError("docs/workflow.md is stale: run `manage.py document_workflow`.")
            return
        PATH.write_text(text, encoding="utf-8")


def document() -> str:
    """The whole page as Markdown: the states, the transitions, and what can follow each state."""
    return HEAD + "\n".join([*_states(), *_transitions(), *_following()]) + "\n"


def _states() -> list[str]:
    rows = [f"| {status.label} | `{status.value}` |" for status in Status]
    return ["## 状態", "", "| 状態 | コード |", "|---|---|", *rows, ""]


def _transitions() -> list[str]:
    head = "| 操作 | コード | 前の状態 | 後の状態 | 行う人 | 必要なこと |"
    return ["## 操作", "", head, "|---|---|---|---|---|---|", *map(_row, TRANSITIONS), ""]


def _row(transition: Transition) -> str:
    sources = "、".join(str(source.label) for source in transition.sources)
    target = str(transition.target.label) if transition.target else "（変わらない）"
    noun = f"{transition.noun}（年度ごと）" if transition.of_round else transition.noun
    return f"| {noun} | `{transition.name}` | {sources} | {target} | {transition.actor.value} | {transition.needs} |"


def _following() -> list[str]:
    lines = ["## 照会中に、それぞれの状態からできること", ""]
    for status in Status:
        nouns = [transition.noun for transition in possible(status=status, round_state=RoundState.OPEN)]
        lines.append(f"- **{status.label}**：{'、'.join(nouns) or 'なし（公表は年度ごとに行います）'}")
    return lines
