"""A server of somebody else's: it writes down what it is sent, and knows of no keys."""

import http.server
import threading


class Notebook:
    """Writes the body of each request to a log, as one line."""

    def __init__(self, log):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                line = self.rfile.read(int(self.headers["Content-Length"]))
                with open(log, "ab") as file:
                    file.write(line + b"\n")
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Nobody wants to read that."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self):
        self._server.shutdown()
        self._server.server_close()
