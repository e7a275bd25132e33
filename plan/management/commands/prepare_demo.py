"""`manage.py prepare_demo`: everything `make run` needs before it serves, in one process."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

STAMP = "static-stamp"
# Commands of later apps, in this order, where they are installed: plan knows them by name only.
SAMPLES = ("load_sample", "load_sample_rounds")


class Command(BaseCommand):
    help = "見本の設置を整えます：データベース、プランの取り込み、見本アカウント、見本データ、静的ファイル。"

    def handle(self, **options: Any) -> None:
        """Migrates, makes the cache table, loads the plan, the demo accounts and sample data, collects static files.

        Every step is idempotent and keeps what is there. Refuses to run in
        production: demo accounts have known passwords.
        """
        if not settings.DEMO:
            raise CommandError("prepare_demo は PORTAL_MODE=demo のときだけ使えます。")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        call_command("load_plan", stdout=self.stdout)
        call_command("make_demo_accounts", stdout=self.stdout)
        self._load_samples()
        self._collect_static()

    def _load_samples(self) -> None:
        """Sample data that does not fit what people made of the demo must not keep it from starting."""
        for command in SAMPLES:
            if command not in get_commands():
                continue
            try:
                call_command(command, stdout=self.stdout)
            except CommandError as error:
                self.stderr.write(str(error))

    def _collect_static(self) -> None:
        """Skips the compression of some hundred files when none of them has changed."""
        stamp = settings.VAR_DIR / STAMP
        state = _static_state()
        if stamp.is_file() and stamp.read_text(encoding="ascii") == state and settings.STATIC_ROOT.is_dir():
            return
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(state, encoding="ascii")


def _static_state() -> str:
    """A digest over name, size and time of change of every static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            changed = storage.get_modified_time(name).timestamp()
            digest.update(f"{name}\0{storage.size(name)}\0{changed}\n".encode())
    return digest.hexdigest()
