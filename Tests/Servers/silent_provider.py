#!/usr/bin/env python3
"""A provider that takes requests and answers none; it says who has asked, and who has hung up.

The first line of the output says the port, and each further one "asked PATH" or "left PATH". It ends when nobody reads its output any more.
"""
import socket
import threading

from fake_provider import end_with_reader


def hold(peer):
    head = b""
    while b"\r\n\r\n" not in head:
        head += peer.recv(65536)
    path = head.split()[1].decode()
    print("asked", path, flush=True)
    while peer.recv(65536):
        pass
    print("left", path, flush=True)


if __name__ == "__main__":
    threading.Thread(target=end_with_reader, daemon=True).start()
    server = socket.create_server(("127.0.0.1", 0))
    print("port", server.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=hold, args=(server.accept()[0],), daemon=True).start()
