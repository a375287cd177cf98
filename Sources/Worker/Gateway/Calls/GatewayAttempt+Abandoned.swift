import Checkpoints
import JobModel

/// Steps that this attempt was told to do by a process that has ended since.
extension GatewayAttempt {
    /// What a program says of a step, from when it begins to say it until that is durable.
    struct Recording {
        /// The name of the step; the rest of it is behind what is said of it.
        let name: String
        /// Who has said it, and may not hear what became of it.
        let client: ClientTicket
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Has whoever asks for a step of the name wait when the client of this one goes before it is recorded.
    func recordingBegins(of name: String, for client: ClientTicket) -> Int {
        lastRecording += 1
        recordings[lastRecording] = Recording(name: name, client: client)
        return lastRecording
    }

    func recordingEnds(_ recording: Int) {
        for waiter in recordings.removeValue(forKey: recording)?.waiters ?? [] { waiter.resume() }
    }

    /// Waits for results whose clients have gone: they are the next client's, and its step is not another one.
    func leftRecordingsEnd(of name: String) async {
        while let (recording, _) = recordings.first(where: { $1.name == name && $1.client.hasGone }) {
            await withCheckedContinuation { recordings[recording]?.waiters.append($0) }
        }
    }

    /// Has steps that were left in the middle count as what may have happened, before an equal one is taken for another.
    ///
    /// The program may be the same all the while: a shell that goes on when its `chassis step` was killed.
    func doubtAbandoned(_ fingerprint: Fingerprint) async {
        guard questions[fingerprint] == nil else { return }
        let abandoned = begun.filter { $0.value.fingerprint == fingerprint && $0.value.isAbandoned }
        guard !abandoned.isEmpty else { return }
        // Whoever asks for an equal one meanwhile waits.
        questions[fingerprint] = []
        defer { for waiter in questions.removeValue(forKey: fingerprint) ?? [] { waiter.resume() } }
        for (position, step) in abandoned where begun[position] != nil {
            // Where this fails the intent stays open, and its outcome is as unknown to the next attempt.
            try? await doubted(step, at: position, because: "what did it ended without saying what became of it")
        }
    }
}
