import JobModel

/// The statements of the queue, in the order in which `QueueStore` and `Repair` make them.
extension ModelDatabase {
    struct Ending: Sendable {
        let job: Int
        let epoch: Int
        let state: JobState
        let code: String?
        let output: Int?
    }

    struct Claim: Sendable {
        let job: Int
        let run: Int
        let epoch: Int
        let attempt: Int
        let failures: Int
        let isCancelled: Bool
    }

    /// What came of a turn.
    struct TurnAnswer: Sendable, CustomStringConvertible {
        let ended: [Int]
        let claimed: [Claim]

        var description: String { "ends \(ended) and claims \(claimed.map { "\($0.job) (epoch \($0.epoch))" })" }
    }

    /// `claim_jobs`, `end_jobs` and `settle_open_steps`.
    func turn(session: Int, ending: [Ending], limit: Int) async -> TurnAnswer {
        await transaction("turn of session \(session) with \(ending.map(\.job))", isALook: ending.isEmpty) {
            transaction in
            let claimed = limit > 0 ? await claim(limit, for: session, in: transaction) : []
            let ended = ending.isEmpty ? [] : await end(ending, in: transaction)
            return TurnAnswer(ended: ended.sorted(), claimed: claimed)
        }
    }

    private func claim(_ limit: Int, for session: Int, in transaction: Transaction) async -> [Claim] {
        let seen = await transaction.statement()
        let line = seen.jobs.indices.filter { seen.jobs[$0].room.isReady }.sorted {
            place(seen.jobs[$0].room) < place(seen.jobs[$1].room)
        }
        var claimed: [Claim] = []
        for job in line where claimed.count < limit {
            let isTaken = transaction.lockOrSkip(seen.jobs[job].room.lock(job))
            guard isTaken || weakness == .claimsTwice else { continue }
            guard tables.jobs[job].room == seen.jobs[job].room || weakness == .claimsTwice else { continue }
            let row = seen.jobs[job]
            claimed.append(
                Claim(
                    job: job,
                    run: row.run,
                    epoch: row.room.epoch + 1,
                    attempt: row.attempt,
                    failures: row.failures,
                    isCancelled: seen.runs[row.run].isCancelled
                )
            )
        }
        guard !seen.sessions[session].isEnded else { return [] }
        for claim in claimed {
            transaction.write { $0.move(claim.job, to: .lease(session: session, epoch: claim.epoch)) }
        }
        return claimed
    }

    private func place(_ room: Room) -> Int { if case .ready(_, let place) = room { place } else { 0 } }

    private func end(_ endings: [Ending], in transaction: Transaction) async -> Set<Int> {
        let seen = await transaction.statement()
        var ended: Set<Int> = []
        for ending in endings.sorted(by: { $0.job < $1.job }) where seen.jobs[ending.job].room.state == .running {
            guard seen.holds(ending.job, ending.epoch) || weakness == .endsUnderAnyEpoch else { continue }
            await transaction.lock(seen.jobs[ending.job].room.lock(ending.job))
            guard tables.holds(ending.job, ending.epoch) || weakness == .endsUnderAnyEpoch else { continue }
            ended.insert(ending.job)
            transaction.write {
                $0.move(
                    ending.job,
                    to: .done(epoch: ending.epoch, state: ending.state, code: ending.code, output: ending.output)
                )
            }
        }
        for run in Set(ended.map { seen.jobs[$0].run }).sorted() { await transaction.lock(.run(run)) }
        let unsuccessful = endings.filter { $0.state != .succeeded }.map(\.job)
        if !unsuccessful.isEmpty { await settleOpenSteps(of: unsuccessful, in: transaction) }
        return ended
    }

    /// `release_jobs`.
    ///
    /// - Returns: Whether the lease was held.
    func release(_ job: Int, epoch: Int) async -> Bool {
        await transaction("release_jobs, job \(job) (epoch \(epoch))") { transaction in
            guard await take(job, epoch, in: transaction) else { return false }
            transaction.write { $0.makeReady(job) }
            return true
        }
    }

    /// The lease's row, deleted if it is still the caller's.
    private func take(_ job: Int, _ epoch: Int, in transaction: Transaction) async -> Bool {
        guard await transaction.statement().holds(job, epoch) else { return false }
        await transaction.lock(.job(job, .running, epoch: epoch))
        return tables.holds(job, epoch)
    }

    /// `delay_job`.
    func delay(_ job: Int, epoch: Int, for delay: Int) async -> Bool {
        await transaction("delay_job, job \(job) (epoch \(epoch)) for \(delay) ms") { transaction in
            guard await take(job, epoch, in: transaction) else { return false }
            let isCancelled = tables.runs[tables.jobs[job].run].isCancelled
            let due = time.now + (isCancelled ? 0 : delay)
            transaction.write {
                $0.move(job, to: .waiting(.init(epoch: epoch, isSuspended: false, due: due)))
                $0.jobs[job].failures += 1
                $0.jobs[job].attempt += 1
            }
            return true
        }
    }

    /// `suspend_job` and `wake_suspended_job`.
    func suspend(_ job: Int, epoch: Int, until: Int?) async -> Bool {
        await transaction("suspend_job, job \(job) (epoch \(epoch))") { transaction in
            guard await take(job, epoch, in: transaction) else { return false }
            let run = tables.jobs[job].run
            if weakness != .resumesWithoutLock { await transaction.lock(.run(run)) }
            let due = tables.runs[run].isCancelled ? time.now : until
            transaction.write { $0.move(job, to: .waiting(.init(epoch: epoch, isSuspended: true, due: due))) }
            let seen = await transaction.statement()
            guard seen.jobs[job].isWoken, weakness != .forgetsResumptions else { return true }
            transaction.write {
                $0.jobs[job].isWoken = false
                $0.makeReady(job)
            }
            return true
        }
    }

    /// `lock_runs_of_jobs` and `resume_jobs`, at the end of a transaction that has changed something.
    func resume(_ jobs: [Int], in transaction: Transaction, isLocked: Bool = false) async {
        if !isLocked { await lockRuns(of: jobs, in: transaction) }
        let seen = await transaction.statement()
        for job in jobs {
            if case .waiting(let waiting) = seen.jobs[job].room, waiting.isSuspended {
                await transaction.lock(seen.jobs[job].room.lock(job))
                // Whoever had the row before may have made it ready.
                guard tables.jobs[job].room == seen.jobs[job].room else { continue }
                transaction.note { "resumes job \(job)" }
                transaction.write { $0.makeReady(job) }
            } else if !seen.jobs[job].room.isDone {
                transaction.write { if !$0.jobs[job].room.isDone { $0.jobs[job].isWoken = true } }
            }
        }
    }

    func lockRuns(of jobs: [Int], in transaction: Transaction) async {
        guard weakness != .resumesWithoutLock else { return }
        for run in Set(jobs.map { tables.jobs[$0].run }).sorted() { await transaction.lock(.run(run)) }
    }

    /// `find_stray_leases`.
    ///
    /// - Returns: The jobs, and their epochs.
    func strays(of session: Int, known: [Int]) async -> [(job: Int, epoch: Int)] {
        guard weakness != .findsNoStrays else { return [] }
        return await transaction("find_stray_leases of session \(session)", isALook: true) { transaction in
            let seen = await transaction.statement()
            return seen.jobs.indices.filter { seen.jobs[$0].room.session == session && !known.contains($0) }
                .map { ($0, seen.jobs[$0].room.epoch) }
        }
    }

    /// `cancel_run`, `settle_open_steps` and what follows.
    func cancel(_ run: Int) async {
        await transaction("cancel_run \(run)") { transaction in
            await transaction.lock(.run(run))
            let seen = await transaction.statement()
            transaction.write { $0.runs[run].isCancelled = true }
            var ended: [Int] = []
            for job in seen.jobs.indices where seen.jobs[job].run == run {
                switch seen.jobs[job].room {
                case .waiting: await transaction.lock(seen.jobs[job].room.lock(job))
                case .ready: guard transaction.lockOrSkip(seen.jobs[job].room.lock(job)) else { continue }
                case .lease, .done: continue
                }
                guard tables.jobs[job].room == seen.jobs[job].room else { continue }
                ended.append(job)
                let epoch = seen.jobs[job].room.epoch
                transaction.write { $0.move(job, to: .done(epoch: epoch, state: .cancelled, code: nil, output: nil)) }
            }
            if weakness != .cancelLeavesIntents { await settleOpenSteps(of: ended, in: transaction) }
        }
    }

    /// `ready_due_jobs`.
    func readyDueJobs() async {
        await transaction("ready_due_jobs", isALook: true) { transaction in
            let seen = await transaction.statement()
            for (job, row) in seen.jobs.enumerated() {
                guard case .waiting(let waiting) = row.room, let due = waiting.due, due <= time.now,
                    transaction.lockOrSkip(row.room.lock(job)), tables.jobs[job].room == row.room
                else { continue }
                transaction.note { "makes job \(job) pending, which is due" }
                transaction.write { $0.makeReady(job) }
            }
        }
    }
}
