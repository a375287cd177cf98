import Digests
import Testing

@Suite struct HexTests {
    @Test func readsBackEveryByte() {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        #expect(Hex.encode([0x00, 0x9f, 0xff]) == "009fff")
        #expect(Hex.encode([]) == "")
        #expect(Hex.decode("") == [])
    }

    @Test(arguments: ["0", "0g", "AB", " 1", "é", "0x"]) func refusesWhatIsNoHex(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }
}
