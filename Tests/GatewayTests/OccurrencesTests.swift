import Checkpoints
import Digests
import JobModel
import Testing

@testable import Gateway

@Suite struct OccurrencesTests {
    private let key = SHA256.digest(of: "a call".utf8)

    private func place(_ number: Int) -> StepPosition {
        guard let position = StepPosition("gateway/openai#\(number)") else { preconditionFailure("a position") }
        return position
    }

    @Test func countsEqualCalls() {
        var occurrences = Occurrences()
        #expect(occurrences.number(at: place(1)) == nil)
        #expect(occurrences.number(of: place(1), key) == 1)
        #expect(occurrences.number(of: place(2), key) == 2)
        #expect(occurrences.number(of: place(1), key) == 1)
        #expect(occurrences.number(of: place(3), SHA256.digest(of: "another".utf8)) == 1)
        #expect(occurrences.number(at: place(2)) == 2)
    }

    /// The second of three is recorded: the others are the first and the third, in whatever order they come.
    @Test func givesNoNumberThatARecordHas() {
        var occurrences = Occurrences()
        occurrences.inherited(place(2), key, number: 2)
        #expect(occurrences.number(of: place(4), key) == 1)
        #expect(occurrences.number(of: place(5), key) == 3)
        #expect(occurrences.number(of: place(2), key) == 2)
    }

    /// Records of earlier versions have the numbers that others leave, in their order.
    @Test func countsRecordsThatSayNoNumber() {
        var occurrences = Occurrences()
        occurrences.inherited(place(1), key, number: nil)
        occurrences.inherited(place(2), key, number: nil)
        occurrences.inherited(place(3), key, number: 1)
        #expect(occurrences.number(of: place(4), key) == 4)
        #expect([1, 2, 3].map { occurrences.number(at: place($0)) } == [2, 3, 1])
    }

    @Test(arguments: [nil, 2]) func readsWhatRecordsSay(_ number: Int?) throws {
        let index = CallIndex(lineage: key, head: key, ids: ["call_1"], end: nil, occurrence: number)
        #expect(CallIndex(json: index.json) == index)
        #expect(index.json["occurrence"] == number.map { .integer(Int64($0)) })
        #expect(CallIndex.occurrence(["step": "charge", "occurrence": 0]) == nil)
    }
}
