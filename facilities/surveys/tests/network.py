"""A network between browser and server that can be cut: a real one, since a browser's own pretence
of being offline does not reach its service workers."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Network:
    """Forwards TCP connections to a server. `cut()` breaks them and refuses new ones; while
    `swallows` is set, requests arrive and answers get lost."""

    def __init__(self, server_url: str):
        parts = urlsplit(server_url)
        self._server = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self.is_up = True
        self.swallows = False
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Nothing gets through any more."""
        self.is_up = False
        self._break()

    def restore(self) -> None:
        """The connection is back."""
        self.swallows = False
        self.is_up = True
        self._break()

    def close(self) -> None:
        """The end."""
        self.cut()
        self._listener.close()

    def _break(self) -> None:
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self.is_up:
                client.close()
                continue
            try:
                upstream = socket.create_connection(self._server)
            except OSError:
                client.close()
                continue
            self._open |= {client, upstream}
            for pair in ((client, upstream, False), (upstream, client, True)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not (is_answer and self.swallows):
                    sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
