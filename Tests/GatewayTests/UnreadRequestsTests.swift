import Digests
import Testing

@testable import Gateway

@Suite struct UnreadRequestsTests {
    private let one = SHA256.digest(of: "one".utf8)
    private let other = SHA256.digest(of: "other".utf8)

    @Test func knowsARequestOnceThatWasRefused() {
        let unread = UnreadRequests()
        #expect(!unread.remove { one })
        unread.add(one, isRetry: false)
        #expect(!unread.remove { other })
        #expect(unread.remove { one })
        #expect(!unread.remove { one })
    }

    /// Two equal requests are two, and one that is refused again is one.
    @Test func countsRequestsAndNotTheirRetries() {
        let unread = UnreadRequests()
        unread.add(one, isRetry: false)
        unread.add(one, isRetry: false)
        unread.add(one, isRetry: true)
        #expect(unread.remove { one })
        #expect(unread.remove { one })
        #expect(!unread.remove { one })
        unread.add(other, isRetry: true)
        #expect(unread.remove { other })
    }

    /// Nobody asks what a program was refused that never was.
    @Test func needsNoDigestWhereNothingWasRefused() {
        #expect(!UnreadRequests().remove { preconditionFailure("nothing was refused") })
    }

    @Test func remembersNotWithoutEnd() {
        let unread = UnreadRequests()
        for number in 0..<1000 { unread.add(SHA256.digest(of: "\(number)".utf8), isRetry: false) }
        unread.add(one, isRetry: false)
        #expect(!unread.remove { one })
        #expect(unread.remove { SHA256.digest(of: "999".utf8) })
    }
}
