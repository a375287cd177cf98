import Checkpoints
import JobModel

/// Steps that this attempt was told to do by a process that has ended since.
extension GatewayAttempt {
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
