"""A Unix socket in front of Postgres that cuts, delays and swallows what goes through it."""

import asyncio
import threading


class Proxy:
    """One worker's way to the database. All methods may be called from any thread."""

    def __init__(self, directory, target):
        directory.mkdir(parents=True)
        directory.chmod(0o755)
        self.directory = directory
        self._path = directory / ".s.PGSQL.5432"
        self._target = f"{target}/.s.PGSQL.5432"
        self._delay = 0.0
        self._flows = None
        self._writers = set()
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait()

    def cut(self):
        """Closes every connection."""
        self._call(self._close_all)

    def delay(self, seconds):
        """Holds every piece back for so long, from now on."""
        self._delay = seconds

    def swallow(self, is_swallowing):
        """Lets nothing through, without closing anything; or lets it through again."""
        self._call(self._flows.clear if is_swallowing else self._flows.set)

    def _call(self, function):
        self._loop.call_soon_threadsafe(function)

    def _close_all(self):
        for writer in self._writers:
            writer.transport.abort()

    def _run(self, ready):
        asyncio.set_event_loop(self._loop)

        async def serve():
            self._flows = asyncio.Event()
            self._flows.set()
            await asyncio.start_unix_server(self._serve, self._path)
            ready.set()
            await asyncio.Event().wait()

        self._loop.run_until_complete(serve())

    async def _serve(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        except OSError:
            pass  # One side is gone; so the other goes.
        finally:
            self._writers -= {writer, far_writer}
            writer.transport.abort()
            far_writer.transport.abort()

    async def _pump(self, reader, writer):
        while data := await reader.read(65536):
            if self._delay:
                await asyncio.sleep(self._delay)
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError
