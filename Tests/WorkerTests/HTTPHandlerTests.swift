import HTTPTransport
import JobModel
import Testing

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
}
