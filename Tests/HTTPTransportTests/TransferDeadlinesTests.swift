import Testing

@testable import HTTPTransport

@Suite struct TransferDeadlinesTests {
    private func deadlines(
        firstByte: Duration? = nil,
        stall: Duration? = nil,
        total: Duration? = nil
    ) -> TransferDeadlines<TestInstant> {
        var request = HTTPRequest(url: "http://example.test/")
        request.firstByteTimeout = firstByte
        request.stallTimeout = stall
        request.totalTimeout = total
        return TransferDeadlines(request: request, startedAt: .seconds(0))
    }

    @Test func boundsSilenceByDefault() {
        var deadlines = TransferDeadlines(
            request: HTTPRequest(url: "http://example.test/"),
            startedAt: TestInstant.seconds(0)
        )
        deadlines.connected(at: .seconds(0))
        #expect(deadlines.next == .seconds(60))
    }

    @Test func hasNoneWhenNoneIsWanted() {
        var deadlines = deadlines()
        deadlines.connected(at: .seconds(1))
        #expect(deadlines.next == nil)
        #expect(deadlines.expired(at: .seconds(1_000_000), uploaded: 0) == nil)
    }

    @Test func countsSilenceFromTheSendingOfTheRequest() {
        var deadlines = deadlines(stall: .seconds(10))
        #expect(deadlines.next == nil)
        deadlines.connected(at: .seconds(5))
        #expect(deadlines.next == .seconds(15))
        #expect(deadlines.expired(at: .seconds(14), uploaded: 0) == nil)
        #expect(deadlines.expired(at: .seconds(15), uploaded: 0) == .stalled(.waiting, after: .seconds(10)))
    }

    @Test func allowsAnotherSilenceBeforeTheFirstByte() {
        var deadlines = deadlines(firstByte: .seconds(100), stall: .seconds(10))
        deadlines.connected(at: .seconds(0))
        #expect(deadlines.next == .seconds(100))
        deadlines.bytesArrived(at: .seconds(50))
        #expect(deadlines.next == .seconds(60))
        deadlines.bytesArrived(at: .seconds(59))
        #expect(deadlines.expired(at: .seconds(68), uploaded: 0) == nil)
        #expect(deadlines.expired(at: .seconds(69), uploaded: 0) == .stalled(.receiving, after: .seconds(10)))
    }

    @Test func takesAnUploadThatMovesForASignOfLife() {
        var deadlines = deadlines(stall: .seconds(10))
        deadlines.connected(at: .seconds(0))
        #expect(deadlines.expired(at: .seconds(10), uploaded: 500) == nil)
        #expect(deadlines.next == .seconds(20))
        #expect(deadlines.expired(at: .seconds(20), uploaded: 500) == .stalled(.waiting, after: .seconds(10)))
    }

    @Test func doesNotBlameThePeerForTheReadersPause() {
        var deadlines = deadlines(stall: .seconds(10))
        deadlines.connected(at: .seconds(0))
        deadlines.bytesArrived(at: .seconds(1))
        deadlines.paused()
        #expect(deadlines.next == nil)
        #expect(deadlines.expired(at: .seconds(500), uploaded: 0) == nil)
        deadlines.resumed(at: .seconds(600))
        #expect(deadlines.expired(at: .seconds(610), uploaded: 0) == .stalled(.receiving, after: .seconds(10)))
    }

    @Test func endsTheWholeAtTheTotal() {
        var deadlines = deadlines(total: .seconds(30))
        #expect(deadlines.expired(at: .seconds(30), uploaded: 0) == .timedOut(.connecting, after: .seconds(30)))
        deadlines.connected(at: .seconds(1))
        deadlines.bytesArrived(at: .seconds(2))
        deadlines.paused()
        #expect(deadlines.expired(at: .seconds(30), uploaded: 0) == .timedOut(.receiving, after: .seconds(30)))
    }

    @Test func endsWhatNobodyReads() {
        var deadlines = deadlines()
        deadlines.abandoned(until: .seconds(3))
        #expect(deadlines.next == .seconds(3))
        #expect(deadlines.expired(at: .seconds(3), uploaded: 0) == .closed)
    }
}
