import Testing

@testable import HTTPTransport

@Suite struct TransferStateMachineTests {
    private typealias Machine = TransferStateMachine<String, String>

    private static func started() -> Machine {
        var machine = Machine(highWater: 4, drainLimit: 3)
        guard case .start = machine.startWanted(by: "head") else { preconditionFailure("a new transfer starts") }
        return machine
    }

    private static func receiving() -> Machine {
        var machine = started()
        precondition(machine.headArrived() == "head")
        return machine
    }

    @Test func handsBytesToTheReaderThatWaits() {
        var machine = Self.receiving()
        guard case .wait = machine.chunkWanted(by: "reader") else { return #expect(Bool(false), "nothing is there") }
        guard case .handOver("reader") = machine.bytesArrived([1]) else { return #expect(Bool(false), "it waits") }
        guard case .kept = machine.bytesArrived([2]) else { return #expect(Bool(false), "nobody waits") }
        guard case .kept = machine.bytesArrived([3]) else { return #expect(Bool(false), "nobody waits") }
        guard case .hand([2, 3], false) = machine.chunkWanted(by: "reader") else {
            return #expect(Bool(false), "both pieces are there")
        }
    }

    @Test func holdsThePeerBackUntilTheReaderHasCaughtUp() {
        var machine = Self.receiving()
        guard case .kept = machine.bytesArrived([1, 2, 3, 4, 5]) else { return #expect(Bool(false), "it was empty") }
        guard case .pause = machine.bytesArrived([6]) else { return #expect(Bool(false), "it is full") }
        guard case .hand([1, 2, 3, 4, 5], true) = machine.chunkWanted(by: "reader") else {
            return #expect(Bool(false), "all of it goes, and the peer goes on")
        }
        guard case .wait = machine.chunkWanted(by: "reader") else { return #expect(Bool(false), "nothing is left") }
    }

    @Test func givesWhatCameBeforeTheFailure() {
        var machine = Self.receiving()
        _ = machine.bytesArrived([1])
        guard case .none = machine.ended(failure: .cut(.receiving)) else { return #expect(Bool(false), "nobody waits") }
        guard case .hand([1], false) = machine.chunkWanted(by: "a") else { return #expect(Bool(false), "one is left") }
        guard case .fail(.cut(.receiving)) = machine.chunkWanted(by: "b") else {
            return #expect(Bool(false), "it failed")
        }
        guard case .fail(.cut(.receiving)) = machine.chunkWanted(by: "c") else {
            return #expect(Bool(false), "it stays")
        }
    }

    @Test func tellsWhoeverWaitsOfTheEnd() {
        var machine = Self.started()
        guard case .failHead("head", .closed) = machine.ended(failure: .closed) else {
            return #expect(Bool(false), "the head is waited for")
        }
        var other = Self.receiving()
        _ = other.chunkWanted(by: "reader")
        guard case .endBody("reader", nil) = other.ended(failure: nil) else {
            return #expect(Bool(false), "the reader waits")
        }
        guard case .end = other.chunkWanted(by: "reader") else { return #expect(Bool(false), "the end stays the end") }
    }

    @Test func refusesWhoeverWaitsWhenItIsCancelled() {
        var new = Machine(highWater: 4, drainLimit: 3)
        guard case .none = new.cancelled() else { return #expect(Bool(false), "nothing runs") }
        guard case .refuse("head") = new.startWanted(by: "head") else { return #expect(Bool(false), "it is cancelled") }

        var started = Self.started()
        guard case .abortRefusingHead("head") = started.cancelled() else { return #expect(Bool(false), "it waits") }
        #expect(started.headArrived() == nil)
        guard case .none = started.ended(failure: nil) else { return #expect(Bool(false), "nobody waits") }

        var receiving = Self.receiving()
        _ = receiving.chunkWanted(by: "reader")
        guard case .abortRefusingChunk("reader") = receiving.cancelled() else {
            return #expect(Bool(false), "it waits")
        }
        guard case .abort = receiving.bytesArrived([1]) else { return #expect(Bool(false), "nobody takes it") }
        guard case .refuse = receiving.chunkWanted(by: "reader") else { return #expect(Bool(false), "it is cancelled") }
    }

    @Test func drainsALittleWhenNobodyReads() {
        var machine = Self.receiving()
        guard case .drain = machine.abandoned() else { return #expect(Bool(false), "it may end soon") }
        guard case .kept = machine.bytesArrived([1, 2]) else { return #expect(Bool(false), "it is little") }
        guard case .abort = machine.bytesArrived([3, 4]) else { return #expect(Bool(false), "it is too much") }

        var full = Self.receiving()
        _ = full.bytesArrived([1, 2, 3, 4])
        _ = full.bytesArrived([5])
        guard case .abort = full.abandoned() else { return #expect(Bool(false), "too much is on its way") }
        guard case .none = full.abandoned() else { return #expect(Bool(false), "it is over") }
    }
}
