"""Runs the benches named, or all, on the database of DATABASE_URL (a temporary SQLite file by default).

Exit status 1 when a figure the issues name is not reached.
"""

import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        os.environ.setdefault("SECRET_KEY", "bench-only")
        os.environ.update(
            PORTAL_MODE="demo",
            PORTAL_VAR_DIR=folder,
            ALLOWED_HOSTS="127.0.0.1,testserver",
            DJANGO_SETTINGS_MODULE="tests.bench.settings",
        )
        # After the environment is set: these read the settings.
        import django

        django.setup()
        from django.core.management import call_command

        for command in ("migrate", "createcachetable", "load_plan", "collectstatic"):
            options = {"interactive": False} if command in {"migrate", "collectstatic"} else {}
            call_command(command, verbosity=0, **options)
        from tests.bench import books, pages, papers, papers_beside, rounds, search, uploads

        benches = {
            "pages": pages.run,
            "search": search.run,
            "rounds": rounds.run,
            "papers": papers.run,
            "papers_beside": papers_beside.run,
            "books": books.run,
            "uploads": uploads.run,
        }
        reached = [benches[name]() for name in sys.argv[1:] or benches]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
