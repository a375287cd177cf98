import Digests

/// Takes an event stream of AWS apart as its bytes come in, however they are cut into pieces.
///
/// A message is its length, the length of its headers, a checksum of the two, headers, payload, and a checksum of all that;
/// one with a wrong checksum or an impossible length is an error, and after it the stream is of no use any more.
package struct EventStreamParser {
    /// The longest message, in bytes.
    static let maximumMessageBytes = 16 << 20
    private static let preludeBytes = 12
    private static let checksumBytes = 4

    private var pending: [UInt8] = []
    private var place = 0

    package init() {}

    /// Whether a message has begun and not ended.
    var isInsideMessage: Bool { place < pending.count }

    /// Reads on and returns the messages that these bytes complete.
    package mutating func consume(_ bytes: [UInt8]) throws(ModelError.Reason) -> [EventStreamMessage] {
        pending += bytes
        var messages: [EventStreamMessage] = []
        while let message = try next() { messages.append(message) }
        pending.removeFirst(place)
        place = 0
        return messages
    }

    private mutating func next() throws(ModelError.Reason) -> EventStreamMessage? {
        guard pending.count - place >= Self.preludeBytes else { return nil }
        let length = Int(number(at: place))
        let headersLength = Int(number(at: place + 4))
        guard CRC32.checksum(of: pending[place..<(place + 8)]) == number(at: place + 8) else {
            throw .malformed("the head of a message of its event stream has a wrong checksum")
        }
        let overhead = Self.preludeBytes + Self.checksumBytes
        guard length >= overhead, headersLength <= length - overhead else {
            throw .malformed("a message of its event stream has an impossible length, \(length)")
        }
        guard length <= Self.maximumMessageBytes else {
            throw .malformed("a message of its event stream has \(length) bytes, more than \(Self.maximumMessageBytes)")
        }
        guard pending.count - place >= length else { return nil }
        let end = place + length - Self.checksumBytes
        guard CRC32.checksum(of: pending[place..<end]) == number(at: end) else {
            throw .malformed("a message of its event stream has a wrong checksum")
        }
        let headersEnd = place + Self.preludeBytes + headersLength
        let headers = try Self.headers(pending[(place + Self.preludeBytes)..<headersEnd])
        let payload = Array(pending[headersEnd..<end])
        place += length
        return EventStreamMessage(headers: headers, payload: payload)
    }

    private func number(at place: Int) -> UInt32 {
        pending[place..<(place + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func headers(_ bytes: ArraySlice<UInt8>) throws(ModelError.Reason) -> [String: String] {
        var headers: [String: String] = [:]
        var rest = bytes
        func take(_ count: Int) throws(ModelError.Reason) -> ArraySlice<UInt8> {
            guard rest.count >= count else { throw .malformed("the headers of a message of its event stream are cut") }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func length(_ count: Int) throws(ModelError.Reason) -> Int { try take(count).reduce(0) { $0 << 8 | Int($1) } }
        while !rest.isEmpty {
            let name = String(decoding: try take(try length(1)), as: UTF8.self)
            switch try length(1) {
            case 0, 1: break
            case 2: _ = try take(1)
            case 3: _ = try take(2)
            case 4: _ = try take(4)
            case 5, 8: _ = try take(8)
            case 6: _ = try take(try length(2))
            case 7: headers[name] = String(decoding: try take(try length(2)), as: UTF8.self)
            case 9: _ = try take(16)
            case let type: throw .malformed("a header of its event stream has the unknown type \(type)")
            }
        }
        return headers
    }
}
