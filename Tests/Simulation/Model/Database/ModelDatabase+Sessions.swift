import JobModel

/// Sessions, and what their workers left.
extension ModelDatabase {
    /// `begin_session`.
    func beginSession(lease: Int) async -> Int {
        await transaction("begin_session") { transaction in
            _ = await transaction.statement()
            // The number comes from a sequence.
            let number = tables.sessions.count
            tables.sessions.append(SessionRow(leaseEnds: time.now + lease))
            return number
        }
    }

    /// `renew_session`.
    ///
    /// - Returns: The jobs it holds whose runs were cancelled; nil when the session has ended.
    func renew(_ session: Int, lease: Int) async -> [Int]? {
        await transaction("renew_session \(session)") { transaction in
            let began = time.now
            let seen = await transaction.statement()
            guard !seen.sessions[session].isEnded, seen.sessions[session].leaseEnds > began else { return nil }
            await transaction.lock(.session(session))
            guard !tables.sessions[session].isEnded, tables.sessions[session].leaseEnds > began else { return nil }
            transaction.write { $0.sessions[session].leaseEnds = began + lease }
            return seen.jobs.indices.filter {
                seen.jobs[$0].room.session == session && seen.runs[seen.jobs[$0].run].isCancelled
            }
        }
    }

    /// `find_cancelled_jobs`.
    func cancelledJobs(of session: Int) async -> [Int] {
        await transaction("find_cancelled_jobs of session \(session)") { transaction in
            let seen = await transaction.statement()
            return seen.jobs.indices.filter {
                seen.jobs[$0].room.session == session && seen.runs[seen.jobs[$0].run].isCancelled
            }
        }
    }

    /// `finish_session`.
    func finish(_ session: Int) async {
        await transaction("finish_session \(session)") { transaction in
            await transaction.lock(.session(session))
            transaction.write { $0.sessions[session].isEnded = true }
        }
    }

    /// `look_for_repairs`.
    ///
    /// - Parameter lock: Whether a session's process holds its advisory lock now, and in which life of the server it took it.
    func endDeadSessions(grace: Int, lock: (Int) -> (isHeld: Bool, life: Int)) async {
        await transaction("look_for_repairs", isALook: true) { transaction in
            let seen = await transaction.statement()
            let now = time.now
            for (session, row) in seen.sessions.enumerated() where !row.isEnded {
                let lock = lock(session)
                let isOfThisLife = lock.life == life
                // After a restart all are free at once, which says nothing.
                let isMissing = !lock.isHeld && (isOfThisLife || weakness == .countsLocksOfEarlierLives)
                let hasExpired = row.leaseEnds <= now
                let isGone = isMissing && row.lockMissingSince.map { $0 <= now - grace } ?? false
                guard hasExpired || isGone || isMissing != (row.lockMissingSince != nil) else { continue }
                await transaction.lock(.session(session))
                guard !tables.sessions[session].isEnded else { continue }
                // It may have been renewed meanwhile.
                let hasRunOut = tables.sessions[session].leaseEnds <= now
                let ends = hasRunOut || isGone
                transaction.note {
                    ends
                        ? "ends session \(session), \(isGone ? "whose process is gone" : "whose lease has run out")"
                        : "finds the lock of session \(session) \(isMissing ? "missing" : "held again")"
                }
                transaction.write {
                    $0.sessions[session].lockMissingSince = isMissing ? row.lockMissingSince ?? now : nil
                    if ends { $0.sessions[session].isEnded = true }
                    if isGone, !hasRunOut, !isOfThisLife {
                        $0.violations.append(
                            "session \(session) was taken for gone by its lock in a life of the server in which it had not taken it"
                        )
                    }
                }
            }
        }
    }

    /// `rescue_jobs`, and what follows for those that fail.
    ///
    /// - Parameter sessions: Those that are looked at; nil for all that have ended.
    func rescue(poisonLimit: Int, of sessions: Set<Int>? = nil) async {
        await transaction("rescue_jobs", isALook: true) { transaction in
            let seen = await transaction.statement()
            var failed: [Int] = []
            for (job, row) in seen.jobs.enumerated() {
                guard case .lease(let session, let epoch) = row.room,
                    seen.sessions[session].isEnded || weakness == .rescuesTheLiving,
                    sessions?.contains(session) ?? true,
                    transaction.lockOrSkip(row.room.lock(job)), tables.jobs[job].room == row.room
                else { continue }
                if row.losses + 1 >= poisonLimit { failed.append(job) }
                transaction.note { "rescues job \(job) (epoch \(epoch)) of session \(session)" }
                transaction.write {
                    $0.jobs[job].losses += 1
                    if row.losses + 1 >= poisonLimit {
                        $0.move(job, to: .done(epoch: epoch, state: .failed, code: "poison", output: nil))
                    } else {
                        $0.jobs[job].attempt += 1
                        $0.makeReady(job)
                    }
                }
            }
            guard !failed.isEmpty else { return }
            for run in Set(failed.map { seen.jobs[$0].run }).sorted() { await transaction.lock(.run(run)) }
            await settleOpenSteps(of: failed, in: transaction)
        }
    }
}
