import Digests

/// Writes AWS' event streams, to be read by tests.
enum EventStreamFrames {
    static func event(_ type: String, _ payload: String) -> [UInt8] {
        frame([(":event-type", type), (":content-type", "application/json"), (":message-type", "event")], payload)
    }

    static func exception(_ type: String, _ payload: String) -> [UInt8] {
        frame([(":exception-type", type), (":message-type", "exception")], payload)
    }

    static func frame(_ headers: [(String, String)], _ payload: String) -> [UInt8] {
        var head: [UInt8] = []
        for (name, value) in headers {
            head += [UInt8(name.utf8.count)] + Array(name.utf8) + [7]
            head += [UInt8(value.utf8.count >> 8), UInt8(value.utf8.count & 0xFF)] + Array(value.utf8)
        }
        var bytes = number(UInt32(12 + head.count + payload.utf8.count + 4)) + number(UInt32(head.count))
        bytes += number(CRC32.checksum(of: bytes))
        bytes += head + Array(payload.utf8)
        return bytes + number(CRC32.checksum(of: bytes))
    }

    private static func number(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
