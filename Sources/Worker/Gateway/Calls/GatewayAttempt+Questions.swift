import Checkpoints
import JobModel
import Storage

/// Steps that may have happened, about which people are asked.
extension GatewayAttempt {
    /// How long a question waits for the steps that its program does.
    private static let patienceWithOthers = Duration.seconds(10)

    /// What people say about a step that may have happened.
    ///
    /// - Returns: The step's result, now recorded, when it happened; nil when it may be done.
    func resolved(
        _ step: NamedStep,
        at position: StepPosition,
        _ checkpoints: JobCheckpoints
    ) async throws -> JSONValue? {
        if let refusal = cannotGoOn { throw refusal }
        let fingerprint = step.fingerprint
        // The number, and with it the approval, that it was begun with: its equals have others.
        if job.isAskedAbout { _ = occurrences.number(of: position, fingerprint.digest) }
        questions[fingerprint] = []
        defer { for waiter in questions.removeValue(forKey: fingerprint) ?? [] { waiter.resume() } }
        await othersEnd()
        guard let result = try await happened(step, at: position) else {
            doubts[position] = nil
            steps.begun(position, fingerprint)
            return nil
        }
        guard !isClosed else { throw Self.over }
        do {
            try await record(step, result, at: position, in: checkpoints)
        } catch {
            cannotRecord(error)
            throw GatewayRefusal(.stopped, "the result of step \(step.name) could not be recorded: \(error)")
        }
        steps.recorded(position, fingerprint)
        try await settleEarlier(position)
        return result
    }

    /// Waits until nobody is asked about a step.
    func questionEnds(about fingerprint: Fingerprint) async {
        while questions[fingerprint] != nil {
            await withCheckedContinuation { questions[fingerprint, default: []].append($0) }
        }
    }

    /// Waits a while for the steps that the program does: for a question it is stopped, and they would be cut off in the middle.
    private func othersEnd() async {
        let giveUpAt = ContinuousClock.now + Self.patienceWithOthers
        while begun.values.contains(where: { !$0.isAbandoned }), !isClosed, ContinuousClock.now < giveUpAt {
            // Nobody cancels a request; the process ends.
            try? await ContinuousClock().sleep(for: Self.look)
        }
    }

    /// Settles, by its record, a step that was taken for unknown.
    func settleEarlier(_ position: StepPosition) async throws {
        for open in try await leftIntents(of: position) { try await settle(open, as: .recorded(usage: nil, cost: nil)) }
    }

    /// Settles a step of this attempt that was taken for unknown; of those of earlier attempts nobody has said anything.
    func settleDoubted(_ position: StepPosition, as settlement: StepStore.Settlement) async throws {
        for open in try await leftIntents(of: position) where open.epoch == job.epoch {
            try await settle(open, as: settlement)
        }
    }

    private func leftIntents(of position: StepPosition) async throws -> [StepStore.OpenStep] {
        try await openSteps(before: LeaseEpoch(rawValue: job.epoch.rawValue + 1))
            .filter { $0.position == position.description && $0.state != .recorded }
    }
}
