"""The ways between workers, schedulers, servers of Postgres and providers: each goes through a proxy of its own."""

import load
import shapes
from programs import SCHEDULERS, WORKERS
from proxy import Proxy

BATCH_DOUBT_SECONDS = 30
"""Longer than a worker and then its way can be held up one behind the other, while a batch is being sent."""


class Ways:
    def __init__(self, directory, sockets, link, providers, notebook):
        """link: leads to the host of the last worker, or None."""
        self._directory = directory
        self._sockets = sockets
        self._link = link
        self.to_model = [Proxy((self._near(number), 0), ("127.0.0.1", providers.model_port)) for number in range(WORKERS)]
        self.to_batches = [Proxy((self._near(number), 0), ("127.0.0.1", providers.batch_port)) for number in range(WORKERS)]
        self.to_notebook = [Proxy((self._near(number), 0), ("127.0.0.1", notebook.port)) for number in range(WORKERS)]
        """Nothing is done to these: what such a way held back, and let go later, nobody could answer for who has to say whether it has happened."""
        self.to_postgres = [self._to_postgres(number) for number in range(WORKERS + SCHEDULERS)]
        """Those of each worker, and behind the last one of each scheduler, to both servers."""
        self.fronts = [Proxy(("127.0.0.1", 0)) for _ in range(SCHEDULERS)]
        """Those of clients to schedulers."""

    def to_providers(self, number):
        """The ways of a worker to the providers."""
        return [self.to_model[number], self.to_batches[number]]

    def heal(self):
        for proxy in [*sum(self.to_postgres, []), *self.to_model, *self.to_batches, *self.fronts]:
            proxy.heal()

    def prefix(self, number):
        """What starts a worker on its host."""
        return self._link.prefix if self.is_linked(number) else []

    def is_linked(self, number):
        """Whether a worker is on the host behind the link."""
        return self._link is not None and number == WORKERS - 1

    def is_on_tcp(self, number):
        """Whether a worker, or behind the last one a scheduler, reaches Postgres over TCP, whose connections can be reset; the
        others use Unix sockets."""
        return number in (0, WORKERS) or self.is_linked(number)

    def _near(self, number):
        return self._link.address if self.is_linked(number) else "127.0.0.1"

    def _to_postgres(self, number):
        """The ways of a worker, or behind the last worker of a scheduler, to both servers."""
        if self.is_on_tcp(number):
            return [Proxy((self._near(number), 0), f"{socket}/.s.PGSQL.5432") for socket in self._sockets]
        ways = []
        for place, socket in enumerate(self._sockets):
            directory = self._directory / f"way{number}{place}"
            directory.mkdir()
            ways.append(Proxy(directory / ".s.PGSQL.5432", f"{socket}/.s.PGSQL.5432"))
        return ways

    def database(self, number, process):
        """How a worker or scheduler reaches the database, and how it calls itself there."""
        if self.is_on_tcp(number):
            near, ways = self._near(number), self.to_postgres[number]
            hosts = f"host={near},{near} port={ways[0].port},{ways[1].port}"
        else:
            hosts = f"host={self._directory}/way{number}0,{self._directory}/way{number}1"
        return f"{hosts} user=chassis dbname=chassis target_session_attrs=read-write connect_timeout=3 application_name={process}"

    def connections(self, number):
        """The file with a worker's connections."""
        path = self._directory / f"connections{number}.yaml"
        path.write_text(
            f'connections:\n  model: {{kind: openai, url: "http://{self._near(number)}:{self.to_model[number].port}/v1", '
            f"prices: {{scripted: {{input: {load.PRICE['input']}, output: {load.PRICE['output']}}}}}, first_byte: 4s, stall: 3s, "
            f"limits: {{concurrent: {load.CONCURRENT_CALLS}}}}}\n"
            f'  notebook: {{kind: http, url: "http://{self._near(number)}:{self.to_notebook[number].port}", allow_private: true}}\n'
            f'  {shapes.BATCHES}: {{kind: openai, url: "http://{self._near(number)}:{self.to_batches[number].port}/v1", key: a-key, '
            f"prices: {{fake: {{input: {load.PRICE['input']}, output: {load.PRICE['output']}, batch_percent: "
            f"{shapes.BATCH_PERCENT}, max_output: 100}}}}, batches: {{gather: 1s, poll: 300ms, doubt: {BATCH_DOUBT_SECONDS}s}}}}\n")
        return path
