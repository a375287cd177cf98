import Checkpoints
import JobModel
import Postgres
import Storage

extension GatewayAttempt {
    enum StepAnswer: Sendable {
        case done(JSONValue, StepPosition)
        case run(StepPosition, idempotencyKey: String)
        case unknown(StepPosition)
    }

    /// The program asks for a step.
    func ask(_ step: NamedStep, for client: ClientTicket) async throws -> StepAnswer {
        let checkpoints = try await open(for: client)
        guard !isClosed else { throw Self.over }
        let fingerprint = step.fingerprint
        noteDepartures()
        if steps.isBehindAnEqual(fingerprint) {
            // A client that hangs up and asks again comes by another connection, which may be read first.
            await stores.hangUps.settle()
            guard !isClosed else { throw Self.over }
            noteDepartures()
        }
        try checkIsThere(client)
        let decision = steps.asked(
            fingerprint,
            mustNotRepeat: step.effect == .once,
            newPosition: { newPosition("step/" + step.name) }
        )
        switch decision {
        case .serve(let position):
            client.whenGone { [self] in clientLeft(.step(position, fingerprint)) }
            do {
                let record = try await stores.reading.pass { try await checkpoints.recorded(position, fingerprint) }
                guard let record else {
                    throw GatewayRefusal(.unavailable, "the record of step \(position) cannot be read")
                }
                statistics.replayed += 1
                return .done(record.result, position)
            } catch {
                // The program has not got it: whoever asks next is served, and nothing is done again.
                client.writeFailed()
                throw error
            }
        case .unknown(let position): return .unknown(position)
        case .run(let position):
            try await begin(step, at: position)
            return .run(position, idempotencyKey: job.idempotencyKey(position, fingerprint))
        }
    }

    /// Writes that a step is about to be done, when it may be.
    private func begin(_ step: NamedStep, at position: StepPosition) async throws {
        let fingerprint = step.fingerprint
        if let refusal = cannotGoOn {
            steps.failed(position, fingerprint)
            throw refusal
        }
        fingerprints[position] = fingerprint
        try await approve(step, at: position)
        guard step.effect != .none else { return }
        let identity = job.identity(position, fingerprint, kind: .step, name: step.name, effect: step.effect)
        do {
            try await stores.patiently { [stores] in try await stores.steps.intend(identity) }
        } catch {
            steps.failed(position, fingerprint)
            throw error
        }
    }

    /// Waits until a step may be done.
    private func approve(_ step: NamedStep, at position: StepPosition) async throws {
        guard job.judge?.steps == true else { return }
        do {
            _ = try await judged(
                .step,
                step.name,
                step.input,
                effect: step.effect,
                key: step.fingerprint.digest,
                at: position
            )
            guard !isClosed else { throw Self.over }
        } catch {
            steps.failed(position, step.fingerprint)
            throw error
        }
    }

    /// The program says what became of a step it was told to do.
    ///
    /// - Parameter failure: Why it was not done; nil when it was.
    func settle(
        _ step: NamedStep,
        at position: StepPosition,
        result: JSONValue,
        failure: String?,
        for client: ClientTicket
    ) async throws {
        let checkpoints = try await open()
        guard fingerprints[position] == step.fingerprint else {
            throw GatewayRefusal(.invalid, "no step \(position) of this name and input was asked for")
        }
        if let failure {
            steps.failed(position, step.fingerprint)
            try await settle(position, as: .failed(failure), of: step)
            return
        }
        let fingerprint = step.fingerprint
        do {
            try await checkpoints.record(
                FinishedStep(
                    position: position,
                    fingerprint: fingerprint,
                    kind: .step,
                    startedAt: .now,
                    endedAt: .now,
                    effect: step.effect,
                    request: .string(step.name),
                    result: result,
                    carries: carried(by: step, at: position)
                )
            )
        } catch {
            throw await cannotRecord(step, at: position, error)
        }
        steps.recorded(position, fingerprint)
        // A program that does not hear of it takes it for undone, and asks again.
        client.whenGone { [self] in clientLeft(.step(position, fingerprint)) }
        // An intent that cannot be settled now stays open, and the next attempt settles it by the record.
        try? await settle(position, as: .recorded(usage: nil, cost: nil), of: step)
    }

    /// What the record of a step says so that later attempts know it.
    private func carried(by step: NamedStep, at position: StepPosition) -> JSONValue {
        var carried: JSONObject = ["step": .string(step.name)]
        if let number = occurrences.number(at: position) { carried["occurrence"] = .integer(Int64(number)) }
        return .object(carried)
    }

    /// A step was done, and its result cannot be recorded: it may have happened.
    private func cannotRecord(
        _ step: NamedStep,
        at position: StepPosition,
        _ error: any Error
    ) async -> GatewayRefusal {
        steps.doubted(position, step.fingerprint)
        switch error as? CheckpointError {
        // So is this result, and nothing else.
        case .valueTooDeep, .recordTooLarge: break
        default: cannotRecord(error)
        }
        // Where this fails the intent stays open, and its outcome is as unknown to the next attempt.
        try? await settle(position, as: .unknown("its result could not be recorded: \(error)"), of: step)
        return GatewayRefusal(.stopped, "the result of step \(step.name) could not be recorded: \(error)")
    }

    private func settle(
        _ position: StepPosition,
        as settlement: StepStore.Settlement,
        of step: NamedStep
    ) async throws {
        guard step.effect != .none else {
            guard case .recorded = settlement else { return }
            let identity = job.identity(position, step.fingerprint, kind: .step, name: step.name, effect: .none)
            try await stores.patiently { [stores] in
                try await stores.steps.add([.init(identity: identity, startedAgo: .zero, took: .zero)])
            }
            return
        }
        try await stores.patiently { [stores, job] in
            try await stores.steps.settle(
                job: job.job,
                epoch: job.epoch,
                position: position.description,
                as: settlement
            )
        }
    }
}
