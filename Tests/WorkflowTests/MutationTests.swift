import JobModel
import TestSupport
import Testing

@testable import Workflow

/// Whatever becomes of a file, reading it ends.
@Suite(.timeLimit(.minutes(20))) struct MutationTests {
    private static let pieces: [[UInt8]] = [
        "[", "]", "{", "}", ": ", "- ", "? ", "&a ", "*a", "<<: ", "!x ", "|\n", ">\n", "\"", "'", "#", "\t", "\n",
        "\0", "${{", "}}",
        "jobs.", ".output", "params.", "(", ")", "[0]", "'", "&&", "||", "==", "!", "$1", "1e999", "-", "~", "null",
        "true", "---\n",
        "...", "%YAML 1.1\n", "\u{FEFF}", "\u{85}", "\u{2028}", "\u{E000}", "\u{F8FF}", "needs: [a]\n", "(?=", "{1000}",
        "$ref", "\\",
    ].map { Array($0.utf8) }

    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 1, 2]) func endsOnMutatedFiles(_ seed: UInt64) {
        print("mutation seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let files = (GoodFiles.all + PublishedSchemaTests.examples + BadFile.all.map(\.text)).map { Array($0.utf8) }
        for _ in 0..<1_000 {
            var bytes = files.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &generator) { Self.mutate(&bytes, files, &generator) }
            #expect(faults(bytes).count <= FaultCollector.maximumFaults + 1, "seed \(seed): \(bytes)")
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ files: [[UInt8]], _ generator: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        let length = Int.random(in: 0...min(12, bytes.count - place), using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes.removeSubrange(place..<(place + length))
        case 1: bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: place)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 3: bytes.insert(contentsOf: Array(bytes[place..<(place + length)]), at: place)
        case 4:
            let other = files.randomElement(using: &generator) ?? []
            let start = Int.random(in: 0...other.count, using: &generator)
            bytes.replaceSubrange(place..<(place + length), with: other[start...].prefix(80))
        default:
            let piece = pieces.randomElement(using: &generator) ?? []
            let count = Int.random(in: 1...200, using: &generator)
            bytes.insert(contentsOf: Array(repeatElement(piece, count: count).joined()), at: place)
        }
    }
}
