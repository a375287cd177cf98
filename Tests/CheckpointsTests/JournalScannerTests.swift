import JobModel
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct JournalScannerTests {
    private static let journal = Sample.journal(3)
    private static let mark = InheritanceMark(
        journal: journal,
        inherited: [InheritedJournal(journal: Sample.journal(1), lineCount: 3, byteCount: 700, limits: [])]
    )

    private static func line(_ turn: Int, result: JSONValue = "done") -> [UInt8] {
        let step = Sample.turn(turn, result: result)
        return RecordLine.encode(
            StepRecord(
                step,
                epoch: journal.epoch,
                request: step.request.map { .inline($0) },
                result: .inline(result),
                carries: nil
            ).json
        )
    }

    private static func journalBytes(turns: Int) -> [UInt8] {
        let mark = RecordLine.encode(mark.json)
        return mark + mark + (1...turns).flatMap { line($0) }
    }

    private func scan(_ bytes: [UInt8], pieceLength: Int = .max, expected: Int? = nil) throws -> JournalScanner {
        var scanner = JournalScanner(journal: Self.journal)
        var rest = bytes[...]
        while !rest.isEmpty {
            try scanner.consume(Array(rest.prefix(pieceLength)))
            rest = rest.dropFirst(pieceLength)
        }
        scanner.finish(expected: expected)
        return scanner
    }

    private func turns(_ scanner: JournalScanner) -> [Int] { scanner.steps.compactMap(\.position.turn) }

    @Test(arguments: [1, 2, 7, 64, 300, 100_000]) func findsTheSameHoweverTheBytesAreCut(_ pieceLength: Int) throws {
        let bytes = Self.journalBytes(turns: 5)
        let scanner = try scan(bytes, pieceLength: pieceLength)
        #expect(turns(scanner) == [1, 2, 3, 4, 5])
        #expect(scanner.mark == Self.mark)
        #expect(scanner.lineCount == 7)
        #expect(scanner.byteCount == bytes.count)
        #expect(scanner.damage == DamageReports())
        for step in scanner.steps {
            let line = bytes[step.offset..<(step.offset + step.byteCount)]
            #expect(RecordLine.body(of: line) != nil)
            #expect(bytes[step.offset + step.byteCount] == RecordLine.newline)
        }
    }

    @Test func dropsALastRecordTornAtAnyByte() throws {
        let whole = Self.journalBytes(turns: 2)
        let last = Self.line(3)
        for length in 0..<last.count {
            let scanner = try scan(whole + last.prefix(length))
            #expect(turns(scanner) == [1, 2])
            #expect(scanner.byteCount == whole.count)
            #expect(scanner.damage.lossCount == 0)
            let torn = Damage(
                journal: Self.journal,
                cause: .tornTail(offset: whole.count, byteCount: length)
            )
            #expect(scanner.damage.reports == (length == 0 ? [] : [torn]))
        }
    }

    /// The newline is what ends a line; so it can also be made by the damage, or be lost to it.
    @Test(arguments: [UInt8(0x01), 0x80, 0xFF]) func losesOneRecordToOneFlippedByteAndReportsIt(_ flip: UInt8)
        throws
    {
        let bytes = Self.journalBytes(turns: 3)
        for place in bytes.indices {
            for replacement in [bytes[place] ^ flip, RecordLine.newline] where replacement != bytes[place] {
                var altered = bytes
                altered[place] = replacement
                let scanner = try scan(altered)
                let found = turns(scanner)
                #expect(found.count >= 2 && Set(found).isSubset(of: [1, 2, 3]), "byte \(place)")
                #expect(scanner.mark == Self.mark, "byte \(place)")
                #expect(!scanner.damage.reports.isEmpty, "byte \(place)")
                // A newline lost at the very end cannot be told from a write that never ended.
                #expect(scanner.damage.lossCount >= 1 || place == bytes.count - 1, "byte \(place)")
                if place == bytes.count - 1 {
                    #expect(try scan(altered, expected: bytes.count).damage.lossCount == 1)
                }
            }
        }
    }

    @Test func tellsWhichStepWasLost() throws {
        let head = Self.journalBytes(turns: 1)
        var line = Self.line(2)
        line[line.count - 10] ^= 1
        let scanner = try scan(head + line + Self.line(3))
        #expect(turns(scanner) == [1, 3])
        #expect(
            scanner.damage.reports == [
                Damage(
                    journal: Self.journal,
                    position: .turn(2),
                    cause: .line(number: 4, offset: head.count, byteCount: line.count - 1)
                )
            ]
        )
    }

    @Test func goesOnBehindABlockOfZeros() throws {
        let lines = (1...20).map { Self.line($0) }
        var bytes = Array(lines.joined())
        let start = lines[..<5].joined().count + 10
        for place in start..<(start + 1024) { bytes[place] = 0 }
        let scanner = try scan(bytes)
        let lost = Set(1...20).subtracting(turns(scanner))
        #expect(lost.contains(6))
        #expect(lost.count <= 2 + 1024 / lines[0].count)
        #expect(scanner.damage.lossCount == 1)
    }

    @Test func keepsNoLineThatIsTooLong() throws {
        let long = Array(repeating: UInt8(ascii: "x"), count: 3 * RecordLine.maximumLength) + [RecordLine.newline]
        for pieceLength in [4096, 1 << 18, .max] {
            let scanner = try scan(Self.line(1) + long + Self.line(2), pieceLength: pieceLength)
            #expect(turns(scanner) == [1, 2])
            #expect(scanner.damage.lossCount == 1)
            #expect(scanner.byteCount == scanner.consumedCount)
        }
    }

    @Test func isNotFooledByAResultThatLooksLikeALine() throws {
        let forged = String(decoding: Self.line(9).dropLast(), as: UTF8.self)
        let object = try JSONValue(parsing: forged)
        var bytes = Self.line(1, result: .string(forged)) + Self.line(2, result: object)
        #expect(turns(try scan(bytes)) == [1, 2])
        // Nor when the line around it is damaged.
        bytes[9] ^= 1
        #expect(turns(try scan(bytes)) == [2])
        bytes[Self.line(1, result: .string(forged)).count + 9] ^= 1
        #expect(turns(try scan(bytes)) == [])
    }

    @Test func believesNoMarkOfAnotherJournal() throws {
        let other = InheritanceMark(journal: Sample.journal(4), inherited: [])
        let scanner = try scan(RecordLine.encode(other.json) + Self.line(1))
        #expect(scanner.mark == nil)
        #expect(turns(scanner) == [1])
        #expect(scanner.damage.lossCount == 1)
    }

    /// What an attempt inherits was there before it.
    @Test(arguments: [3, 4]) func believesNoMarkThatInheritsFromALaterAttempt(_ epoch: Int64) throws {
        let part = InheritedJournal(journal: Sample.journal(epoch), lineCount: 1, byteCount: 100, limits: [])
        let mark = InheritanceMark(journal: Self.journal, inherited: [part])
        let scanner = try scan(RecordLine.encode(mark.json) + Self.line(1))
        #expect(scanner.mark == nil)
        #expect(turns(scanner) == [1])
    }

    @Test func stopsAtANewerFormat() throws {
        let line = RecordLine.encode(["format": 2, "anything": true])
        #expect(throws: CheckpointError.formatTooNew(Self.journal, found: 2, supported: 1)) {
            try scan(Self.line(1) + line)
        }
        // A newer format is believed only when the checksum is right.
        #expect(
            turns(try scan(Self.line(1) + Array(line.dropLast(3)) + [RecordLine.newline] + Self.line(2))) == [1, 2]
        )
    }

    @Test func reportsWhatIsMissingOfAPartItMustHave() throws {
        let bytes = Self.journalBytes(turns: 2)
        #expect(try scan(bytes, expected: bytes.count).damage == DamageReports())
        let short = try scan(Array(bytes.dropLast(1)), expected: bytes.count)
        #expect(
            short.damage.reports.map(\.cause) == [
                .shortened(expected: bytes.count, found: bytes.count - Self.line(2).count)
            ]
        )
    }

    @Test func boundsItsReports() throws {
        let noise = Array(repeating: [UInt8(ascii: "?"), RecordLine.newline], count: 1000).flatMap { $0 }
        let scanner = try scan(noise)
        #expect(scanner.damage.lossCount == 1000)
        #expect(scanner.damage.reports.count == DamageReports.maximumReports)
    }

    @Test(arguments: UInt64(1)...20) func survivesAnyBytes(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let template = Self.journalBytes(turns: 3)
        for _ in 0..<60 {
            var bytes = template
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
                guard place < bytes.count else { break }
                let end = min(bytes.count, place + Int.random(in: 1...200, using: &random))
                switch Int.random(in: 0..<6, using: &random) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.removeSubrange(place..<end)
                case 2:
                    bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
                case 3: bytes.replaceSubrange(place..<end, with: repeatElement(0, count: end - place))
                case 4: bytes.insert(RecordLine.newline, at: place)
                default: bytes.removeLast(bytes.count - place)
                }
            }
            let scanner = try scan(bytes, pieceLength: Int.random(in: 1...500, using: &random))
            #expect(scanner.consumedCount == bytes.count, "seed \(seed)")
            #expect(scanner.byteCount <= bytes.count, "seed \(seed)")
            // Whatever it took for a record is one that was written.
            for step in scanner.steps {
                let line = Array(bytes[step.offset..<(step.offset + step.byteCount)]) + [RecordLine.newline]
                #expect((1...3).contains { Self.line($0) == line }, "seed \(seed)")
            }
        }
    }
}
