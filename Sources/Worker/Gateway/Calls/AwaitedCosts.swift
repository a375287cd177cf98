import Checkpoints
import JobModel
import Models
import Storage

/// The calls of a job that were answered before their answers were made, and whose cost is not told yet.
///
/// The provider tells it when the response is read that a call was answered with.
struct AwaitedCosts: Sendable {
    /// What the record of whoever read a response says.
    struct Told: Equatable, Sendable {
        var response: String
        var usage: TokenUsage
    }

    /// A call that an earlier attempt has recorded, of this job or of one that it goes on from.
    private struct Inherited {
        /// Nil for this job.
        var source: JobID?
        var epoch: LeaseEpoch
        var position: StepPosition
    }

    /// By their responses.
    private var calls: [String: StepStore.AwaitedCall] = [:]
    private var inherited: [String: Inherited] = [:]
    /// What earlier attempts were told, and may not have put down.
    private var told: [Told] = []

    /// Whether earlier attempts have recorded such calls, whose costs may have been told since.
    var hasInherited: Bool { !inherited.isEmpty }

    /// Whose calls these are, nil for the job's own.
    var sources: Set<JobID?> { Set(inherited.values.map(\.source)) }

    /// An attempt of this job, or of one that it goes on from, has recorded a call.
    mutating func inherited(
        _ response: String,
        _ position: StepPosition,
        at epoch: LeaseEpoch,
        of source: JobID? = nil
    ) {
        inherited[response] = Inherited(source: source, epoch: epoch, position: position)
    }

    /// An earlier attempt has recorded what it was told.
    mutating func inherited(_ told: Told) { self.told.append(told) }

    /// Of the calls that earlier attempts have recorded, these await their costs; returns what is known of these.
    mutating func found(_ awaited: [StepStore.AwaitedCall]) -> [Told] {
        for (response, its) in inherited {
            calls[response] = awaited.first {
                $0.source == its.source && $0.epoch == its.epoch && $0.position == its.position.description
            }
        }
        defer { (inherited, told) = ([:], []) }
        return told.filter { calls[$0.response] != nil }
    }

    /// A call is recorded and awaits its cost.
    mutating func began(_ response: String, _ call: StepStore.AwaitedCall) { calls[response] = call }

    /// The call whose cost is told with a response; nil where none awaits it.
    func call(of response: String) -> StepStore.AwaitedCall? { calls[response] }

    /// What a call cost is put down.
    mutating func settled(_ response: String) { calls[response] = nil }
}

extension AwaitedCosts.Told {
    var json: JSONValue { ["response": .string(response), "usage": usage.json] }

    init?(json: JSONValue) {
        // One that cannot be read tells nothing, and the most stays.
        guard let response = json["response"]?.stringValue, let usage = try? TokenUsage(json: json["usage"] ?? .null)
        else {
            return nil
        }
        self.init(response: response, usage: usage)
    }
}
