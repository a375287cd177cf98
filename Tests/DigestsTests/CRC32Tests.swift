import Digests
import Testing

@Suite struct CRC32Tests {
    @Test(
        arguments: [
            ("", 0), ("123456789", 0xCBF4_3926), ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
        ] as [(String, UInt32)]
    )
    func followsKnownValues(_ text: String, _ expected: UInt32) {
        #expect(CRC32.checksum(of: text.utf8) == expected)
    }
}
