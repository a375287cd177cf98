import Digests
import Recordings
import Testing

@testable import Gateway

@Suite struct RequestCodingTests {
    /// `{"model":"m"}`, as gzip and zstd write it.
    static let coded: [(String, String)] = [
        ("gzip", "1f8b0800000000000203ab56cacd4f49cd51b252ca55aa05009b6cbaaa0d000000"),
        ("zstd", "28b52ffd04586900007b226d6f64656c223a226d227d278b7c64"),
    ]

    @Test(arguments: coded) func readsWhatClientsCompress(_ coding: String, _ hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(try RequestCoding.decoded(bytes, coding, limit: 100) == Array(#"{"model":"m"}"#.utf8))
    }

    @Test(arguments: coded) func refusesWhatIsDamaged(_ coding: String, _ hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(throws: GatewayRefusal.self) { try RequestCoding.decoded(Array(bytes.dropLast(3)), coding, limit: 100) }
        #expect(throws: GatewayRefusal.self) { try RequestCoding.decoded([1, 2, 3], coding, limit: 100) }
    }

    @Test(arguments: coded) func refusesWhatGrowsBeyondTheLimit(_ coding: String, _ hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        let refusal = #expect(throws: GatewayRefusal.self) { try RequestCoding.decoded(bytes, coding, limit: 5) }
        #expect(refusal?.reason == .tooLarge)
    }

    /// What is taken out comes in pieces of 64 KiB; a body may end with one.
    @Test(arguments: [65_535, 65_536, 65_537, 131_072, 1 << 20]) func readsABodyThatEndsWithAPiece(count: Int) throws {
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 1000) }
        let body = try #require(Zstandard.compressed(plain))
        #expect(try RequestCoding.decoded(body, "zstd", limit: count) == plain)
        #expect(throws: GatewayRefusal.self) { try RequestCoding.decoded(body, "zstd", limit: count - 1) }
    }

    @Test func refusesACodingItDoesNotKnow() {
        #expect(throws: GatewayRefusal.self) { try RequestCoding.decoded([], "br", limit: 5) }
    }
}
