import JobModel
import TestSupport
import Testing

@Suite struct JSONValueTests {
    @Test(arguments: [
        (#"{"b":1,"a":[true,null,"x"]}"#, #"{"b":1,"a":[true,null,"x"]}"#),
        (" [ 1.50 , -0.25e2 , 1E3 ] ", "[1.5,-25,1000]"),
        (#""\u00e9\ud83d\ude42\n\/""#, "\"é🙂\\n/\""),
        ("12345678901234567890", "1.2345678901234567e+19"),
        ("-9223372036854775808", "-9223372036854775808"),
        (#""\ud800x""#, "\"\u{FFFD}x\""),
    ])
    func readsAndWrites(text: String, written: String) throws {
        #expect(try JSONValue(parsing: text).text() == written)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "-", "tru", "\"\u{01}\"", "\"\\x\"", "[1] 2", "{a:1}", "\"\\u12g4\"",
        #"{"a":1,"a":2}"#, "1e999", "nan",
    ])
    func refusesWhatIsNoJSON(text: String) {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
    }

    @Test func refusesIllFormedUTF8() {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test func boundsNesting() throws {
        let deep = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try JSONValue(parsing: deep(JSONValue.maximumDepth))
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: deep(JSONValue.maximumDepth + 1)) }
        let kept = JSONValue.maximumKeptDepth
        _ = try JSONValue(parsing: deep(kept), deepest: kept)
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: deep(kept + 1), deepest: kept) }
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: deep(1_000_000)) }
    }

    @Test func hasOneCanonicalText() throws {
        let one = try JSONValue(parsing: #"{"b":{"z":1,"a":2.0},"a":[]}"#)
        let other = try JSONValue(parsing: #"{ "a":[], "b":{"a":2,"z":1} }"#)
        #expect(one == other)
        #expect(one.text(.canonical) == #"{"a":[],"b":{"a":2,"z":1}}"#)
        #expect(one.text(.canonical) == other.text(.canonical))
        #expect(one.hashValue == other.hashValue)
    }

    @Test func saysWhereItFailed() {
        let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: #"{"a" 1}"#) }
        #expect(error?.offset == 5)
        #expect(error?.description == "not valid JSON at byte 5: expected :")
    }

    @Test func keepsTheOrderOfKeysAcrossChanges() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]
        object["b"] = nil
        object["a"] = 4
        object["d"] = 5
        #expect(object.keys == ["a", "c", "d"])
        #expect(object["c"] == 3)
        #expect(object["b"] == nil)
    }

    /// Random bytes never crash the reader, and what it accepts reads back equal.
    @Test func survivesMutations() throws {
        let seed = UInt64(20_261_123)
        var generator = SeededGenerator(seed: seed)
        let original = Array(#"{"a":[1,2.5,{"b":"x\u00e9"},null,true],"c":"line\nbreak"}"#.utf8)
        for round in 0..<20_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0...127, using: &generator), at: place)
                }
            }
            // Most of them are no JSON, which is not what is tested here.
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect(try JSONValue(parsing: value.encoded()) == value, "seed \(seed), round \(round)")
        }
    }
}
