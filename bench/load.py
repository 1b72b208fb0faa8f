"""A small HTTP load generator: keep-alive connections, one process, little of the machine's two cores.

Runs in its own process (`python -m bench.load`), reads one JSON job from standard input and prints
one JSON result, so that it never shares the server's interpreter.
"""

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit


class Client:
    """One keep-alive connection to the server."""

    def __init__(self, host: str, port: int):
        self.host, self.port = host, port
        self.reader = self.writer = None

    async def request(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Send one request; returns status and body (empty body for a redirect)."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        self.writer.write(head + body)
        try:
            raw = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            self.writer = None
            raise
        lines = raw.split(b"\r\n")
        status = int(lines[0].split(b" ", 2)[1])
        headers = {
            line.split(b":", 1)[0].strip().lower(): line.split(b":", 1)[1].strip()
            for line in lines[1:]
            if b":" in line
        }
        if b"content-length" in headers:
            content = await self.reader.readexactly(int(headers[b"content-length"]))
        elif headers.get(b"transfer-encoding") == b"chunked":
            content = await self._chunks()
        else:
            content = b""
        if headers.get(b"connection", b"").lower() == b"close":
            self.writer.close()
            self.writer = None
        return status, content

    async def _chunks(self) -> bytes:
        content = b""
        while size := int((await self.reader.readline()).strip(), 16):
            content += await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()
        return content


async def run(job: dict) -> dict:
    """Work through `requests` with `clients` connections; each request once (or cycled for `seconds`)."""
    parts = urlsplit(job["base"])
    requests = [_encode(parts.netloc, request) for request in job["requests"]]
    queue = iter(range(len(requests)))
    seconds = job.get("seconds")
    deadline = time.monotonic() + seconds if seconds else None
    times: list[float] = []
    statuses: dict[str, int] = {}
    failed: list[int] = []
    done: list[int] = []
    count = 0

    def next_index():
        nonlocal count
        if deadline is None:
            return next(queue, None)
        if time.monotonic() > deadline:
            return None
        count += 1
        return (count - 1) % len(requests)

    async def work():
        client = Client(parts.hostname, parts.port)
        while (index := next_index()) is not None:
            started = time.monotonic()
            try:
                status, _ = await client.request(*requests[index])
            except (OSError, asyncio.IncompleteReadError):
                failed.append(index)
                continue
            times.append(time.monotonic() - started)
            statuses[str(status)] = statuses.get(str(status), 0) + 1
            (done if status in job["expect"] else failed).append(index)

    started = time.monotonic()
    await asyncio.gather(*(work() for _ in range(job["clients"])))
    elapsed = time.monotonic() - started
    times.sort()
    return {
        "seconds": elapsed,
        "per_second": len(done) / elapsed,
        "p50_ms": 1000 * times[len(times) // 2] if times else None,
        "p95_ms": 1000 * times[int(len(times) * 0.95)] if times else None,
        "statuses": statuses,
        "failed": len(failed),
        "done": done if deadline is None else len(done),
    }


def _encode(netloc: str, request: dict) -> tuple[bytes, bytes]:
    body = request.get("body", "").encode()
    headers = {
        "Host": netloc,
        "Content-Length": str(len(body)),
        "Connection": "keep-alive",
        **request.get("headers", {}),
    }
    if body:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{request['method']} {request['path']} HTTP/1.1\r\n{lines}\r\n".encode(), body


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
