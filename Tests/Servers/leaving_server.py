#!/usr/bin/env python3
"""An HTTP server that answers the first request, reads the second over the same connection, and is gone.

Nobody can connect to it any more before the connection ends. The first line of the output says the port, the second how
the second request begins.
"""
import socket


def read_request(stream):
    first = stream.readline().decode("latin-1").rstrip("\r\n")
    length = 0
    while line := stream.readline().decode("latin-1").rstrip("\r\n"):
        name, value = line.split(":", 1)
        if name.lower() == "content-length":
            length = int(value)
    stream.read(length)
    return first


listener = socket.create_server(("127.0.0.1", 0))
print("port", listener.getsockname()[1], flush=True)
connection, _ = listener.accept()
stream = connection.makefile("rb")
read_request(stream)
connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
print("read", read_request(stream), flush=True)
listener.close()
stream.close()
connection.close()
