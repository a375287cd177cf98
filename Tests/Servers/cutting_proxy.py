#!/usr/bin/env python3
"""Passes connections on to a Unix socket, and cuts the first one over which the server sends a given text.

    cutting_proxy.py LISTEN TARGET TEXT

Both are paths of Unix sockets. What holds the text is not passed on: the server has done its work, and its client never
hears of it. Prints `ready`, and `cut` when it has done so.
"""

import asyncio
import sys


async def main(listen, target, text):
    is_cut = False

    async def pump(reader, writer, peer, watches):
        nonlocal is_cut
        try:
            while data := await reader.read(1 << 16):
                if watches and not is_cut and text.encode() in data:
                    is_cut = True
                    print("cut", flush=True)
                    break
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass  # The other side has left.
        writer.close()
        peer.close()

    async def serve(reader, writer):
        far_reader, far_writer = await asyncio.open_unix_connection(target)
        await asyncio.gather(pump(reader, far_writer, writer, False), pump(far_reader, writer, far_writer, True))

    server = await asyncio.start_unix_server(serve, listen)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
