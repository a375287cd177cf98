import JobModel

/// Intents, and what they reserve.
extension ModelDatabase {
    /// What the statement of an intent answers.
    enum Verdict: Equatable, Sendable, CustomStringConvertible {
        case lost
        case room(Budget.Room)

        var description: String {
            switch self {
            case .lost: "the lease is lost"
            case .room(let room): "\(room)"
            }
        }
    }

    /// What a step is called in the trace.
    func step(_ position: Int, _ job: Int, _ epoch: Int) -> String { "step \(position) of job \(job) (epoch \(epoch))" }

    /// `intend_step`.
    func intend(_ job: Int, _ epoch: Int, _ position: Int, call: Int, _ effect: Effect) async -> Bool {
        await transaction("intend_step, call \(call) of \(step(position, job, epoch))") { transaction in
            let seen = await transaction.statement()
            guard await isHeld(job, epoch, seen, transaction) else { return false }
            await transaction.lock(.step(job, position))
            if !isBegun(call, job, epoch, position) {
                let row = StepRow(epoch: epoch, position: position, effect: effect, call: call)
                transaction.write { $0.intend(job, row) }
            }
            return true
        }
    }

    /// Whether the intent of this call of a step, or of a later one, was written before.
    private func isBegun(_ call: Int, _ job: Int, _ epoch: Int, _ position: Int) -> Bool {
        guard let row = tables.step(job, epoch, position) else { return false }
        if weakness == .mixesCallsUp { return tables.steps[job][row].state == .started }
        return tables.steps[job][row].call >= call
    }

    /// `FOR KEY SHARE` on the lease.
    private func isHeld(_ job: Int, _ epoch: Int, _ seen: Tables, _ transaction: Transaction) async -> Bool {
        if weakness == .intendsWithoutLease { return true }
        guard seen.holds(job, epoch) else { return false }
        await transaction.lock(.job(job, .running, epoch: epoch), .shared)
        return tables.holds(job, epoch)
    }

    /// `intend_call`: each statement of the function sees what was committed when it began.
    func intendCall(
        _ job: Int,
        _ epoch: Int,
        _ position: Int,
        call: Int,
        most: Int,
        budgets: [Int]
    ) async -> Verdict {
        await transaction("intend_call, call \(call) of \(step(position, job, epoch)), at most \(most)") {
            transaction in
            guard await isHeld(job, epoch, transaction.statement(), transaction) else { return .lost }
            await transaction.lock(.budgets, .shared)
            var seen = await transaction.statement()
            await transaction.lock(.step(job, position))
            if isBegun(call, job, epoch, position) { return .room(.granted) }
            await settleCallBefore(job, epoch, position, budgets, in: transaction)
            for isLocked in [false, true] {
                if isLocked, weakness != .reservesWithoutLock {
                    for budget in budgets { await transaction.lock(.budget(budget)) }
                }
                // A row that is locked is read as it is now.
                if weakness != .reservesWithoutLock || !isLocked { seen = transaction.current }
                let (room, decider) = room(for: most, in: budgets, seen)
                guard room == .granted else {
                    if room == .held, let decider {
                        transaction.write { $0.jobs[job].budgets.insert(decider) }
                    }
                    return .room(room)
                }
            }
            transaction.write { tables in
                for budget in budgets { tables.budgets[budget].reserved += most }
                var row = StepRow(epoch: epoch, position: position, effect: .none, call: call)
                row.money = .reserved
                row.reserved = most
                row.charges = budgets
                tables.intend(job, row)
            }
            return .room(.granted)
        }
    }

    /// What nobody has settled of a step is settled as unknown before a further call takes its row over.
    private func settleCallBefore(
        _ job: Int,
        _ epoch: Int,
        _ position: Int,
        _ budgets: [Int],
        in transaction: Transaction
    ) async {
        guard let row = tables.step(job, epoch, position), tables.steps[job][row].money == .reserved else { return }
        for budget in Set(tables.steps[job][row].charges + budgets).sorted() {
            await transaction.lock(.budget(budget))
        }
        let weakness = weakness
        transaction.note { "settles the call before of \(step(position, job, epoch)) as unknown" }
        transaction.write {
            $0.steps[job][row].state = .unknown
            $0.steps[job][row].unknownCalls += 1
            $0.settleCall(job, row, as: .unknown, cost: 0, weakness: weakness)
        }
    }

    private func room(for most: Int, in budgets: [Int], _ seen: Tables) -> (Budget.Room, Int?) {
        var worst = (Budget.Room.granted, Int?.none)
        for number in budgets {
            let row = seen.budgets[number]
            let room = row.budget.room(
                for: MicroDollars(rawValue: Int64(most)),
                used: MicroDollars(rawValue: Int64(row.paid + row.unknown)),
                reserved: weakness == .ignoresReservations ? .zero : MicroDollars(rawValue: Int64(row.reserved))
            )
            if room > worst.0 { worst = (room, number) }
        }
        return worst
    }

    /// `settle_step`.
    func settle(
        _ job: Int,
        _ epoch: Int,
        _ position: Int,
        call: Int,
        as state: StepRow.State,
        cost: Int = 0,
        unknownCalls: Int = 0
    ) async {
        await transaction("settle_step, call \(call) of \(step(position, job, epoch)) as \(state)") { transaction in
            let seen = await transaction.statement()
            if weakness != .settlesWithoutLease {
                guard await isHeld(job, epoch, seen, transaction) else { return }
            }
            await transaction.lock(.step(job, position))
            guard let row = tables.step(job, epoch, position),
                tables.steps[job][row].call == call || weakness == .mixesCallsUp
            else { return }
            await settle(job, epoch, position, from: [.started], as: state, cost, unknownCalls, in: transaction)
        }
    }

    /// `settle_earlier_step`.
    func settleEarlier(
        _ job: Int,
        by epoch: Int,
        _ earlier: Int,
        _ position: Int,
        as state: StepRow.State,
        cost: Int
    ) async -> Bool {
        await transaction("settle_earlier_step, \(step(position, job, earlier)) as \(state) by epoch \(epoch)") {
            transaction in
            guard await isHeld(job, epoch, transaction.statement(), transaction) else { return false }
            await settle(job, earlier, position, from: [.started, .unknown], as: state, cost, nil, in: transaction)
            return true
        }
    }

    /// `doubt_step`.
    ///
    /// - Returns: Whether the job is held.
    func doubt(_ job: Int, by epoch: Int) async -> Bool {
        await transaction("doubt_step of job \(job) by epoch \(epoch)") { transaction in
            let seen = await transaction.statement()
            return weakness == .doubtsWithoutLease ? true : await isHeld(job, epoch, seen, transaction)
        }
    }

    /// - Parameter unknownCalls: How many more are unknown; nil follows from the states.
    private func settle(
        _ job: Int,
        _ epoch: Int,
        _ position: Int,
        from states: [StepRow.State],
        as state: StepRow.State,
        _ cost: Int,
        _ unknownCalls: Int?,
        in transaction: Transaction
    ) async {
        await transaction.lock(.budgets, .shared)
        guard let row = tables.step(job, epoch, position), states.contains(tables.steps[job][row].state) else { return }
        let before = tables.steps[job][row]
        let more =
            unknownCalls
            ?? (before.state == .started && state == .unknown
                ? 1 : before.state == .unknown && state != .unknown ? -1 : 0)
        let outcome: StepRow.Money =
            state == .recorded ? .settled : state == .unknown || more > 0 ? .unknown : .cancelled
        for budget in before.charges { await transaction.lock(.budget(budget)) }
        let weakness = weakness
        transaction.note {
            "settles \(step(position, job, epoch)), which was \(before.state), as \(state), for \(cost)"
        }
        transaction.write {
            $0.steps[job][row].state = state
            $0.steps[job][row].unknownCalls = max(0, before.unknownCalls + more)
            if before.money != nil { $0.settleCall(job, row, as: outcome, cost: cost, weakness: weakness) }
        }
    }

    /// `settle_open_steps`.
    func settleOpenSteps(of jobs: [Int], in transaction: Transaction) async {
        let seen = await transaction.statement()
        let open = jobs.sorted().flatMap { job in
            seen.steps[job].indices.filter { seen.steps[job][$0].state == .started }.map { (job, $0) }
        }
        let ended = open.filter { job, _ in
            if case .done = seen.jobs[job].room { true } else { false }
        }
        guard !ended.isEmpty else { return }
        await transaction.lock(.budgets, .shared)
        for budget in Set(ended.flatMap { seen.steps[$0.0][$0.1].charges }).sorted() {
            await transaction.lock(.budget(budget))
        }
        let weakness = weakness
        for (job, row) in ended {
            let open = seen.steps[job][row]
            transaction.note { "settles \(step(open.position, job, open.epoch)) as unknown, as the job has ended" }
            transaction.write {
                guard $0.steps[job][row].state == .started else { return }
                $0.steps[job][row].state = .unknown
                $0.steps[job][row].unknownCalls += 1
                if $0.steps[job][row].money != nil {
                    $0.settleCall(job, row, as: .unknown, cost: 0, weakness: weakness)
                }
            }
        }
    }

    /// `read_open_steps`.
    func openSteps(of job: Int, before epoch: Int) async -> [StepRow] {
        await transaction("read_open_steps of job \(job) before epoch \(epoch)") { transaction in
            await transaction.statement().steps[job].filter {
                $0.epoch < epoch
                    && ($0.state == .started || $0.state == .unknown || $0.state == .recorded && $0.effect == .once)
            }.sorted { ($0.epoch, $0.position) < ($1.epoch, $1.position) }
        }
    }
}

extension Tables {
    /// A step's row, or the same one begun again.
    fileprivate mutating func intend(_ job: Int, _ row: StepRow) {
        guard let place = step(job, row.epoch, row.position) else {
            steps[job].append(row)
            return
        }
        // A call that takes over the row of one that nobody has settled.
        let unknownCalls = steps[job][place].unknownCalls + (steps[job][place].state == .started ? 1 : 0)
        steps[job][place] = row
        steps[job][place].unknownCalls = unknownCalls
    }
}
