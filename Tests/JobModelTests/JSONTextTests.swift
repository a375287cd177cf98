import Testing

@testable import JobModel

/// Nobody may notice that texts are looked at eight bytes at a time, and that large objects have an index.
@Suite struct JSONTextTests {
    private static let odd = (0..<0x20).map { UInt8($0) } + [UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F]

    /// What a text becomes, byte by byte.
    private static func escaped(_ text: String) -> String {
        var whole = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": whole += "\\n"
            case "\r": whole += "\\r"
            case "\t": whole += "\\t"
            case "\"", "\\": whole += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                whole += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: whole.unicodeScalars.append(scalar)
            }
        }
        return whole + "\""
    }

    @Test func whatIsSpecialIsFoundWhereverItStands() throws {
        for length in 0..<26 {
            for place in 0...length {
                for byte in Self.odd {
                    var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                    bytes.insert(byte, at: place)
                    let text = String(decoding: bytes, as: UTF8.self)
                    let written = JSONValue.string(text).text()
                    #expect(written == Self.escaped(text))
                    #expect(try JSONValue(parsing: written) == .string(text))
                    let isAllowedAsItIs = byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                    let raw = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
                    #expect((try? JSONValue(parsing: raw) == .string(text)) ?? false == isAllowedAsItIs)
                }
            }
        }
    }

    @Test(arguments: ["é", "漢", "😀", "e\u{301}", "\u{FFFF}"]) func whatIsNoASCIIStaysAsItIs(_ text: String) throws {
        for length in 0..<20 {
            let whole = String(repeating: "a", count: length) + text + String(repeating: "\\", count: length)
            #expect(try JSONValue(parsing: JSONValue.string(whole).encoded()) == .string(whole))
        }
    }

    @Test(arguments: [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
    func whatIsNoUTF8IsRefusedWhereverItStands(_ wrong: [UInt8]) {
        for length in 0..<20 {
            for place in 0...length {
                var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                bytes.insert(contentsOf: wrong, at: place)
                #expect(throws: JSONParseError.self) {
                    try JSONValue(parsing: [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")])
                }
            }
        }
    }

    @Test func objectsOfAnySizeKeepTheirMembers() throws {
        for count in 0..<40 {
            let keys = (0..<count).map { "key \($0 * 7 % 41)" }
            var object = JSONObject(keys.enumerated().map { ($1, .integer(Int64($0))) })
            #expect(object.keys == keys)
            for (place, key) in keys.enumerated() {
                #expect(object[key] == .integer(Int64(place)))
                object[key] = .integer(Int64(-place))
            }
            #expect(object["another"] == nil)
            #expect(object.map(\.value) == keys.indices.map { .integer(Int64(-$0)) })
            #expect(try JSONValue(parsing: JSONValue.object(object).text()) == .object(object))
            #expect(
                try JSONValue(parsing: JSONValue.object(object).text(.canonical)).objectValue?.keys == keys.sorted()
            )
            // Taken away from the middle, one is gone and the others stay.
            for (place, key) in keys.enumerated() where place % 2 == 1 { object[key] = nil }
            #expect(object.keys == keys.enumerated().filter { $0.offset % 2 == 0 }.map(\.element))
            object["another"] = true
            #expect(object.keys.last == "another" && object["another"] == true)
        }
    }

    @Test func aRepeatedKeyIsRefusedInObjectsOfAnySize() {
        for count in 1..<40 {
            for repeated in 0..<count {
                let members = (0..<count).map { "\"k\($0)\":1" } + ["\"k\(repeated)\":2"]
                let error = #expect(throws: JSONParseError.self) {
                    try JSONValue(parsing: "{" + members.joined(separator: ",") + "}")
                }
                #expect(error?.reason == "the key \"k\(repeated)\" is repeated")
            }
        }
    }
}
