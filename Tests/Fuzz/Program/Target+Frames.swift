import Digests
import Models

extension FuzzTarget {
    /// The parser of AWS' event streams: the same messages however the bytes are cut.
    ///
    /// An input is read as it is, and as what stands within a message whose lengths and checksums are right: chance alone
    /// would get past none.
    static let frames = FuzzTarget(
        name: "frames",
        seeds: {
            [
                header(":event-type", "messageStop") + [0] + Array(#"{"stopReason":"end_turn"}"#.utf8),
                [3, 0x61, 0x62, 0x63, 0, 2, 0x61, 0x62, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0x63, 6, 0, 2, 9, 9],
                framed(header(":message-type", "event"), Array("{}".utf8)),
            ]
        },
        words: [":event-type", ":message-type", ":exception-type", "\u{7}\u{0}", "\u{0}\u{0}\u{0}\u{10}"],
        read: { input in
            let cut = input.count / 2
            let within = framed(Array(input[..<cut]), Array(input[cut...]))
            var words: [String] = []
            for bytes in [input, within, within + within] {
                let whole = messages(in: [bytes])
                let half = bytes.count / 2
                require(
                    whole == messages(in: [Array(bytes[..<half]), Array(bytes[half...])]),
                    "other messages when cut"
                )
                if bytes.count < 2_000 {
                    require(whole == messages(in: bytes.map { [$0] }), "other messages byte by byte")
                }
                words.append(whole.map { "\($0.count) \(min($0.first?.headers.count ?? 0, 5))" } ?? "fault")
            }
            return words.joined(separator: ", ")
        }
    )

    /// Nil where there is a fault.
    private static func messages(in pieces: [[UInt8]]) -> [EventStreamMessage]? {
        var parser = EventStreamParser()
        var messages: [EventStreamMessage] = []
        for piece in pieces {
            guard let more = try? parser.consume(piece) else { return nil }
            messages += more
        }
        return messages
    }

    private static func header(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count)] + name.utf8 + [7, 0, UInt8(value.utf8.count)] + value.utf8
    }

    private static func framed(_ headers: [UInt8], _ payload: [UInt8]) -> [UInt8] {
        func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
        var frame = bytes(UInt32(headers.count + payload.count + 16)) + bytes(UInt32(headers.count))
        frame += bytes(CRC32.checksum(of: frame[...]))
        frame += headers + payload
        return frame + bytes(CRC32.checksum(of: frame[...]))
    }
}
