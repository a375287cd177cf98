import JobModel
import Testing

@testable import Checkpoints

@Suite struct RecordLineTests {
    private func record(_ step: FinishedStep) -> StepRecord {
        StepRecord(
            step,
            epoch: LeaseEpoch(rawValue: 3),
            request: .inline(["q": 1]),
            result: .inline(step.result),
            carries: .blob(BlobReference(of: Array("carried".utf8)))
        )
    }

    /// Never to be changed without a new format: every journal in the world is written so.
    @Test func isPinned() {
        let line = RecordLine.encode(record(Sample.step(.toolCall(2, ofTurn: 4), result: ["ok": true])).json)
        let lineParts = [
            #"{"sum":"140d9e6658ccee1b","record":{"format":1,"position":"t0004.2","#,
            #""fingerprint":"611b68df3f1e70bd96e93fb75952184b81d7f1efedabc830b89eabf38196b4f1","kind":"tool","#,
            #""epoch":3,"started_at_us":1700000000000000,"ended_at_us":1700000001000000,"#,
            #""effect":"idempotent","usage":{"input_tokens":12},"cost_microdollars":1250,"request":{"q":1},"#,
            #""result":{"ok":true},"#,
            #""carries_blob":{"sha256":"309074dc4898c3d17a5e7bc8294d0b0d9e69d7e4b7f6ef05674d3ce596b0a629","#,
            #""bytes":7}}}"#,
        ]
        #expect(String(decoding: line, as: UTF8.self) == lineParts.joined() + "\n")
        let mark = InheritanceMark(
            journal: Sample.journal(3),
            inherited: [
                InheritedJournal(journal: Sample.journal(2), lineCount: 5, byteCount: 999, limits: [.turn(2)])
            ]
        )
        let markParts = [
            #"{"sum":"810b7ad25fa37691","record":{"format":1,"mark":{"run":7,"job":42,"epoch":3,"#,
            #""inherited":[{"run":7,"job":42,"epoch":2,"lines":5,"bytes":999,"through":["t0002"]}]}}}"#,
        ]
        #expect(String(decoding: RecordLine.encode(mark.json), as: UTF8.self) == markParts.joined() + "\n")
    }

    @Test func readsBackEveryField() throws {
        var bare = Sample.turn(1, result: .null)
        bare.usage = nil
        bare.cost = nil
        let records = [
            record(Sample.step(.toolCall(1, ofTurn: 2))),
            StepRecord(bare, epoch: LeaseEpoch(rawValue: 1), request: nil, result: .inline(.null), carries: nil),
            StepRecord(
                bare,
                epoch: LeaseEpoch(rawValue: 1),
                request: .inline(.null),
                result: .blob(BlobReference(of: [1, 2, 3])),
                carries: .inline([])
            ),
        ]
        for record in records {
            let line = RecordLine.encode(record.json)
            let body = try #require(RecordLine.body(of: line.dropLast()))
            #expect(StepRecord(json: try JSONValue(parsing: body)) == record)
            #expect(RecordHead(of: body) == .step(record.position, record.fingerprint))
        }
    }

    @Test func readsBackAMark() throws {
        let mark = InheritanceMark(
            journal: Sample.journal(9),
            inherited: [
                InheritedJournal(
                    journal: Sample.journal(1, of: JobReference(run: RunID(rawValue: 1), job: JobID(rawValue: 2))),
                    lineCount: 4,
                    byteCount: 5000,
                    limits: [.turn(3), .toolCall(1, ofTurn: 2)]
                ),
                InheritedJournal(journal: Sample.journal(8), lineCount: 2, byteCount: 900, limits: []),
            ]
        )
        let body = try #require(RecordLine.body(of: RecordLine.encode(mark.json).dropLast()))
        #expect(InheritanceMark(json: try JSONValue(parsing: body)) == mark)
        #expect(RecordHead(of: body) == .mark)
    }

    @Test func noticesEveryFlippedBit() {
        let line = RecordLine.encode(record(Sample.turn(1)).json).dropLast()
        for place in line.indices {
            for bit in 0..<8 {
                var altered = line
                altered[place] ^= 1 << UInt8(bit)
                #expect(RecordLine.body(of: altered) == nil)
            }
        }
        for length in 0..<line.count { #expect(RecordLine.body(of: line.prefix(length)) == nil) }
    }

    @Test func refusesARecordThatLacksAField() throws {
        let json = try JSONValue(parsing: record(Sample.turn(1)).json.encoded())
        let object = try #require(json.objectValue)
        for key in ["position", "fingerprint", "kind", "epoch", "started_at_us", "ended_at_us", "effect", "result"] {
            var lacking = object
            lacking[key] = nil
            #expect(StepRecord(json: .object(lacking)) == nil, "without \(key)")
            lacking[key] = [1]
            #expect((StepRecord(json: .object(lacking)) == nil) == (key != "result"), "with an odd \(key)")
        }
    }
}
