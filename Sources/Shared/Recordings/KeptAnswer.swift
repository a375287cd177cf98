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
    static let longestBody = maximumBytes + 1 << 16

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

    package init?(json: JSONValue) {
        guard let status = json["status"]?.integerValue, let headers = json["headers"]?.objectValue else { return nil }
        guard let body = Self.body(in: json) else { return nil }
        self.init(
            status: Int(status),
            headers: HTTPHeaders(headers.compactMap { name, value in value.stringValue.map { (name, $0) } }),
            body: body
        )
    }

    private static func body(in json: JSONValue) -> [UInt8]? {
        if let text = json["text"]?.stringValue { return Array(text.utf8) }
        if let hex = json["hex"]?.stringValue { return Hex.decode(hex) }
        guard let frame = json["zstd"]?.stringValue.flatMap({ Base64.decode($0) }),
            case .whole(let body) = Zstandard.decompressed(frame, limit: Self.longestBody)
        else { return nil }
        return body
    }
}
