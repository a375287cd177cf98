"""A socket in front of a server that cuts, resets, delays and swallows what goes through it."""

import asyncio
import collections
import contextlib
import socket
import struct
import threading

REST_OF_AN_ANSWER_SECONDS = 0.2


class Proxy:
    """One way to a server. All methods may be called from any thread.

    Addresses are paths of Unix sockets, or pairs of host and port; port 0 takes a free one.
    """

    def __init__(self, address, target=None):
        self.target = target
        self._delay = 0.0
        self._loses_answers = False
        self._refuses = False
        self._flows = None
        self._answers_flow = None
        self._writers = set()
        self.bites = collections.Counter()
        """How many connections were cut, reset or refused, and how often something was held back, swallowed or lost."""
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(address, ready), daemon=True).start()
        ready.wait()

    def cut(self):
        """Closes every connection."""
        self._call(self._close_all, "cut")

    def reset(self):
        """Resets every connection: what was sent and not yet read is gone."""
        self._call(self._close_all, "reset")

    def refuse(self, is_refusing):
        """Takes no connection, from now on, and closes those that are there; or takes them again."""
        self._refuses = is_refusing
        if is_refusing:
            self._call(self._close_all, "refuse")

    def delay(self, seconds):
        """Holds every piece back for so long, from now on."""
        self._delay = seconds

    def swallow(self, is_swallowing):
        """Lets nothing through, without closing anything; or lets it through again."""
        self._call(self._flows.clear if is_swallowing else self._flows.set)

    def swallow_answers(self, is_swallowing):
        """Lets requests through and no answers, without closing anything; or lets them through again."""
        self._call(self._answers_flow.clear if is_swallowing else self._answers_flow.set)

    def lose_answers(self, is_losing):
        """Lets requests through, swallows the answer of each and closes the connection; or ends that."""
        self._loses_answers = is_losing

    def heal(self):
        self.refuse(False)
        self.delay(0)
        self.swallow(False)
        self.swallow_answers(False)
        self.lose_answers(False)

    def _call(self, function, *arguments):
        self._loop.call_soon_threadsafe(function, *arguments)

    def _close_all(self, how):
        self.bites[how] += len(self._writers)
        for writer in self._writers:
            if how == "reset" and (end := writer.get_extra_info("socket")) and end.family != socket.AF_UNIX:
                with contextlib.suppress(OSError):  # It is closed already.
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def _run(self, address, ready):
        asyncio.set_event_loop(self._loop)

        async def serve():
            self._flows, self._answers_flow = asyncio.Event(), asyncio.Event()
            self._flows.set()
            self._answers_flow.set()
            if isinstance(address, tuple):
                server = await asyncio.start_server(self._serve, *address)
                self.port = server.sockets[0].getsockname()[1]
            else:
                await asyncio.start_unix_server(self._serve, address)
            ready.set()
            await asyncio.Event().wait()

        self._loop.run_until_complete(serve())

    async def _serve(self, reader, writer):
        try:
            self.bites["refuse"] += self._refuses
            if self._refuses or self.target is None:
                raise ConnectionRefusedError
            if isinstance(self.target, tuple):
                far_reader, far_writer = await asyncio.open_connection(*self.target)
            else:
                far_reader, far_writer = await asyncio.open_unix_connection(self.target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer, is_answer=True))
        except OSError:
            pass  # One side is gone; so the other goes.
        finally:
            self._writers -= {writer, far_writer}
            writer.transport.abort()
            far_writer.transport.abort()

    async def _pump(self, reader, writer, is_answer=False):
        while data := await reader.read(65536):
            self._count_bites(is_answer)
            if self._delay:
                await asyncio.sleep(self._delay)
            await self._flows.wait()
            if is_answer:
                await self._answers_flow.wait()
            if is_answer and self._loses_answers:
                await asyncio.sleep(REST_OF_AN_ANSWER_SECONDS)
                break
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError

    def _count_bites(self, is_answer):
        """Counts what is done to a piece."""
        self.bites["delay"] += self._delay > 0
        self.bites["swallow"] += not self._flows.is_set()
        if is_answer:
            self.bites["swallow_answers"] += not self._answers_flow.is_set()
            self.bites["lose_answers"] += self._loses_answers
