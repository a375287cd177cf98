import Checkpoints
import JobModel
import Worker

/// The steps of an attempt, as `JobSteps.run` runs them.
extension Attempt {
    /// How many times a call is tried in one attempt.
    private static let mostTries = 3
    /// How long a call waits for others to be settled before its job gives its slot back.
    private static let longestWait = 5_000

    /// Takes a step from its checkpoint, or runs and records it.
    func step(_ position: Int) async throws -> Int {
        try checkBoundary()
        let (place, fingerprint) = (world.names.positions[position], world.names.fingerprints[position])
        if let found = try await checkpoints.recorded(place, fingerprint) {
            world.outside.read(
                .init(job: number, position: position),
                by: Int(found.record.epoch.rawValue),
                under: epoch
            )
            guard let value = found.result.integerValue else { preconditionFailure("step \(position) has no number") }
            return try value < 0 ? await waited(until: Int(-value), position) : Int(value)
        }
        let step = program.steps[position]
        switch step {
        case .plain: try await handlerPause(0...20)
        case .broken: throw JobFailure(code: "broken", message: "it fails", isPermanent: true)
        case .approval: try await beApproved(position)
        case .wait(let length):
            let until = world.time.now + length
            try await record(position, value: -until, cost: nil)
            return try await waited(until: until, position)
        case .paid, .tool: return try await intended(step, position)
        }
        try await record(position, value: position + 1, cost: nil)
        return position + 1
    }

    private func waited(until: Int, _ position: Int) async throws -> Int {
        guard world.time.now < until else { return position + 1 }
        throw Suspension(waitsFor: .time, until: .at(microseconds: Int64(until) * 1000), detail: "")
    }

    private func beApproved(_ position: Int) async throws {
        let (database, number, epoch) = (database, number, epoch)
        switch try await patience({ await database.approval(number, epoch, position, round: 0) }) {
        case nil: throw LeaseLost()
        case .approved: return
        default: throw Suspension(waitsFor: .approval, detail: "")
        }
    }

    // MARK: Steps with an intent

    private func intended(_ step: Program.Step, _ position: Int) async throws -> Int {
        if try await happened(step, position, unknown[position] ?? []) { return position + 1 }
        var call = 1
        try await intend(step, position, call)
        try await process.mayBeStopped()
        if database.weakness != .sendsLate { guard worker.isLeaseHeld else { throw LeaseLost() } }
        let cost: Int?
        do {
            cost = try await make(step, position, &call)
        } catch {
            guard process.isAlive else { throw error }
            let isUnknown = try await settleFailure(position, call, error)
            guard isUnknown, step.effect == .once, signal.reason == nil else { throw error }
            let attempt = StepRow(epoch: epoch, position: position, effect: .once)
            guard try await happened(step, position, [attempt]) else { throw error }
            return position + 1
        }
        try await process.mayBeStoppedApart()
        if database.weakness == .settlesBeforeRecord { try await settle(position, call, cost) }
        try await record(position, value: position + 1, cost: cost)
        if database.weakness != .settlesBeforeRecord { try await settle(position, call, cost) }
        return position + 1
    }

    private func record(_ position: Int, value: Int, cost: Int?) async throws {
        worker.store.willRecord(.init(job: number, position: position), in: checkpoints.journal)
        try await checkpoints.record(
            FinishedStep(
                position: world.names.positions[position],
                fingerprint: world.names.fingerprints[position],
                kind: .step,
                startedAt: WallTime(microseconds: 0),
                endedAt: WallTime(microseconds: 0),
                result: .integer(Int64(value)),
                cost: cost.map { MicroDollars(rawValue: Int64($0)) }
            )
        )
    }

    private func settle(_ position: Int, _ call: Int, _ cost: Int?) async throws {
        let (database, number, epoch) = (database, number, epoch)
        try await patience {
            await database.settle(number, epoch, position, call: call, as: .recorded, cost: cost ?? 0)
        }
    }

    private func intend(_ step: Program.Step, _ position: Int, _ call: Int) async throws {
        guard database.weakness != .writesNoIntents else { return }
        let (database, number, epoch) = (database, number, epoch)
        guard case .paid(_, let most) = step else {
            guard try await patience({ await database.intend(number, epoch, position, call: call, step.effect) }) else {
                throw LeaseLost()
            }
            return
        }
        let (began, budgets) = (world.time.now, program.budgets)
        while true {
            let verdict = try await patience {
                await database.intendCall(number, epoch, position, call: call, most: most, budgets: budgets)
            }
            switch verdict {
            case .lost: throw LeaseLost()
            case .room(.granted): return
            case .room(.wait):
                guard world.time.now - began < Self.longestWait else {
                    throw Suspension(waitsFor: .budget, until: .after(.seconds(10)), detail: "")
                }
                try await handlerPause(50...1000)
                try checkBoundary()
            case .room(.held): throw Suspension(waitsFor: .budget, detail: "")
            case .room(.refused), .room(.unpriced):
                throw JobFailure(code: "budget-exceeded", message: "no room", isPermanent: true)
            }
        }
    }

    // MARK: Calls

    /// Makes the call of a step, and where that fails, further ones under intents of their own.
    private func make(_ step: Program.Step, _ position: Int, _ call: inout Int) async throws -> Int? {
        while true {
            do {
                try await tryCall(step, position)
                break
            } catch let error as CallFailure {
                guard case .paid = step, call < Self.mostTries, chances.percent(70) else { throw error }
                let (database, job, epoch, failed) = (database, number, epoch, call)
                try await patience {
                    await database.settle(
                        job,
                        epoch,
                        position,
                        call: failed,
                        as: .failed,
                        unknownCalls: error.unknownCalls
                    )
                }
                try await handlerPause(1...200)
                try checkBoundary()
                try await intend(step, position, call + 1)
                call += 1
                guard worker.isLeaseHeld else { throw LeaseLost() }
            }
        }
        if case .paid(let cost, _) = step { return cost }
        return nil
    }

    private func tryCall(_ step: Program.Step, _ position: Int) async throws {
        let outside = world.outside
        let call = Outside.Call(job: number, position: position)
        let (cost, budgets) = if case .paid(let cost, _) = step { (cost, program.budgets) } else { (0, []) }
        let luck = chances.draw(0...99)
        if database.hasFaults, luck < 5 {
            throw CallFailure(failure: JobFailure(code: "model", message: "refused"), unknownCalls: 0)
        }
        // It is on its way, whatever becomes of this process.
        if chances.percent(10) {
            let flight = chances.draw(1...100)
            world.time.start { [time = world.time, epoch] in
                await time.sleep(flight)
                outside.make(call, under: epoch, cost: cost, budgets: budgets)
            }
            try await handlerPause(flight...flight)
        } else {
            outside.make(call, under: epoch, cost: cost, budgets: budgets)
        }
        try await handlerPause(1...100)
        guard database.hasFaults, luck >= 90 else { return }
        if luck < 93 { for _ in 0..<20 { try await handlerPause(100...300) } }
        throw CallFailure(failure: JobFailure(code: "model", message: "no answer"), unknownCalls: 1)
    }

    /// Settles the intent of a step that threw.
    ///
    /// - Returns: Whether it was settled as unknown.
    private func settleFailure(_ position: Int, _ call: Int, _ error: any Error) async throws -> Bool {
        let unknownCalls = (error as? CallFailure)?.unknownCalls ?? (error is Suspension ? 0 : 1)
        let (database, number, epoch) = (database, number, epoch)
        do {
            try await patience {
                await database.settle(
                    number,
                    epoch,
                    position,
                    call: call,
                    as: unknownCalls > 0 ? .unknown : .failed,
                    unknownCalls: unknownCalls
                )
            }
        } catch ProcessError.noAnswer {
            return false  // The next attempt settles it.
        }
        return unknownCalls > 0
    }

    // MARK: Unknown outcomes

    /// What a person says about a step that may have happened; false when it may run.
    private func happened(_ step: Program.Step, _ position: Int, _ attempts: [StepRow]) async throws -> Bool {
        guard step.effect == .once, !attempts.isEmpty, database.weakness != .repeatsOnce else { return false }
        guard case .tool(_, let policy) = step else { return false }
        switch policy {
        case .retry: return false
        case .fail: throw JobFailure(code: "outcome-unknown", message: "it may have happened", isPermanent: true)
        case .ask: break
        }
        let (database, number, epoch) = (database, number, epoch)
        let round = attempts.map(\.epoch).max() ?? 0
        switch try await patience({ await database.approval(number, epoch, position, round: round) }) {
        case nil: throw LeaseLost()
        case .notHappened?: return false
        case .happened?:
            try await record(position, value: position + 1, cost: nil)
            for attempt in attempts where attempt.state != .recorded {
                _ = try await patience {
                    await database.settleEarlier(number, by: epoch, attempt.epoch, position, as: .recorded, cost: 0)
                }
            }
            return true
        case .failed?: throw JobFailure(code: "outcome-unknown", message: "a person says so", isPermanent: true)
        default: throw Suspension(waitsFor: .effect, detail: "")
        }
    }
}
