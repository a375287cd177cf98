import Digests
package import HTTPTransport
package import JobModel

/// An answer as it is kept and served again: the status, the headers that matter, and the very bytes.
package struct KeptAnswer: Equatable, Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The longest body that is kept as it is: 4 KiB.
    ///
    /// Events of a stream repeat each other's frame for each word, and take a tenth
    /// when they are compressed.
    static let longestPlain = 4096

    /// What an answer can have, and what was held back at its end since it could have been the beginning of a secret.
    package static let longestBody = maximumBytes + 1 << 16

    /// The most bytes of a provider's answer: 32 MiB.
    package static let maximumBytes = 32 << 20

    package var json: JSONValue {
        var object: JSONObject = [
            "status": .integer(Int64(status)),
            "headers": .object(JSONObject(headers.map { ($0.name, .string($0.value)) })),
        ]
        if body.count > Self.longestPlain, let frame = Zstandard.compressed(body), frame.count < body.count / 2 {
            object["zstd"] = .string(Base64.encode(frame))
        } else if let text = String(validating: body, as: UTF8.self) {
            object["text"] = .string(text)
        } else {
            object["hex"] = .string(Hex.encode(body))
        }
        return .object(object)
    }

    /// Reads a kept answer; nil when it is damaged, or when its body is longer than the limit.
    ///
    /// - Parameter limit: The most bytes of the body, by default what an answer can have.
    package init?(json: JSONValue, limit: Int = longestBody) {
        guard let status = json["status"]?.integerValue, let headers = json["headers"]?.objectValue else { return nil }
        guard let body = Self.body(in: json, limit: limit) else { return nil }
        self.init(
            status: Int(status),
            headers: HTTPHeaders(headers.compactMap { name, value in value.stringValue.map { (name, $0) } }),
            body: body
        )
    }

    /// How many bytes the body of a kept answer has, as it says; nil where it does not.
    package static func byteCount(in json: JSONValue) -> Int? {
        if let text = json["text"]?.stringValue { return text.utf8.count }
        if let hex = json["hex"]?.stringValue { return hex.utf8.count / 2 }
        return json["zstd"]?.stringValue.flatMap { Base64.decode($0) }.flatMap(Zstandard.plainByteCount)
    }

    private static func body(in json: JSONValue, limit: Int) -> [UInt8]? {
        if let text = json["text"]?.stringValue { return text.utf8.count <= limit ? Array(text.utf8) : nil }
        if let hex = json["hex"]?.stringValue { return hex.utf8.count / 2 <= limit ? Hex.decode(hex) : nil }
        guard let frame = json["zstd"]?.stringValue.flatMap({ Base64.decode($0) }),
            case .whole(let body) = Zstandard.decompressed(frame, limit: limit)
        else { return nil }
        return body
    }
}
