import Synchronization
import Testing

@testable import Gateway

@Suite struct ClientTicketTests {
    private final class Count: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func up() { count.withLock { $0 += 1 } }
    }

    /// Whoever hung up before anything was found for it is told of as soon as something is.
    @Test func tellsOfAClientThatWasGoneBefore() {
        let (client, count) = (ClientTicket(), Count())
        #expect(!client.hasGone)
        client.hungUp()
        #expect(client.hasGone && count.value == 0)
        client.whenGone { count.up() }
        #expect(count.value == 1)
        client.writeFailed()
        #expect(count.value == 1)
    }

    @Test func tellsOnceOfAClientThatLeaves() {
        let (client, count) = (ClientTicket(), Count())
        client.whenGone { count.up() }
        client.hungUp()
        client.writeFailed()
        client.hungUp()
        #expect(client.hasGone && count.value == 1)
    }

    /// Behind the last bytes a client hangs up since it has them; not when they did not go through.
    @Test func believesThatTheLastBytesArrive() {
        let (client, count) = (ClientTicket(), Count())
        client.whenGone { count.up() }
        client.sendingLast()
        client.hungUp()
        #expect(!client.hasGone && count.value == 0)
        client.writeFailed()
        #expect(client.hasGone && count.value == 1)
    }
}
