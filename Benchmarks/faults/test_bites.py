"""Whether a storm in which faults did nothing says so, and what counts as their doing."""

import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "driver"))

import bites
from proxy import Proxy


class BitesTests(unittest.TestCase):
    def test_a_kind_that_was_made_often_and_never_bit_is_toothless(self):
        self.assertEqual(bites.toothless({"swallow": bites.FEWEST, "cut": 9}, {"swallow": 0, "cut": 1}), ["swallow"])

    def test_of_a_kind_that_often_meets_nobody_there_must_be_more(self):
        for count, found in ((bites.FEWEST, []), (bites.FEWEST_OF["close-store"], ["close-store"])):
            self.assertEqual(bites.toothless({"close-store": count}, {"close-store": 0}), found)

    def test_of_few_nothing_is_said_and_nothing_of_what_is_not_counted(self):
        self.assertEqual(bites.toothless({"swallow": bites.FEWEST - 1, "jump-clock": 9}, {"swallow": 0}), [])


class ProxyTests(unittest.TestCase):
    """A proxy in front of a server that says back what it is told."""

    def setUp(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.server.close)
        self.proxy = Proxy(("127.0.0.1", 0), self.server.getsockname())
        self.near = socket.create_connection(("127.0.0.1", self.proxy.port))
        self.addCleanup(self.near.close)
        self.far, _ = self.server.accept()
        self.addCleanup(self.far.close)
        self.say()

    def say(self):
        self.near.sendall(b"x")
        self.assertEqual(self.far.recv(1), b"x")
        self.far.sendall(b"y")
        self.assertEqual(self.near.recv(1), b"y")

    def end(self):
        """Waits until the proxy has closed the connection."""
        try:
            self.assertEqual(self.near.recv(1), b"")
        except ConnectionResetError:
            pass

    def test_one_that_does_nothing_bites_nobody(self):
        self.say()
        self.assertEqual(sum(self.proxy.bites.values()), 0)

    def test_what_is_cut_or_reset_counts_by_its_connections(self):
        for how in ("cut", "reset"):
            with self.subTest(how):
                self.setUp()
                getattr(self.proxy, how)()
                self.end()
                self.assertEqual(+self.proxy.bites, {how: 2})

    def test_who_is_refused_counts(self):
        self.proxy.refuse(True)
        self.end()
        socket.create_connection(("127.0.0.1", self.proxy.port)).recv(1)
        self.assertEqual(self.proxy.bites["refuse"], 3)

    def test_what_is_held_back_counts(self):
        self.proxy.delay(0.001)
        self.say()
        self.assertEqual(self.proxy.bites["delay"], 2)

    def test_an_answer_that_is_lost_counts(self):
        self.proxy.lose_answers(True)
        self.far.sendall(b"y")
        self.end()
        self.assertEqual(self.proxy.bites["lose_answers"], 1)
