import Checkpoints
import JobModel
import Postgres
import Storage

extension GatewayAttempt {
    enum StepAnswer: Sendable {
        case done(JSONValue, StepPosition)
        case run(StepPosition, idempotencyKey: String)
        /// It may have happened, for this reason, and nobody is asked.
        case unknown(StepPosition, String)
    }

    /// The program asks for a step.
    ///
    /// - Parameter resultsEnd: Waits for results of its name that are on their way; false when there are none.
    func ask(
        _ step: NamedStep,
        for client: ClientTicket,
        behind resultsEnd: () async -> Bool
    ) async throws -> StepAnswer {
        let checkpoints = try await open(for: client)
        let fingerprint = step.fingerprint
        repeat {
            // While people are asked about its equal, this may be the same, asked for once more.
            await questionEnds(about: fingerprint)
            noteDepartures()
            guard steps.isBehindAnEqual(fingerprint) else { break }
            // A client that hangs up and asks again comes by another connection, which may be read first.
            await stores.hangUps.settle()
            // Who has sent the result may be gone by now, and this may be who goes on.
            if await resultsEnd() { await stores.hangUps.settle() }
            noteDepartures()
            await doubtAbandoned(fingerprint)
        } while questions[fingerprint] != nil
        guard !isClosed else { throw Self.over }
        try checkIsThere(client)
        let decision = steps.asked(
            fingerprint,
            mustNotRepeat: step.effect == .once && step.unknown != .retry,
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
                noteServed(position)
                return .done(record.result, position)
            } catch {
                // The program has not got it: whoever asks next is served, and nothing is done again.
                client.writeFailed()
                throw error
            }
        case .unknown(let position):
            guard step.unknown == .ask, job.judge != nil else {
                return .unknown(
                    position,
                    doubts[position] ?? "an earlier attempt began it and its result is not recorded"
                )
            }
            if let result = try await resolved(step, at: position, checkpoints) {
                client.whenGone { [self] in clientLeft(.step(position, fingerprint)) }
                return .done(result, position)
            }
            if client.hasGone { steps.failed(position, fingerprint) }
            // It may be done, if need be by whoever asks next.
            try checkIsThere(client)
            return try await run(step, at: position)
        case .run(let position): return try await run(step, at: position)
        }
    }

    private func run(_ step: NamedStep, at position: StepPosition) async throws -> StepAnswer {
        try await begin(step, at: position)
        begun[position] = step
        return .run(position, idempotencyKey: job.idempotencyKey(position, step.fingerprint))
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
        var identity = job.identity(position, fingerprint, kind: .step, name: step.name, effect: step.effect)
        let number = callNumbers[position, default: 0] + 1
        identity.call = number
        let intent = identity
        do {
            try await stores.patiently { [stores] in try await stores.steps.intend(intent) }
        } catch {
            steps.failed(position, fingerprint)
            throw error
        }
        callNumbers[position] = number
    }

    /// Waits until a step may be done.
    private func approve(_ step: NamedStep, at position: StepPosition) async throws {
        guard job.judge?.steps == true else { return }
        do {
            let size = step.input.encoded().count
            guard size <= JudgedCall.longestArguments else {
                throw GatewayRefusal(
                    .denied,
                    "people decide about steps with an input of at most \(JudgedCall.longestArguments) bytes, this one has \(size)"
                )
            }
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
        begun[position] = nil
        // Its row, where it has one, says that nobody knows what became of it, and is no open intent any more.
        let wasDoubted = doubts.removeValue(forKey: position) != nil && step.effect != .none
        if let failure {
            steps.failed(position, step.fingerprint)
            guard !wasDoubted else { return try await settleDoubted(position, as: .failed(failure)) }
            try await settle(position, as: .failed(failure), of: step)
            return
        }
        let fingerprint = step.fingerprint
        do {
            try await record(step, result, at: position, in: checkpoints)
        } catch {
            throw await cannotRecord(step, at: position, error)
        }
        steps.recorded(position, fingerprint)
        // A program that does not hear of it takes it for undone, and asks again.
        client.whenGone { [self] in clientLeft(.step(position, fingerprint)) }
        // An intent that cannot be settled now stays open, and the next attempt settles it by the record.
        if wasDoubted {
            try? await settleEarlier(position)
        } else {
            try? await settle(position, as: .recorded(usage: nil, cost: nil), of: step)
        }
    }

    func record(
        _ step: NamedStep,
        _ result: JSONValue,
        at position: StepPosition,
        in checkpoints: JobCheckpoints
    ) async throws {
        try await checkpoints.record(
            FinishedStep(
                position: position,
                fingerprint: step.fingerprint,
                kind: .step,
                startedAt: .now,
                endedAt: .now,
                effect: step.effect,
                request: .string(step.name),
                result: result,
                carries: carried(by: step, at: position)
            )
        )
    }

    /// The program did a step, and cannot say with what result.
    ///
    /// - Parameter reason: Why, such as that the result is too large.
    func doubted(_ step: NamedStep, at position: StepPosition, because reason: String) async throws {
        _ = try await open()
        guard fingerprints[position] == step.fingerprint else {
            throw GatewayRefusal(.invalid, "no step \(position) of this name and input was asked for")
        }
        begun[position] = nil
        steps.doubted(position, step.fingerprint)
        doubts[position] = reason
        try await settle(position, as: .unknown(reason), of: step)
    }

    /// The program sent a result that was not read, since it is too large.
    ///
    /// Whose result it was is known where one step of the name is under way. Of several it may have been any, and none that must not
    /// happen twice is done again until the program says what became of it.
    func refusedResult(of name: String, _ refusal: GatewayRefusal) async {
        let steps = begun.filter { $0.value.name == name }
        guard steps.count == 1, let (position, step) = steps.first else {
            for (position, step) in steps where step.effect == .once {
                self.steps.doubted(position, step.fingerprint)
                doubts[position] =
                    "it was begun, and a result of this name was not kept: \(refusal.message); \(NamedStep.wayOut)"
            }
            return
        }
        let reason = "it was done and its result was not kept: \(refusal.message); \(NamedStep.wayOut)"
        // Where this fails the intent stays open, and its outcome is as unknown to the next attempt.
        try? await doubted(step, at: position, because: reason)
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
        let reason = "it was done and its result was not kept: \(error)"
        steps.doubted(position, step.fingerprint)
        switch error as? CheckpointError {
        // So is this result, and nothing else.
        case .valueTooDeep, .recordTooLarge: doubts[position] = "\(reason); \(NamedStep.wayOut)"
        default:
            doubts[position] = reason
            cannotRecord(error)
        }
        // Where this fails the intent stays open, and its outcome is as unknown to the next attempt.
        try? await settle(position, as: .unknown(doubts[position] ?? reason), of: step)
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
        // What comes late settles no later one.
        let number = callNumbers[position]
        try await stores.patiently { [stores, job] in
            try await stores.steps.settle(
                job: job.job,
                epoch: job.epoch,
                position: position.description,
                call: number,
                as: settlement
            )
        }
    }
}
