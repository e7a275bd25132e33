"""Reads each file of a folder in a process of its own, and prints as JSON how long it took and how large that grew.

What a process takes at most is never given back to it, so each file is read by a fork of a process that read nothing.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

KILOBYTE = 1024


def _measure(name: str, read: Callable[[bytes], object], file: Path) -> dict[str, object]:
    from programs.excel_safety import UnsafeFile

    started, said = time.process_time(), ""
    try:
        read(file.read_bytes())
    except UnsafeFile as error:
        said = str(error)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE
    return {
        "reader": name,
        "file": file.stem,
        "said": said,
        "seconds": time.process_time() - started,
        "bytes": most,
    }


def main(folder: str) -> None:
    import django

    django.setup()
    from programs.importing.tables import read_tables
    from progress.sheets.locating import opened

    for name, read in (("プログラム", read_tables), ("調書", opened)):
        for file in sorted(Path(folder).iterdir()):
            sys.stdout.flush()
            if os.fork() == 0:
                print(json.dumps(_measure(name, read, file)), flush=True)
                os._exit(0)
            os.wait()


if __name__ == "__main__":
    main(sys.argv[1])
