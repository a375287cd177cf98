#!/usr/bin/env python3
"""A small object store that speaks as much of S3 as whoever looks for arrivals asks for, and is strict about it.

  GET /BUCKET?list-type=2&...        ListObjectsV2, signed (AWS Signature Version 4), two objects a page
  PUT, DELETE /_objects/KEY          puts or removes an object, unsigned: for tests
  POST /_refuse/STATUS               answers the next listing with this status instead, for tests

The signature is computed anew from the request as it came, so a mistake in any part of it is refused as S3 would: 403 with
its reason as XML. The first line of the output says the port. The server ends when nobody reads its output any more.
"""
import datetime
import hashlib
import hmac
import http.server
import os
import select
import sys
import threading
import urllib.parse
from xml.sax.saxutils import escape

BUCKET, REGION, KEY_ID, SECRET = "lake", "eu-central-1", "AKIDTEST", "s3cr3t/key+"
PAGE = 2
objects = {}
refusals = []
lock = threading.Lock()


def encoded(text):
    return urllib.parse.quote(text, safe="-_.~")


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def fault(handler, query):
    """Why the signature of a request is not what it should be; None when it is."""
    given = handler.headers.get("Authorization", "")
    if not given.startswith("AWS4-HMAC-SHA256 "):
        return "AccessDenied"
    parts = dict(part.strip().split("=", 1) for part in given[len("AWS4-HMAC-SHA256 "):].split(","))
    stamp = handler.headers.get("X-Amz-Date", "")
    scope = f"{stamp[:8]}/{REGION}/s3/aws4_request"
    if parts["Credential"] != f"{KEY_ID}/{scope}":
        return "AuthorizationHeaderMalformed"
    then = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    if abs((datetime.datetime.now(datetime.timezone.utc) - then).total_seconds()) > 900:
        return "RequestTimeTooSkewed"
    digest = hashlib.sha256(b"").hexdigest()
    if handler.headers.get("X-Amz-Content-Sha256") != digest:
        return "XAmzContentSHA256Mismatch"
    names = parts["SignedHeaders"].split(";")
    if "host" not in names or "x-amz-date" not in names:
        return "AccessDenied"
    canonical = "\n".join([
        "GET", urllib.parse.urlsplit(handler.path).path,
        "&".join(sorted(f"{encoded(name)}={encoded(value)}" for name, value in query)),
        "".join(f"{name}:{' '.join((handler.headers.get(name) or '').split())}\n" for name in names),
        parts["SignedHeaders"], digest,
    ])
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + SECRET).encode()
    for part in scope.split("/"):
        key = sign(key, part)
    right = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return None if hmac.compare_digest(right, parts["Signature"]) else "SignatureDoesNotMatch"


def listing(query):
    given = dict(query)
    prefix, after = given.get("prefix", ""), given.get("continuation-token", "")
    with lock:
        found = sorted((key, value) for key, value in objects.items() if key.startswith(prefix) and key > after)
    page = found[:PAGE]
    more = len(found) > PAGE
    entries = "".join(
        f"<Contents><Key>{escape(urllib.parse.quote_plus(key, safe='/'))}</Key><LastModified>{at}</LastModified>"
        f"<ETag>&quot;{hashlib.md5(body).hexdigest()}&quot;</ETag><Size>{len(body)}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
        for key, (body, at) in page)
    token = f"<NextContinuationToken>{escape(page[-1][0])}</NextContinuationToken>" if more else ""
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{BUCKET}</Name><Prefix>{escape(encoded(prefix))}</Prefix><KeyCount>{len(page)}</KeyCount>"
            f"<MaxKeys>{PAGE}</MaxKeys><EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>"
            f"{token}{entries}</ListBucketResult>")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=""):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
        reason = fault(self, query)
        if reason:
            return self.answer(403, f"<Error><Code>{reason}</Code><Message>no</Message></Error>")
        if refusals:
            return self.answer(refusals.pop(), "<Error><Code>SlowDown</Code><Message>later</Message></Error>")
        if parts.path != f"/{BUCKET}":
            return self.answer(404, "<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>")
        self.answer(200, listing(query))

    def do_PUT(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        with lock:
            objects[urllib.parse.unquote(self.path[len("/_objects/"):])] = (body, at)
        self.answer(200)

    def do_DELETE(self):
        with lock:
            objects.pop(urllib.parse.unquote(self.path[len("/_objects/"):]), None)
        self.answer(200)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        refusals.append(int(self.path.rsplit("/", 1)[1]))
        self.answer(200)


def end_with_reader():
    poll = select.poll()
    poll.register(sys.stdout.fileno(), select.POLLERR)
    poll.poll()
    os._exit(0)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"port {server.server_port}", flush=True)
threading.Thread(target=end_with_reader, daemon=True).start()
server.serve_forever()
