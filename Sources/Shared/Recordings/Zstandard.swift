import CLibZstd

/// Bytes in the Zstandard format (RFC 8878) and back.
package enum Zstandard {
    package enum Plain: Equatable {
        case whole([UInt8])
        /// They are more than they may be.
        case tooLarge
        /// They are in no such format, or not to their end.
        case damaged
    }

    /// The library's own default: a level above takes twice the time for a few hundredths.
    private static let level: Int32 = 3
    /// The size of the pieces in which bytes are taken out.
    private static let pieceBytes = 1 << 16

    /// The bytes in one frame; nil when there is no memory for it.
    package static func compressed(_ plain: [UInt8]) -> [UInt8]? {
        var frame = [UInt8](repeating: 0, count: ZSTD_compressBound(plain.count))
        let count = frame.withUnsafeMutableBytes { frame in
            plain.withUnsafeBytes { plain in
                ZSTD_compress(frame.baseAddress, frame.count, plain.baseAddress, plain.count, level)
            }
        }
        guard ZSTD_isError(count) == 0 else { return nil }
        frame.removeLast(frame.count - count)
        return frame
    }

    /// How many bytes a frame stands for, as its head says; nil where it does not.
    package static func plainByteCount(_ frame: [UInt8]) -> Int? {
        // Unknown and damaged are the two largest numbers there are.
        frame.withUnsafeBytes { Int(exactly: ZSTD_getFrameContentSize($0.baseAddress, $0.count)) }
    }

    /// The bytes that some frames stand for, as long as they are no more than `limit`.
    package static func decompressed(_ frames: [UInt8], limit: Int) -> Plain {
        guard let context = ZSTD_createDStream() else { return .damaged }
        defer { ZSTD_freeDStream(context) }
        var output: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        let isComplete = frames.withUnsafeBytes { bytes -> Bool in
            var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
            while true {
                let before = input.pos
                let (rest, count) = piece.withUnsafeMutableBytes { bytes -> (Int, Int) in
                    var out = ZSTD_outBuffer(dst: bytes.baseAddress, size: bytes.count, pos: 0)
                    return (ZSTD_decompressStream(context, &out, &input), out.pos)
                }
                guard ZSTD_isError(rest) == 0 else { return false }
                output += piece[..<count]
                if output.count > limit { return true }
                // At the end of a frame all of it was given out, also where that filled the piece.
                if input.pos == input.size, rest == 0 || count < pieceBytes { return rest == 0 }
                if count == 0, input.pos == before { return false }
            }
        }
        guard output.count <= limit else { return .tooLarge }
        return isComplete ? .whole(output) : .damaged
    }
}
