import Models
import Testing

@Suite struct ModelErrorTests {
    @Test(
        arguments: [
            (.invalidRequest("x"), false, false), (.unreachable("x"), true, false), (.stalled("x"), true, true),
            (.cutStream("x"), true, true), (.malformed("x"), true, true),
            (.reported(type: "server_error", message: "x"), true, true),
            (.reported(type: nil, message: "x"), true, true),
            (.reported(type: "invalid_request_error", message: "x"), false, true),
        ] as [(ModelError.Reason, Bool, Bool)]
    )
    func saysWhetherToAskAgainAndWhatItMayHaveCost(_ reason: ModelError.Reason, _ isRetryable: Bool, _ isPaid: Bool) {
        let error = ModelError(connection: "a", reason: reason)
        #expect(error.isRetryable == isRetryable)
        #expect(error.mayHaveBeenPaid == isPaid)
    }

    @Test(arguments: [
        (302, false), (400, false), (401, false), (403, false), (404, false), (408, true), (409, true), (413, false),
        (422, false), (425, true), (429, true), (500, true), (501, false), (502, true), (503, true), (504, true),
        (505, false), (529, true),
    ])
    func knowsTheStatusesThatPass(_ code: Int, _ isRetryable: Bool) {
        let error = ModelError(
            connection: "a",
            reason: .status(code: code, type: "x", retryAfter: .seconds(1), message: "")
        )
        #expect(error.isRetryable == isRetryable)
        #expect(error.mayHaveBeenPaid == [408, 502, 504].contains(code))
        #expect(error.retryAfter == .seconds(1))
    }

    @Test func doesNotWaitForMoney() {
        let reason = ModelError.Reason.status(code: 429, type: "insufficient_quota", retryAfter: nil, message: "")
        #expect(!ModelError(connection: "a", reason: reason).isRetryable)
    }

    @Test func saysWhatToCheck() {
        let reason = ModelError.Reason.status(code: 401, type: nil, retryAfter: nil, message: "no such key")
        #expect(
            ModelError(connection: "openai", reason: reason).description
                == "openai answered 401; check the connection's key: no such key"
        )
    }
}
