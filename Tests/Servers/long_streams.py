#!/usr/bin/env python3
"""A program with many long answers that come at once, none of which ends before a part of each has come.

  long_streams.py PROVIDER COUNT PROMPT

Lets the provider go on when each stream has brought more than 1 MiB. Prints how many answers came whole, as JSON.
"""
import json
import os
import sys
import threading
import urllib.request

base, token = os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"]
provider, count, prompt = sys.argv[1], int(sys.argv[2]), sys.argv[3]
# As long as any of them waits for another one's end, this is not passed.
all_there = threading.Barrier(count)
whole = []


def stream(number):
    body = {"model": "fake", "stream": True, "messages": [{"role": "user", "content": f"{number} {prompt}"}]}
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{base}/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=40) as answer:
        had = 0
        while had <= 1 << 20:
            had += len(answer.read1(1 << 16))
        if all_there.wait(timeout=40) == 0:
            go_on = json.dumps({"tag": "long", "from": None}).encode()
            urllib.request.urlopen(f"{provider}/_hold", go_on).close()
        whole.append(answer.read().endswith(b"data: [DONE]\n\n"))


threads = [threading.Thread(target=stream, args=(number,)) for number in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({"whole": whole.count(True)}))
