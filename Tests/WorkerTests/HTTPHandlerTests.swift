import HTTPTransport
import JobModel
import Testing
import Tools

@testable import Worker

@Suite struct HTTPHandlerTests {
    /// As `docs/errors.md` has it: what may not be sent is not tried again.
    @Test(arguments: [
        (HTTPTransportError.addressNotAllowed(host: "127.0.0.1"), "http-refused", true, Int64(0)),
        (.invalidRequest(reason: "x"), "http-refused", true, 0),
        (.connectionRefused(host: "h"), "http-failed", false, 0),
        (.cut(.waiting), "http-failed", false, 1),
    ])
    func tellsRefusedFromFailed(_ error: HTTPTransportError, _ code: String, _ isPermanent: Bool, _ unknown: Int64) {
        let result = HTTPHandler.failure(error, effect: .once)
        #expect(result.failure.code == code)
        #expect(result.failure.isPermanent == isPermanent)
        #expect(Int64(result.unknownCalls) == unknown)
    }

    @Test func countsNoUnknownCallWhereRepeatingDoesNothing() {
        #expect(HTTPHandler.failure(.cut(.waiting), effect: .none).unknownCalls == 0)
    }

    /// The first request was carried out, whatever is wrong with where its answer leads.
    @Test(arguments: [
        (HTTPRedirectFault.refused(HTTPRefusal(reason: "x")), "http-refused", true),
        (.failed(.addressNotAllowed(host: "h")), "http-refused", true),
        (.failed(.couldNotResolve(host: "h")), "http-failed", false),
    ])
    func aRedirectThatIsNotFollowedLeavesTheOutcomeUnknown(
        _ error: HTTPRedirectFault,
        _ code: String,
        _ isPermanent: Bool
    ) {
        let result = HTTPHandler.failure(error, effect: .once)
        #expect(result.failure.code == code)
        #expect(result.failure.isPermanent == isPermanent)
        #expect(!result.failure.message.contains("nothing was sent"))
        #expect(result.unknownCalls == 1)
        #expect(HTTPHandler.failure(error, effect: .none).unknownCalls == 0)
    }
}
