"""A mail server on loopback, as small as SMTP allows: takes mail, refuses some, breaks off when told to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Server:
    """`refused` addresses get a 550; `breaks_at` is the number of the mail at which the connection is cut."""

    port: int
    received: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    refused: set[str] = field(default_factory=set)
    breaks_at: int | None = None


@contextmanager
def smtp_server() -> Iterator[Server]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    server = Server(listener.getsockname()[1])
    ended = threading.Event()
    thread = threading.Thread(target=_listen, args=(listener, server, ended))
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        thread.join(timeout=10)
        listener.close()


def _listen(listener: socket.socket, server: Server, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            client, _ = listener.accept()
        except TimeoutError:
            continue
        server.connections += 1
        with client:
            client.settimeout(5)
            _converse(client, server)


def _converse(client: socket.socket, server: Server) -> None:
    lines = client.makefile("rb")
    answer = "220 test"
    while True:
        client.sendall(f"{answer}\r\n".encode())
        line = lines.readline().decode().strip()
        command = line[:4].upper()
        if command == "DATA":
            client.sendall(b"354 go on\r\n")
            text = b"".join(iter(lines.readline, b".\r\n"))
            if server.breaks_at == len(server.received) + 1:
                server.breaks_at = None
                return
            server.received.append(message_from_bytes(text, policy=policy.default))
        elif command == "RCPT" and line.partition("<")[2].rstrip(">") in server.refused:
            answer = "550 no such person"
            continue
        elif command in {"QUIT", ""}:
            return
        answer = "250 ok"
