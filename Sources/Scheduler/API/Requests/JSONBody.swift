import Hummingbird
import JobModel

/// Reads the body of a request.
enum JSONBody {
    /// The longest body that is read, in bytes.
    static let maximumBytes = 2 * 1024 * 1024

    /// The members of the object that the body holds; an empty body counts as an object without members.
    ///
    /// - Throws: `Problem` when it is too large, not JSON, or no object.
    static func read(_ request: Request, maximumBytes: Int = maximumBytes) async throws -> JSONMembers {
        let bytes = try await bytes(request, maximumBytes: maximumBytes)
        guard !bytes.isEmpty else { return JSONMembers([:]) }
        let value = try JSONValue(parsing: bytes)
        guard let object = value.objectValue else {
            throw Problem(.badRequest, "the body must be a JSON object, not of type \(value.typeName)")
        }
        return JSONMembers(object)
    }

    /// The body as it came.
    ///
    /// - Throws: `Problem` when it is too large.
    static func bytes(_ request: Request, maximumBytes: Int = maximumBytes) async throws -> [UInt8] {
        if let text = request.headers[.contentLength], let length = Int(text), length > maximumBytes {
            throw tooLarge(maximumBytes)
        }
        var bytes: [UInt8] = []
        for try await buffer in request.body {
            guard bytes.count + buffer.readableBytes <= maximumBytes else { throw tooLarge(maximumBytes) }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
    }

    private static func tooLarge(_ maximumBytes: Int) -> Problem {
        Problem(
            .bodyTooLarge,
            "the body has more than \(maximumBytes) bytes; large inputs belong in files or tables that jobs read"
        )
    }
}
