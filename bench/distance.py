"""A server on loopback, seen as from far away: everything takes a while in each direction.

    python -m bench.distance PORT TO_PORT MILLISECONDS

A process of its own, in front of a sink that answers at once: what a worker waits for is
then the distance, as it is with real providers, and not this machine's processors.
"""

from __future__ import annotations

import asyncio
import sys

CHUNK = 262_144


async def main(port: int, target: int, seconds: float) -> None:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(
            _carry(reader, far_writer, seconds), _carry(far_reader, writer, seconds)
        )

    server = await asyncio.start_server(meet, "127.0.0.1", port, limit=CHUNK)
    async with server:
        await server.serve_forever()


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
) -> None:
    """Let what arrives now leave `seconds` later, in order."""
    loop = asyncio.get_running_loop()
    try:
        while data := await reader.read(CHUNK):
            loop.call_later(seconds, writer.write, data)
    except ConnectionError:
        pass
    finally:
        loop.call_later(seconds, writer.close)


if __name__ == "__main__":
    listen, to, milliseconds = (int(word) for word in sys.argv[1:4])
    asyncio.run(main(listen, to, milliseconds / 1000))
