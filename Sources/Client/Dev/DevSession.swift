import Access
import Glibc

/// One `chassis dev`, from its first look at the state directory to the end of its last process.
actor DevSession {
    /// How many ports are tried that somebody else takes after they were found free.
    private static let portTries = 5

    private let options: DevOptions
    private let invocation: Invocation
    private let executables: Executables
    private let screen: DevScreen
    private let state: StateDirectory
    private let launcher: Launcher
    private let examples: ExampleFolder?
    private var cluster: PostgresCluster?
    private var scriptedModel: ScriptedModel?
    private var stack: DevStack?

    /// - Throws: `ClientError` when the state directory cannot be used.
    init(_ options: DevOptions, executables: Executables, _ invocation: Invocation) throws(ClientError) {
        self.options = options
        self.invocation = invocation
        self.executables = executables
        screen = DevScreen(terminal: invocation.output, clock: invocation.clock)
        state = try StateDirectory(making: options.state)
        launcher = Launcher(
            guardPath: executables.guardian,
            state: state,
            environment: invocation.environment,
            clock: invocation.clock
        )
        examples = ExampleFolder.find(directory: invocation.directory, executables: executables.directory)
    }

    /// Runs until the example has ended or somebody ends it; no process is left when it returns.
    func run() async throws -> CommandStatus {
        let lock = try StateLock(state)
        defer { withExtendedLifetime(lock) {} }
        try await LeftoverProcesses(state: state, clock: invocation.clock).wait {
            screen.say("the processes of a 'chassis dev' that was killed are still ending; waiting for them")
        }
        let status: CommandStatus?
        do {
            status = try await Interruptible.run(until: invocation.interrupts()) { try await self.work() }
        } catch {
            await stop()
            throw error
        }
        await stop()
        // Who waits for the example's end has not seen it.
        return status ?? (options.endsAfterExample ? .interrupted : .success)
    }

    private func work() async throws -> CommandStatus {
        let example = try chosenExample()
        let database = try await startDatabase(isForExample: example != nil)
        let token = try await admit(to: database.owner)
        let model = try await startModel(isNeeded: example != nil)
        try LocalFile.replace(
            state.connections,
            with: ConnectionsText.text(warehouse: database.warehouse, model: model)
        )
        let (stack, address) = try await startStack(database.owner, token)
        return try await whileSupervised(by: stack) {
            var succeeded = true
            if let example {
                let run = try await self.exampleRun(
                    example,
                    address: address,
                    token: token,
                    warehouse: database.warehouse,
                    model: model
                )
                succeeded = try await run.run()
            }
            if self.options.endsAfterExample { return succeeded ? .success : .unsuccessful }
            await self.sayWhatNext(address)
            try await self.invocation.clock.sleep(for: .seconds(Int64.max >> 32))
            return .success
        }
    }

    /// Starts the scheduler and the workers; on another port where somebody takes the one that was free a moment ago.
    private func startStack(_ database: String, _ token: String) async throws -> (DevStack, address: String) {
        for _ in 0..<Self.portTries {
            let port = try FreePort.near(options.port)
            if options.port != 0, port != options.port {
                screen.warn("port \(options.port) is taken; the scheduler listens on \(port)")
            }
            let plan = DevStack.Plan(
                postgres: database,
                port: port,
                token: token,
                programs: examples?.path ?? state.path,
                workers: options.workers
            )
            let stack = DevStack(
                plan,
                launcher: launcher,
                executables: executables,
                screen: screen,
                cluster: cluster,
                model: scriptedModel?.process
            )
            self.stack = stack
            let workers = MoneyLine.count(Int64(options.workers), "worker")
            do {
                let title = "one scheduler at \(plan.address), \(workers)"
                try await screen.stage(title) { try await stack.start() }
                return (stack, plan.address)
            } catch is DevStack.PortTaken {
                continue
            }
        }
        throw ClientError.dev(
            what: "somebody else took each of \(Self.portTries) ports of 127.0.0.1 before the scheduler listened on it",
            wayOut: nil
        )
    }

    /// Runs `body` while what ends by itself is started again.
    private func whileSupervised(
        by stack: DevStack,
        _ body: @escaping @Sendable () async throws -> CommandStatus
    ) async throws -> CommandStatus {
        try await withThrowingTaskGroup(of: CommandStatus?.self) { group in
            group.addTask {
                try await stack.supervise()
                return nil
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let status = try await group.next() {
                if let status { return status }
            }
            return .success
        }
    }

    private func chosenExample() throws(ClientError) -> Example? {
        guard let name = options.example else { return nil }
        guard let examples else {
            screen.warn("the folder Examples is not here, so no example is run; start in the project's folder")
            return nil
        }
        guard let example = examples.example(name) else {
            throw .dev(what: "there is no example '\(name)' in \(examples.path)", wayOut: "see its README.md")
        }
        return example
    }

    /// The database with its schema up to date: the addresses for the processes, and for the example's data.
    ///
    /// - Throws: `ClientError.dev` when the example's agent may not work as the role that was given.
    private func startDatabase(isForExample: Bool) async throws -> (owner: String, warehouse: String) {
        let urls: (owner: String, warehouse: String)
        if let postgres = options.postgres {
            if isForExample, try await Database(url: postgres).isRoleTooPowerful() {
                throw ClientError.dev(
                    what: "the role of --postgres is a superuser or may use the server's files or programs, and the "
                        + "example's agent may not write queries as such a role",
                    wayOut: "make it a role and a database of its own (CREATE ROLE chassis LOGIN PASSWORD '…'; "
                        + "CREATE DATABASE chassis OWNER chassis), or give --no-example"
                )
            }
            urls = (postgres, postgres)
        } else {
            let cluster = try await screen.stage("Postgres in \(state.postgres)") {
                try await PostgresCluster.start(launcher) { screen.say($0) }
            }
            self.cluster = cluster
            urls = (
                cluster.url(user: PostgresCluster.owner, database: PostgresCluster.owner),
                cluster.url(user: PostgresCluster.warehouse, database: PostgresCluster.warehouse)
            )
        }
        let made = try await Database(url: urls.owner).migrate()
        if !made.isEmpty { screen.say("migrations: \(made.joined(separator: ", "))", .dim) }
        return urls
    }

    /// The token of this state directory, which the database lets in.
    private func admit(to database: String) async throws -> String {
        var kept: AccessToken?
        if LocalFile.exists(state.token) {
            kept = AccessToken(try LocalFile.readText(state.token, maximumBytes: 4096).prefix { !$0.isNewline })
        }
        let token = kept ?? AccessToken.mint()
        if kept == nil { try LocalFile.replace(state.token, with: token.reveal() + "\n") }
        try await Database(url: database).add(token, name: "chassis dev")
        return token.reveal()
    }

    private func startModel(isNeeded: Bool) async throws -> ModelEndpoint? {
        switch options.model {
        case .scripted:
            guard isNeeded, let examples else { return nil }
            let model = try await screen.stage("a scripted model") {
                try await ScriptedModel.start(launcher, examples: examples)
            }
            scriptedModel = model
            screen.warn("the model is scripted: it plays turns written down in Examples, and its prices are made up;")
            screen.say("queries, tools and files are real. For a real model set OPENAI_API_KEY or give --model-url")
            return ModelEndpoint(url: model.url, key: nil, model: ScriptedModel.model)
        case .openAI(let model):
            screen.say("the model is \(model) of OpenAI; calls cost money")
            return ModelEndpoint(
                url: "https://api.openai.com/v1",
                key: .init(member: "key_env", value: "OPENAI_API_KEY"),
                model: model
            )
        case .server(let url, let keyFile, let name):
            let file = keyFile.map(invocation.absolute)
            let key = try file.map { path throws(ClientError) in
                String(try LocalFile.readText(path, maximumBytes: 4096).prefix { !$0.isNewline })
            }
            var model = name ?? ""
            if model.isEmpty { model = try await ModelEndpoint.firstModel(at: url, key: key) }
            screen.say("the model is \(model) at \(url)")
            return ModelEndpoint(url: url, key: file.map { .init(member: "key_file", value: $0) }, model: model)
        }
    }

    private func exampleRun(
        _ example: Example,
        address: String,
        token: String,
        warehouse: String,
        model: ModelEndpoint?
    ) throws(ClientError) -> ExampleRun {
        let api = SchedulerAPI(try Endpoint(address: address, token: token))
        let patient = PatientAPI(api: api, errors: invocation.errors, clock: invocation.clock)
        return ExampleRun(
            example: example,
            api: api,
            follower: RunFollower(api: patient, terminal: screen.terminal),
            launcher: launcher,
            screen: screen,
            warehouse: warehouse,
            postgresPrograms: cluster?.programs.directory,
            model: scriptedModel == nil ? model?.model : nil,
            isLast: options.endsAfterExample
        )
    }

    private func sayWhatNext(_ address: String) {
        screen.terminal.print(StyledLine())
        screen.terminal.print(StyledLine("ready at ").adding(address, .bold))
        if FileSystem.real(invocation.directory).map({ $0 + "/.chassis" }) == state.path {
            screen.say("in another terminal, in this directory: chassis runs")
        } else {
            screen.say("in another terminal:")
            screen.say("export CHASSIS_ADDRESS=\(address) CHASSIS_TOKEN=$(cat '\(state.token)')")
            screen.say("chassis runs")
        }
        screen.say("Ctrl-C ends everything; the next start goes on from here", .dim)
    }

    /// Ends all processes, the database last; a signal meanwhile makes it quick.
    private func stop() async {
        let stack = stack
        await withTaskGroup(of: Void.self) { group in
            let signals = invocation.interrupts()
            let errors = invocation.errors
            group.addTask {
                for await _ in signals {
                    errors.print("killing what still runs")
                    await stack?.hurry()
                }
            }
            await stack?.stop()
            scriptedModel?.process.askToStop()
            await scriptedModel?.process.waitForEnd()
            await cluster?.stop()
            group.cancelAll()
        }
    }
}
