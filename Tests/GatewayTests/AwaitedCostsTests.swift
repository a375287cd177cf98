import Checkpoints
import JobModel
import Models
import Testing

@testable import Gateway
@testable import Storage

@Suite struct AwaitedCostsTests {
    private static let usage = TokenUsage(input: 100, cachedInput: 3, output: 10, reasoning: 4)

    private static func call(_ position: String, at epoch: Int64) -> StepStore.AwaitedCall {
        StepStore.AwaitedCall(
            epoch: LeaseEpoch(rawValue: epoch),
            position: position,
            price: ModelPrice(input: 1_000_000, output: 2_000_000)
        )
    }

    @Test func isReadAsItWasWritten() {
        let told = AwaitedCosts.Told(response: "resp_1", usage: Self.usage)
        #expect(AwaitedCosts.Told(json: told.json) == told)
        #expect(AwaitedCosts.Told(json: ["response": "resp_1", "usage": ["input": -1, "output": 1]]) == nil)
    }

    /// What was put down before, and calls whose records are not this job's own, are told of for nothing.
    @Test func finishesWhatEarlierAttemptsWereTold() throws {
        let position = try StepPosition.step(named: "gateway/fake", occurrence: 1)
        let next = try StepPosition.step(named: "gateway/fake", occurrence: 2)
        var costs = AwaitedCosts()
        #expect(!costs.hasInherited)
        costs.inherited("resp_1", position, at: LeaseEpoch(rawValue: 1))
        costs.inherited("resp_2", next, at: LeaseEpoch(rawValue: 2))
        for response in ["resp_1", "resp_2", "resp_of_the_source"] {
            costs.inherited(.init(response: response, usage: Self.usage))
        }
        #expect(costs.hasInherited)
        // The second one was put down; another epoch has one of the same position.
        let awaited = [Self.call("\(position)", at: 1), Self.call("\(next)", at: 3)]
        #expect(costs.found(awaited) == [.init(response: "resp_1", usage: Self.usage)])
        #expect(costs.call(of: "resp_1") == awaited[0])
        #expect(costs.call(of: "resp_2") == nil && costs.call(of: "resp_of_the_source") == nil)
        costs.settled("resp_1")
        #expect(costs.call(of: "resp_1") == nil)
    }

    /// A fork awaits what its source's calls cost; another job's call of the same position is none of these.
    @Test func knowsWhoseCallsItGoesOnFrom() throws {
        let position = try StepPosition.step(named: "gateway/fake", occurrence: 1)
        let source = JobID(rawValue: 7)
        var costs = AwaitedCosts()
        costs.inherited("resp_1", position, at: LeaseEpoch(rawValue: 1), of: source)
        costs.inherited("resp_2", position, at: LeaseEpoch(rawValue: 1))
        #expect(costs.sources == [source, nil])
        var call = Self.call("\(position)", at: 1)
        #expect(costs.found([call]) == [])
        #expect(costs.call(of: "resp_1") == nil && costs.call(of: "resp_2") == call)
        costs.inherited("resp_1", position, at: LeaseEpoch(rawValue: 1), of: source)
        call.source = source
        #expect(costs.found([call]) == [])
        #expect(costs.call(of: "resp_1") == call)
    }

    /// Only what changes no more says what it took.
    @Test(
        arguments: [
            ("queued", "null", nil), ("in_progress", #"{"input_tokens":100,"output_tokens":1}"#, nil),
            ("completed", #"{"input_tokens":100,"output_tokens":10}"#, 10),
            ("incomplete", #"{"input_tokens":1,"output_tokens":0}"#, 0),
            ("cancelled", "null", nil), ("failed", "{}", nil),
            ("completed", #"{"input_tokens":0,"output_tokens":0}"#, nil),
        ] as [(String, String, Int?)]
    )
    func aResponseTellsWhatItTook(_ status: String, _ usage: String, _ output: Int?) throws {
        for format in [WireFormat.responseRead, .keptChange] {
            var reader = AnswerReader(format, contentType: "application/json")
            let text = #"{"id":"resp_1","object":"response","status":"\#(status)","output":[],"usage":\#(usage)}"#
            _ = try reader.consume(Array(text.utf8))
            try reader.ended()
            #expect(reader.summary.told?.output == output)
            // Whoever reads it pays nothing.
            #expect(reader.summary.usage == nil)
        }
    }
}
