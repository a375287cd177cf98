import Glibc
import JobModel

/// The processes of `chassis dev`, and their starting again and ending.
actor DevStack {
    private enum Role: Hashable, Sendable {
        case scheduler
        case worker(Int)
    }

    /// Somebody else listens on the port that was free a moment ago.
    struct PortTaken: Error {}

    private static let readyPatience = Duration.seconds(30)
    private static let look = Duration.milliseconds(50)
    /// How long jobs have to reach a step boundary when everything ends.
    private static let drain = Duration.seconds(10)

    private let launcher: Launcher
    private let executables: Executables
    private let plan: Plan
    private let screen: DevScreen
    private let cluster: PostgresCluster?
    private let model: GuardedProcess?
    private var processes: [Role: GuardedProcess] = [:]
    private var isStopping = false

    /// Everything the processes are started with.
    struct Plan: Sendable {
        /// The address of the database.
        var postgres: String
        /// The scheduler's, which was free when it was looked for.
        var port: UInt16
        var token: String
        var programs: String
        var workers: Int

        var address: String { DevFile.address(port: port) }
    }

    init(
        _ plan: Plan,
        launcher: Launcher,
        executables: Executables,
        screen: DevScreen,
        cluster: PostgresCluster?,
        model: GuardedProcess?
    ) {
        self.plan = plan
        self.launcher = launcher
        self.executables = executables
        self.screen = screen
        self.cluster = cluster
        self.model = model
    }

    /// Starts the scheduler and waits until it is ready, then the workers.
    ///
    /// - Throws: `PortTaken` when somebody else has taken the scheduler's port meanwhile: nothing runs then.
    func start() async throws {
        try launch(.scheduler)
        try await waitUntilReady()
        for number in 1...plan.workers { try launch(.worker(number)) }
        try await writeDevFile()
    }

    /// Starts again what ends by itself.
    ///
    /// - Throws: `ClientError` when that is no use; `CancellationError` when the task is cancelled.
    func supervise() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for role in processes.keys { group.addTask { try await self.supervise(role) } }
            for (process, what) in [(cluster?.process, "Postgres"), (model, "the scripted model")] {
                guard let process else { continue }
                group.addTask {
                    await process.waitForEndOrCancellation()
                    try Task.checkCancellation()
                    let ending = process.ending.map { "\($0)" } ?? ""
                    throw ClientError.dev(
                        what: "\(what) ended with \(ending): \(process.lastWords)",
                        wayOut: "see \(process.log)"
                    )
                }
            }
            defer { group.cancelAll() }
            try await group.waitForAll()
        }
    }

    /// Ends the scheduler and the workers; none is left when it returns.
    ///
    /// The database and the model are their owner's to end.
    func stop() async {
        isStopping = true
        unlink(launcher.state.devFile)
        for process in processes.values { process.askToStop() }
        for process in processes.values { await process.waitForEnd() }
    }

    /// Kills what works, so that `stop` need not wait for it.
    func hurry() {
        for process in processes.values { process.signal(SIGKILL) }
    }

    private func supervise(_ role: Role) async throws {
        var policy = RestartPolicy<ContinuousClock.Instant>()
        while let process = processes[role] {
            await process.waitForEndOrCancellation()
            try Task.checkCancellation()
            if isStopping { return }
            let ending = process.ending.map { "\($0)" } ?? ""
            let words = process.ending == .signalled(SIGKILL) ? "" : ": \(process.lastWords)"
            switch policy.ended(at: launcher.clock.now) {
            case .giveUp:
                throw ClientError.dev(
                    what: "\(process.name) ends again and again, now with \(ending)\(words)",
                    wayOut: "see \(process.log)"
                )
            case .restart(let wait):
                screen.warn("\(process.name) ended with \(ending)\(words); it is started again")
                try await launcher.clock.sleep(for: wait)
                if isStopping { return }
                try launch(role)
                try await writeDevFile()
            }
        }
    }

    private func launch(_ role: Role) throws(ClientError) {
        let common = ["CHASSIS_POSTGRES": plan.postgres, "CHASSIS_STORE": launcher.state.store]
        switch role {
        case .scheduler:
            processes[role] = try launcher.start(
                [executables.scheduler, "--listen", "127.0.0.1:\(plan.port)"],
                name: "scheduler",
                adding: common
            )
        case .worker(let number):
            let options = [
                "--name", "worker-\(number)", "--connections", launcher.state.connections, "--programs", plan.programs,
                "--slots", "8", "--drain", "8s",
            ]
            processes[role] = try launcher.start(
                [executables.worker] + options,
                name: "worker-\(number)",
                adding: common,
                grace: Self.drain
            )
        }
    }

    private func waitUntilReady() async throws {
        let api = SchedulerAPI(try Endpoint(address: plan.address, token: plan.token))
        let end = launcher.clock.now.advanced(by: Self.readyPatience)
        while true {
            if let process = processes[.scheduler], let ending = process.ending {
                if FreePort.isTaken(plan.port) { throw PortTaken() }
                throw ClientError.dev(
                    what: "the scheduler ended with \(ending): \(process.lastWords)",
                    wayOut: "see \(process.log)"
                )
            }
            do {
                try await api.checkReady()
                // Another scheduler that has the port is as ready, and lets nobody in with this token.
                _ = try await api.queues()
                return
            } catch let error as ClientError {
                guard launcher.clock.now < end else {
                    throw ClientError.dev(
                        what:
                            "the scheduler was not ready within \(Self.readyPatience.components.seconds)s: \(error.message)",
                        wayOut: "see \(launcher.state.log("scheduler"))"
                    )
                }
            }
            try await launcher.clock.sleep(for: Self.look)
        }
    }

    /// Tells the other commands where everything is.
    private func writeDevFile() async throws {
        var pids = DevFile.Processes()
        pids.scheduler = try await pid(of: processes[.scheduler])
        for number in 1...plan.workers {
            if let pid = try await pid(of: processes[.worker(number)]) { pids.workers.append(pid) }
        }
        pids.postgres = cluster.flatMap { PostmasterFile(in: $0.directory)?.pid }
        pids.model = try await pid(of: model)
        let file = DevFile(
            address: plan.address,
            token: plan.token,
            postgres: plan.postgres,
            store: launcher.state.store,
            processes: pids
        )
        if isStopping { return }
        try LocalFile.replace(launcher.state.devFile, with: file.json.text() + "\n")
    }

    /// The program's process; the guard takes a moment to start it.
    private func pid(of process: GuardedProcess?) async throws -> Int32? {
        guard let process else { return nil }
        let end = launcher.clock.now.advanced(by: .seconds(5))
        while process.ending == nil, launcher.clock.now < end {
            if let pid = process.pid { return pid }
            try await launcher.clock.sleep(for: .milliseconds(5))
        }
        return nil
    }
}
