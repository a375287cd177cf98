import Access
import Digests
import HTTPTransport
import JobModel
import Testing

@testable import Scheduler

@Suite struct AccessTests {
    @Test func noTokenIsRefused() async throws {
        try await APIScene.play { scene async throws in
            let answer = try await Answer.send("GET", "/v1/runs", to: scene.address, token: nil)
            #expect(answer.status == 401)
            #expect(answer.code == "token-missing")
            #expect(answer.headers["WWW-Authenticate"] == "Bearer")
        }
    }

    @Test func aTokenThatIsNotKnownIsRefused() async throws {
        try await APIScene.play { scene async throws in
            for token in ["", "chs_", "chs_12", "other", "chs_" + String(repeating: "0", count: 64)] {
                let answer = try await Answer.send("GET", "/v1/runs", to: scene.address, token: token)
                #expect(answer.status == 401, "\(token)")
                #expect(answer.code == "token-invalid", "\(token)")
            }
        }
    }

    @Test func aGoodTokenLetsInAgainAndAgain() async throws {
        try await APIScene.play { scene async throws in
            for _ in 0..<3 { #expect(try await scene.get("/v1/runs").status == 200) }
            let other = AccessToken.mint()
            #expect(try await Answer.send("GET", "/v1/runs", to: scene.address, token: other.reveal()).status == 401)
        }
    }

    @Test func aRememberedTokenIsForgottenAfterItsLifetime() {
        let start = ContinuousClock.now
        let digest = SHA256.digest(of: "token".utf8)
        var cache = AccessCache<ContinuousClock.Instant>()
        #expect(cache.person(of: digest, at: start) == nil)
        cache.remember(digest, Person(name: "ci"), at: start)
        #expect(cache.person(of: digest, at: start.advanced(by: .milliseconds(4999)))?.name == "ci")
        #expect(cache.person(of: digest, at: start.advanced(by: .seconds(5))) == nil)
        #expect(cache.person(of: SHA256.digest(of: "other".utf8), at: start) == nil)
    }

    @Test func neverRemembersMoreTokensThanItsBound() {
        let start = ContinuousClock.now
        var cache = AccessCache<ContinuousClock.Instant>()
        let digests = (0...AccessCache<ContinuousClock.Instant>.maximumEntries).map { SHA256.digest(of: "\($0)".utf8) }
        for digest in digests { cache.remember(digest, Person(name: "x"), at: start) }
        #expect(digests.filter { cache.person(of: $0, at: start) != nil }.count == 1)
    }
}
