"""The reference of W1: a bare ``websockets`` server that sends one text to everybody connected.

``python -m bench.broadcast PORT``; a line on standard input is sent to all, and "sent" is printed.
"""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

GREETING = '{"kind":"snapshot","revision":0,"data":{}}'


async def main(port: int) -> None:
    """Serve until standard input ends."""
    connected: set[ServerConnection] = set()

    async def handler(connection: ServerConnection) -> None:
        connected.add(connection)
        await connection.send(GREETING)
        try:
            await connection.wait_closed()
        finally:
            connected.discard(connection)

    async with serve(handler, "127.0.0.1", port, compression=None):
        print("ready", flush=True)
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=2**22)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            broadcast(connected, line.decode().rstrip("\n"))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
