import Digests
import Testing

@Suite struct RandomBytesTests {
    @Test func makesAsManyAsAsked() {
        for count in [0, 1, 16, 100_000] { #expect(RandomBytes.make(count).count == count) }
    }

    @Test func neverRepeatsATokenInAThousand() {
        let tokens = (0..<1000).map { _ in RandomBytes.token() }
        #expect(Set(tokens).count == tokens.count)
        #expect(tokens.allSatisfy { $0.utf8.count == 64 && Hex.decode($0) != nil })
        #expect(RandomBytes.token(byteCount: 16).utf8.count == 32)
    }
}
