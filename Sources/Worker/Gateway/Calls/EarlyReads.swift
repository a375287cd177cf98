import Checkpoints
import JobModel
import Recordings

/// What a program reads of responses that may change yet: it is not recorded as long as it can be read again.
///
/// Once the response is cancelled or deleted it cannot, and the answer that was read last stands for all that were.
struct EarlyReads: Sendable {
    /// The most that is remembered of answers of an attempt: 8 MiB; beyond, the oldest are forgotten.
    static let mostBytes = 8 << 20

    /// What the record of such an answer says.
    struct Kept: Equatable, Sendable {
        var response: String
        /// How many reads it stands for.
        var count: Int
    }

    /// An answer that was passed on.
    struct Read: Sendable {
        let position: StepPosition
        /// The call that is recorded with it: in an attempt, which it does not hold.
        let call: @Sendable (GatewayAttempt) -> LiveCall
        let answer: KeptAnswer
        let summary: AnswerSummary
        let startedAt: WallTime
        var kept: Kept
    }

    /// The oldest first.
    private var reads: [Read] = []
    /// What earlier attempts have recorded; the counts are those of reads that this one has not been served yet.
    private var left: [StepPosition: Kept] = [:]

    /// An answer was passed on.
    mutating func passedOn(_ read: Read) {
        let before = reads.firstIndex { $0.position == read.position }.map { reads.remove(at: $0) }
        var read = read
        read.kept.count += before?.kept.count ?? 0
        reads.append(read)
        var bytes = reads.reduce(0) { $0 + $1.answer.body.count }
        while bytes > Self.mostBytes, !reads.isEmpty { bytes -= reads.removeFirst().answer.body.count }
    }

    /// A response is about to be stopped or deleted: what was read of it is to be recorded.
    mutating func take(of response: String) -> [Read] {
        let taken = reads.filter { $0.kept.response == response }
        reads.removeAll { $0.kept.response == response }
        return taken
    }

    /// The call at a position is recorded as it will stay.
    mutating func forget(_ position: StepPosition) { reads.removeAll { $0.position == position } }

    mutating func inherited(_ position: StepPosition, _ kept: Kept) { left[position] = kept }

    /// A record was served; returns whether it stands for another read, which is to be served it too.
    mutating func served(_ position: StepPosition) -> Bool {
        guard let count = left[position]?.count, count > 1 else { return false }
        left[position]?.count = count - 1
        return true
    }

    /// The program stops or deletes a response; returns the positions of records that stand for what was read before that.
    mutating func passed(_ response: String) -> [StepPosition] {
        let positions = left.filter { $0.value.response == response }.keys
        for position in positions { left[position] = nil }
        return Array(positions)
    }
}

extension EarlyReads.Kept {
    var json: JSONValue { ["response": .string(response), "count": .integer(Int64(count))] }

    init?(json: JSONValue) {
        guard let response = json["response"]?.stringValue, let count = json["count"]?.integerValue else { return nil }
        self.init(response: response, count: Int(clamping: count))
    }
}
