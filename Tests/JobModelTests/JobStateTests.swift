import JobModel
import Testing

@Suite struct JobStateTests {
    /// The table of moves, written a second time: a change must be meant.
    static let moves: Set<String> = [
        "blocked pending", "blocked delayed", "blocked skipped", "blocked cancelled",
        "delayed pending", "delayed cancelled",
        "pending running", "pending cancelled",
        "running pending", "running delayed", "running suspended", "running succeeded", "running failed",
        "running skipped", "running cancelled",
        "suspended pending", "suspended failed", "suspended cancelled",
    ]

    @Test(arguments: JobState.allCases, JobState.allCases)
    func allowsTheseMovesAlone(from: JobState, to: JobState) {
        #expect(from.successors.contains(to) == Self.moves.contains("\(from) \(to)"))
    }

    @Test(arguments: JobState.allCases)
    func endsInFourStates(state: JobState) {
        #expect(state.isFinal == [.succeeded, .failed, .skipped, .cancelled].contains(state))
    }
}
