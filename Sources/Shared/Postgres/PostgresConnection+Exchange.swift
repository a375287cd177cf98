import CLibPQ
import CLinux

/// A request and its answer: one exchange at a time.
extension PostgresConnection {
    /// Takes a row, which is the only one of its result.
    package typealias RowTaker = @Sendable (PostgresResult) -> Void

    enum Awaited {
        /// The answers of a pipeline, up to the last of its syncs; only what comes before the first one is told. The rows of its
        /// last statement go to whoever takes them, where there is somebody.
        case pipeline(prepared: [String?], syncs: Int, rows: RowTaker? = nil)
        /// The answers of a script.
        case results
        /// The answer of a copy, which begins with the server's readiness.
        case copy(rows: [[UInt8]])
    }

    struct Exchange {
        var awaited: Awaited
        var results: [PostgresResult] = []
        var place = 0
        /// How many syncs of a pipeline have come.
        var syncs = 0
        var error: PostgresError?

        init(awaited: Awaited) { self.awaited = awaited }
    }

    /// What has come of a request.
    ///
    /// It is sent, and may be answered, before anybody waits for it.
    enum Outcome {
        /// Nothing yet, and nobody waits.
        case open
        case awaited(CheckedContinuation<[PostgresResult], any Error>)
        /// Whoever asks next is told.
        case known(Result<[PostgresResult], any Error>)
    }

    func send(
        _ batch: [(PostgresStatement, [PostgresParameter])],
        behind last: (PostgresStatement, [PostgresParameter])? = nil,
        rows: RowTaker? = nil,
        isCancellable: Bool = true
    ) async throws -> [PostgresResult] {
        var names: [String?] = []
        let groups = [batch] + (last.map { [[$0]] } ?? [])
        return try await run(awaiting: .pipeline(prepared: [], syncs: groups.count), isCancellable: isCancellable) {
            handle in
            for group in groups {
                for (statement, parameters) in group {
                    guard send(statement, parameters, on: handle, &names) else { return false }
                }
                guard PQpipelineSync(handle.pointer) == 1 else { return false }
            }
            return true
        } awaitedAfterSending: {
            .pipeline(prepared: names, syncs: groups.count, rows: rows)
        }
    }

    /// Sends one statement of a pipeline, prepared before where that saves something.
    ///
    /// - Parameter names: Of each command that was sent: the name that it prepares.
    private func send(
        _ statement: PostgresStatement,
        _ parameters: [PostgresParameter],
        on handle: borrowing ConnectionHandle,
        _ names: inout [String?]
    ) -> Bool {
        var isPrepared = false
        if let name = statement.name, preparesStatements {
            if !prepared.contains(name), !names.contains(name) {
                guard handle.sendPrepare(name, statement.sql) else { return false }
                names.append(name)
            }
            isPrepared = true
        }
        names.append(nil)
        return handle.send(statement, isPrepared: isPrepared, parameters)
    }

    /// Sends something and waits for its answer; one at a time.
    func run(
        awaiting awaited: Awaited,
        isCancellable: Bool = true,
        send: (borrowing ConnectionHandle) -> Bool,
        awaitedAfterSending: (() -> Awaited)? = nil
    ) async throws -> [PostgresResult] {
        if isCancellable { try await requests.take() } else { try await requests.takeAnyway() }
        defer { requests.giveBack() }
        guard let link else { throw PostgresError.closed }
        guard send(link.handle) else {
            let error = PostgresError.connectionLost(reason: link.handle.reason)
            end(error)
            throw error
        }
        // In the same breath as it is sent: whatever happens to the connection from here on is told to this exchange.
        exchange = Exchange(awaited: awaitedAfterSending?() ?? awaited)
        askForSingleRows()
        flush()
        // The answer may have come in with what was read for a notification.
        socketIsReady()
        let canceller = canceller
        // A cancel request that is still on its way must not meet the next statement.
        do {
            let results = try await answer(isCancellable: isCancellable, canceller)
            await canceller.settle()
            return results
        } catch {
            await canceller.settle()
            throw error
        }
    }

    private func answer(isCancellable: Bool, _ canceller: Canceller) async throws -> [PostgresResult] {
        do {
            return try await withTaskCancellationHandler {
                try await answer()
            } onCancel: {
                if isCancellable { canceller.cancel() }
            }
        } catch PostgresError.server("57014", _, _, _) where Task.isCancelled && isCancellable {
            throw CancellationError()
        }
    }

    /// Whoever waits with a continuation is resumed where its task prefers to run, which is the concurrency pool unless it says
    /// otherwise: from there it would come back here at once, two changes of threads later.
    private func answer() async throws -> [PostgresResult] {
        try await withTaskExecutorPreference(PostgresReactor.shared.tasks) {
            try await withCheckedThrowingContinuation { continuation in
                switch outcome {
                case .open: outcome = .awaited(continuation)
                case .known(let result):
                    outcome = .open
                    continuation.resume(with: result)
                case .awaited: preconditionFailure("two wait for one answer")
                }
            }
        }
    }

    /// Tells whoever waits, or comes to wait, what has come of the request.
    func tell(_ result: Result<[PostgresResult], any Error>) {
        switch outcome {
        case .open: outcome = .known(result)
        case .awaited(let continuation):
            outcome = .open
            continuation.resume(with: result)
        case .known: preconditionFailure("a request was answered twice")
        }
    }

    /// Sends what libpq still has.
    func flush() {
        guard let link else { return }
        switch PQflush(link.handle.pointer) {
        case 0: break
        case 1: _ = PostgresReactor.shared.rewatch(link.descriptor, for: CLINUX_EPOLLIN | CLINUX_EPOLLOUT)
        default: end(.connectionLost(reason: link.handle.reason))
        }
    }

    /// Takes what has come, and sends what has not gone yet.
    func socketIsReady() {
        guard let link else { return }
        let pointer = link.handle.pointer
        guard PQconsumeInput(pointer) == 1 else { return end(.connectionLost(reason: link.handle.reason)) }
        switch PQflush(pointer) {
        case 0: _ = PostgresReactor.shared.rewatch(link.descriptor, for: CLINUX_EPOLLIN)
        case 1: break
        default: return end(.connectionLost(reason: link.handle.reason))
        }
        while let message = PQnotifies(pointer) {
            notification.yield(
                PostgresNotification(
                    channel: String(cString: message.pointee.relname),
                    payload: String(cString: message.pointee.extra),
                    processID: message.pointee.be_pid
                )
            )
            PQfreemem(message)
        }
        while exchange != nil, PQisBusy(pointer) == 0 {
            guard take(PQgetResult(pointer), pointer) else { break }
        }
        // What had come is handed out. libpq has closed the socket where it cannot tell any more what comes next: nobody would
        // wake whoever still waits.
        if PQstatus(pointer) != CONNECTION_OK {
            end(.connectionLost(reason: link.handle.reason))
        }
    }

    /// Hands out what the exchange has come to.
    func finish() {
        guard let done = exchange else { return }
        exchange = nil
        tell(done.error.map { .failure($0) } ?? .success(done.results))
    }
}
