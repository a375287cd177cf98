import Digests
import Testing

@Suite struct HMACSHA256Tests {
    struct Example: Sendable {
        let key: [UInt8]
        let message: [UInt8]
        let code: String
    }

    /// Test cases 1, 2, 3 and 6 of RFC 4231, and the empty key with the empty message.
    static let known = [
        Example(
            key: Array(repeating: 0x0b, count: 20),
            message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        Example(
            key: Array("Jefe".utf8),
            message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        Example(
            key: Array(repeating: 0xaa, count: 20),
            message: Array(repeating: 0xdd, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        Example(
            key: Array(repeating: 0xaa, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        Example(key: [], message: [], code: "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ]

    @Test(arguments: known) func agreesWithTheStandard(_ example: Example) {
        #expect(HMACSHA256.code(of: example.message, key: example.key).hex == example.code)
    }

    @Test func acceptsTheRightCodeOnly() {
        let code = HMACSHA256.code(of: "message".utf8, key: "key".utf8)
        #expect(HMACSHA256.isValid(code, for: "message".utf8, key: "key".utf8))
        #expect(!HMACSHA256.isValid(code, for: "message!".utf8, key: "key".utf8))
        #expect(!HMACSHA256.isValid(code, for: "message".utf8, key: "kez".utf8))
    }
}
