import Glibc

extension FuzzTarget {
    /// No parser: an input with an exclamation mark takes all the memory it gets, for the test of the bound.
    static let hungry = FuzzTarget(
        name: "hungry",
        seeds: { ["few words", "ever more!"].map { Array($0.utf8) } },
        words: [],
        read: { input in
            guard input.contains(UInt8(ascii: "!")) else { return "fed" }
            var pieces: [UnsafeMutableRawPointer] = []
            defer { for piece in pieces { free(piece) } }
            while pieces.count < mostPieces, let piece = malloc(pieceBytes) {
                memset(piece, 1, pieceBytes)
                pieces.append(piece)
            }
            return "full"
        }
    )

    private static let pieceBytes = 1 << 20
    /// Where the bound fails, the machine is to live on: 1.5 GiB in all.
    private static let mostPieces = 1536
}
