import Digests
import Testing

@Suite struct SHA256DigestTests {
    let digest = SHA256.digest(of: "chassis".utf8)

    @Test func readsBackFromBytesAndHex() {
        #expect(SHA256Digest(bytes: digest.bytes) == digest)
        #expect(SHA256Digest(hex: digest.hex) == digest)
        #expect(digest.description == digest.hex)
        #expect(digest.bytes.count == SHA256Digest.byteCount)
    }

    @Test func keepsTheOrderOfItsBytes() {
        let bytes = (0..<32).map { UInt8($0 * 8) }
        #expect(SHA256Digest(bytes: bytes)?.bytes == bytes)
    }

    @Test func refusesOtherLengthsAndUpperCase() {
        #expect(SHA256Digest(bytes: digest.bytes.dropLast()) == nil)
        #expect(SHA256Digest(bytes: digest.bytes + [0]) == nil)
        #expect(SHA256Digest(hex: String(digest.hex.dropLast(2))) == nil)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == nil)
    }

    @Test func comparesInConstantTime() {
        #expect(digest.equalsInConstantTime(SHA256.digest(of: "chassis".utf8)))
        #expect(!digest.equalsInConstantTime(SHA256.digest(of: "chassix".utf8)))
    }
}
