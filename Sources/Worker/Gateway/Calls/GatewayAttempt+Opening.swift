import Checkpoints
import JobModel
import Storage

extension GatewayAttempt {
    /// How long whoever has lost the lock of its calls with a connection may take to make another one.
    private static let regain = Duration.seconds(1)

    func opened() async throws -> JobCheckpoints {
        try await waitForEarlierCalls()
        let start =
            job.attempt > 1
            ? try await stores.patiently { [stores, job] in try await stores.steps.freshStart(of: job.job) } : nil
        let checkpoints = try await JobCheckpoints.open(
            in: stores.store,
            job: job.reference,
            epoch: job.epoch,
            after: start,
            forkedFrom: job.fork
        )
        for damage in checkpoints.checkpoints.damage.reports {
            await stores.say("a checkpoint of the gateway is damaged: \(damage)", of: job)
        }
        if let given = job.given, start == nil,
            checkpoints.checkpoints.entries(at: given.position, given.fingerprint).isEmpty
        {
            try await checkpoints.record(given.finished)
        }
        for entry in checkpoints.checkpoints.steps { try await inherit(entry, from: checkpoints) }
        try await reconcile(with: checkpoints)
        try await settleAwaited()
        return checkpoints
    }

    /// Waits until no process makes calls for an earlier attempt any more.
    private func waitForEarlierCalls() async throws {
        try await waitForTheirLock()
        // Whoever makes them may have lost the lock with its connection just now, and takes it again at once.
        while try await areCallsLost() {
            try await ContinuousClock().sleep(for: Self.regain)
            guard !isClosed else { throw Self.over }
            if try await isLockFree() { return }
            try await waitForTheirLock()
        }
    }

    private func waitForTheirLock() async throws {
        while true {
            guard !isClosed else { throw Self.over }
            if try await isLockFree() { return }
            try await ContinuousClock().sleep(for: Self.look)
        }
    }

    private func isLockFree() async throws -> Bool {
        guard !stores.localCalls.hasEarlier(than: job) else { return false }
        return try await stores.patiently { [stores, job] in try await stores.locks.isFree(job.job) }
    }

    /// Whether a call that an earlier attempt has begun is neither settled nor recorded.
    private func areCallsLost() async throws -> Bool {
        guard job.epoch.rawValue > 1 else { return false }
        let open = try await openSteps().filter { step in
            step.state == .started && GatewayJob.owns(position: step.position)
                && !GatewayJob.isNamed(position: step.position)
        }
        guard !open.isEmpty else { return false }
        let records = try await GatewayRecords(of: job.job, in: job.run, store: stores.store)
        for step in open where try await records.record(of: step) == nil { return true }
        return false
    }

    private func openSteps() async throws -> [StepStore.OpenStep] { try await openSteps(before: job.epoch) }

    func openSteps(before epoch: LeaseEpoch) async throws -> [StepStore.OpenStep] {
        try await stores.patiently { [stores, job] in try await stores.steps.open(of: job.job, before: epoch) }
    }

    private func inherit(_ entry: StepEntry, from checkpoints: JobCheckpoints) async throws {
        noteNumber(of: entry.position)
        fingerprints[entry.position] = entry.fingerprint
        guard
            let carried = try await checkpoints.carried(by: entry.position).first(where: {
                $0.fingerprint == entry.fingerprint
            })
        else { return }
        guard let index = CallIndex(json: carried.value) else {
            steps.inheritedRecorded(entry.position, entry.fingerprint)
            if job.isAskedAbout {
                let number = CallIndex.occurrence(carried.value)
                occurrences.inherited(entry.position, entry.fingerprint.digest, number: number)
            }
            return
        }
        issuedIDs.formUnion(index.ids)
        if let turn = index.turn {
            turns[entry.position] = turn
            keptTurns.add(turn)
            if turn.isAwaited {
                // What a fork goes on from is paid for by its source, which may have ended before it was told how much.
                let source = entry.journal.job.job
                awaited.inherited(
                    turn.id,
                    entry.position,
                    at: entry.journal.epoch,
                    of: source == job.job ? nil : source
                )
            }
        }
        if let told = index.told { awaited.inherited(told) }
        openings.add(index.opening)
        if let kept = index.reads { reads.inherited(entry.position, kept) }
        if let end = index.end { texts.add(entry.position, end) }
        let identity = CallIdentity(fingerprint: entry.fingerprint, lineage: index.lineage, head: index.head)
        if job.isAskedAbout {
            occurrences.inherited(entry.position, identity.key, number: index.occurrence)
        }
        matcher.inherited(.init(position: entry.position, identity: identity, isInherited: true))
    }

    /// Settles what earlier attempts left open, by their records, or as unknown.
    private func reconcile(with checkpoints: JobCheckpoints) async throws {
        guard job.epoch.rawValue > 1 else { return }
        for step in try await openSteps() where GatewayJob.owns(position: step.position) {
            guard let position = StepPosition(step.position), let fingerprint = Fingerprint(hex: step.fingerprint)
            else { continue }
            noteNumber(of: position)
            if let record = try await checkpoints.record(position, fingerprint, by: step.epoch) {
                guard step.state != .recorded else { continue }
                if turns[position]?.isAwaited == true {
                    _ = try await stores.patiently { [stores, job] in
                        try await stores.steps.awaitCost(
                            of: step.position,
                            at: step.epoch,
                            of: job.job,
                            by: job.epoch
                        )
                    }
                    continue
                }
                try await settle(step, as: .recorded(usage: record.usage, cost: record.cost))
                continue
            }
            // What a person said of a named step is recorded by the attempt that asked.
            if GatewayJob.isNamed(position: step.position),
                try await checkpoints.recorded(position, fingerprint) != nil
            {
                try await settle(step, as: .recorded(usage: nil, cost: nil))
                continue
            }
            if step.state == .started {
                await stores.say(
                    "the outcome of \(step.kind) step \(position) (\(step.name)) is unknown: "
                        + "it was under way when everything ended",
                    of: job
                )
                try await settle(step, as: .unknown("everything ended before the result was recorded"))
            }
            if GatewayJob.isNamed(position: step.position) {
                steps.inheritedUnknown(position, fingerprint)
                doubts[position] = step.state == .unknown ? step.error : nil
            } else if fingerprints[position] == nil {
                matcher.inheritedUnknown(position, fingerprint)
            }
            fingerprints[position] = fingerprint
        }
    }

    func settle(_ step: StepStore.OpenStep, as settlement: StepStore.Settlement) async throws {
        try await stores.patiently { [stores, job] in
            try await stores.steps.settle(step, of: job.job, by: job.epoch, as: settlement)
        }
    }
}
