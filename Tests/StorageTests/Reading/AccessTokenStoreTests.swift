import Digests
import Storage
import Testing

@Suite struct AccessTokenStoreTests {
    @Test func findsATokenByItsDigestAlone() async throws {
        let scene = try await ReadingScene.make()
        let tokens = AccessTokenStore(scene.pool)
        let digest = SHA256.digest(of: "one".utf8)
        #expect(try await tokens.name(of: digest) == nil)
        #expect(try await tokens.add(digest, name: "ci"))
        #expect(try await !tokens.add(digest, name: "somebody else"))
        #expect(try await tokens.name(of: digest) == "ci")
        #expect(try await tokens.name(of: SHA256.digest(of: "two".utf8)) == nil)
    }

    @Test func listsTokensOldestFirst() async throws {
        let scene = try await ReadingScene.make()
        let tokens = AccessTokenStore(scene.pool)
        let newer = SHA256.digest(of: "newer".utf8)
        _ = try await tokens.add(newer, name: "newer", now: "2026-01-02T00:00:00Z")
        _ = try await tokens.add(SHA256.digest(of: "older".utf8), name: "older", now: "2026-01-01T00:00:00Z")
        let entries = try await tokens.entries()
        #expect(entries.map(\.name) == ["older", "newer"])
        #expect(entries[1].digestPrefix == String(newer.hex.prefix(8)))
        #expect(entries[1].createdAt.description == "2026-01-02T00:00:00.000000Z")
    }
}
