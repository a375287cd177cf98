import Models
import Testing

@Suite struct ModelRetryTests {
    private func status(_ code: Int, _ retryAfter: Duration? = nil) -> ModelError {
        ModelError(connection: "a", reason: .status(code: code, type: nil, retryAfter: retryAfter, message: ""))
    }

    private func range(
        _ error: ModelError,
        tries: Int,
        of policy: ModelRetry = ModelRetry()
    ) -> (ModelRetry.Decision, ModelRetry.Decision) {
        var least = FixedGenerator.least
        var greatest = FixedGenerator.greatest
        return (
            policy.decision(after: error, tries: tries, using: &least),
            policy.decision(after: error, tries: tries, using: &greatest)
        )
    }

    private func seconds(_ decision: ModelRetry.Decision) -> Double? {
        guard case .wait(let wait) = decision else { return nil }
        return wait / .seconds(1)
    }

    @Test(arguments: [(1, 0.5, 1), (2, 1, 2), (3, 2, 4)])
    func waitsTwiceAsLongEachTime(_ tries: Int, _ least: Double, _ most: Double) throws {
        let (first, last) = range(status(500), tries: tries)
        #expect(try abs(#require(seconds(first)) - least) < 0.001)
        #expect(try abs(#require(seconds(last)) - most) < 0.001)
    }

    @Test func givesUpAfterTheLastTry() {
        #expect(range(status(500), tries: 4).0 == .giveUp)
        #expect(range(status(400), tries: 1).0 == .giveUp)
    }

    @Test func boundsTheWait() throws {
        var policy = ModelRetry()
        policy.maximumTries = 1000
        #expect(try #require(seconds(range(status(500), tries: 999, of: policy).1)) <= 30)
    }

    @Test func waitsAsLongAsTheProviderAsks() throws {
        let (least, most) = range(status(429, .seconds(20)), tries: 1)
        #expect(least == .wait(.seconds(20)))
        #expect(try #require(seconds(most)) <= 20.25)
        #expect(range(status(429, .seconds(3600)), tries: 1).0 == .wait(.seconds(120)))
        #expect(try #require(seconds(range(status(429, .zero), tries: 3).0)) >= 2)
    }
}
