import Digests
import Testing

@Suite struct ConstantTimeTests {
    @Test func isEqualityOfBytes() {
        #expect(ConstantTime.areEqual([], []))
        #expect(ConstantTime.areEqual("token".utf8, Array("token".utf8)))
        #expect(!ConstantTime.areEqual("token".utf8, "tokem".utf8))
        #expect(!ConstantTime.areEqual("token".utf8, "toke".utf8))
        #expect(!ConstantTime.areEqual([], [0]))
    }
}
