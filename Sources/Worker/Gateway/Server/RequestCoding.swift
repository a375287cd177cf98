import CLibZ
import Recordings

/// Takes a request's body out of the coding in which a client sent it.
enum RequestCoding {
    /// The size of the pieces in which bodies are inflated.
    private static let pieceBytes = 1 << 16

    /// The plain body.
    ///
    /// - Parameter coding: The value of `Content-Encoding`; nil for none.
    /// - Throws: `GatewayRefusal` for a coding that is not known, a damaged body, or one that grows beyond the limit.
    static func decoded(
        _ body: [UInt8],
        _ coding: String?,
        limit: Int
    ) throws(GatewayRefusal) -> [UInt8] {
        switch coding?.lowercased() ?? "identity" {
        case "identity", "": return body
        // 15 bits of window; 32 more have zlib tell gzip from zlib by the header.
        case "gzip", "x-gzip", "deflate": return try inflated(body, windowBits: 15 + 32, limit: limit)
        case "zstd": return try zstandard(body, limit: limit)
        case let other:
            throw GatewayRefusal(.invalid, "the content coding \"\(other)\" is not known; use gzip, deflate or zstd")
        }
    }

    private static func tooLarge(_ limit: Int) -> GatewayRefusal {
        GatewayRefusal(.tooLarge, "the request has more than \(limit) bytes")
    }

    private static let damaged = GatewayRefusal(.invalid, "the compressed body of the request is damaged")

    private static func inflated(
        _ body: [UInt8],
        windowBits: Int32,
        limit: Int
    ) throws(GatewayRefusal) -> [UInt8] {
        var stream = z_stream()
        guard clibz_inflate_init(&stream, windowBits) == Z_OK else { throw damaged }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var input = body
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        let status = input.withUnsafeMutableBufferPointer { input -> Int32 in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            while true {
                let status = piece.withUnsafeMutableBufferPointer { piece -> Int32 in
                    stream.next_out = piece.baseAddress
                    stream.avail_out = UInt32(piece.count)
                    return inflate(&stream, Z_NO_FLUSH)
                }
                let count = piece.count - Int(stream.avail_out)
                output += piece[..<count]
                guard status == Z_OK, output.count <= limit else { return status }
                guard count > 0 || stream.avail_in > 0 else { return Z_DATA_ERROR }
            }
        }
        guard output.count <= limit else { throw tooLarge(limit) }
        guard status == Z_STREAM_END else { throw damaged }
        return output
    }

    private static func zstandard(_ body: [UInt8], limit: Int) throws(GatewayRefusal) -> [UInt8] {
        switch Zstandard.decompressed(body, limit: limit) {
        case .whole(let plain): return plain
        case .tooLarge: throw tooLarge(limit)
        case .damaged: throw damaged
        }
    }
}
