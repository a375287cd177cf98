"""Faults of the ways between workers, schedulers, servers of Postgres, providers, and clients."""

from program_faults import LONGER_THAN_THE_LEASE
from programs import SCHEDULERS, WORKERS
from subject import Subject


class WayFaults(Subject):
    def weighted(self):
        faults = [
            (3, self.cut_connections), (3, self.swallow), (3, self.delay), (5, self.hurt_way_to_postgres),
            (4, self.hurt_way_to_provider), (2, self.lose_answers),
        ]
        if self.world.link:
            faults.append((3, self.take_link_down))
        return faults

    def some_way(self):
        """Whose ways to Postgres: a worker's or a scheduler's."""
        return self.random.randrange(len(self.world.ways.to_postgres))

    def cut_connections(self):
        self.each_way(self.some_way(), lambda way: way.cut())

    def swallow(self):
        """Nothing comes through; afterwards all of it, or nothing ever."""
        self.hold_up("swallow", self.some_way())

    def hold_up(self, how, number):
        is_cut = self.random.random() < 0.5
        self.each_way(number, lambda way: getattr(way, how)(True))

        def heal():
            if is_cut:
                self.each_way(number, lambda way: way.cut())
            self.each_way(number, lambda way: getattr(way, how)(False))

        self.after(self.random.uniform(0.2, LONGER_THAN_THE_LEASE), heal)

    def hurt_way_to_postgres(self):
        """What was sent is carried out, and whoever sent it never hears so; or the way is shut."""
        how = self.random.choice(["reset", "refuse", "swallow_answers", "lose_answers"])
        if how == "reset":
            on_tcp = [number for number in range(len(self.world.ways.to_postgres)) if self.world.ways.is_on_tcp(number)]
            self.each_way(self.random.choice(on_tcp), lambda way: way.reset())
        elif how == "swallow_answers":
            self.hold_up(how, self.some_way())
        else:
            number, longest = self.some_way(), LONGER_THAN_THE_LEASE if how == "refuse" else 1
            self.each_way(number, lambda way: getattr(way, how)(True))
            self.after(self.random.uniform(0.2, longest), lambda: self.each_way(number, lambda way: getattr(way, how)(False)))
        return f"postgres-way-{how}"

    def delay(self):
        number, seconds = self.some_way(), self.random.uniform(0.01, 0.3)
        self.each_way(number, lambda way: way.delay(seconds))
        self.after(self.random.uniform(0.5, 4), lambda: self.each_way(number, lambda way: way.delay(0)))

    def each_way(self, number, do):
        for way in self.world.ways.to_postgres[number]:
            do(way)

    def take_link_down(self):
        """The host of one worker loses its network."""
        self.world.link.set(is_up=False)
        self.after(self.random.uniform(0.2, LONGER_THAN_THE_LEASE), lambda: self.world.link.set(is_up=True))

    def hurt_way_to_provider(self):
        """That of one worker, also to the provider of batches."""
        ways = self.world.ways.to_providers(self.random.randrange(WORKERS))
        how = self.random.choice(["cut", "reset", "refuse", "swallow", "delay"])
        seconds, delay = self.random.uniform(0.2, LONGER_THAN_THE_LEASE), self.random.uniform(0.01, 1)
        for way in ways:
            if how in ("cut", "reset"):
                getattr(way, how)()
            elif how == "delay":
                way.delay(delay)
                self.after(seconds, lambda way=way: way.delay(0))
            else:
                getattr(way, how)(True)
                self.after(seconds, lambda way=way: getattr(way, how)(False))
        return f"provider-way-{how}"

    def lose_answers(self):
        """Swallows the answers of a scheduler for a while: what it was asked to do is asked for again."""
        front = self.world.ways.fronts[self.random.randrange(SCHEDULERS)]
        front.lose_answers(True)
        self.after(self.random.uniform(0.5, 3), lambda: front.lose_answers(False))
