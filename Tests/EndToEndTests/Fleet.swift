import Glibc
import JobModel
import Postgres
import Storage
import TestSupport

/// A database, a store, a scripted model server, and real worker processes that tests start and kill.
struct Fleet {
    let directory: String
    let conninfo: String
    let pool: PostgresPool
    private let model: ChildProcess
    private let modelControl: String

    /// - Parameters:
    ///   - turns: How many model calls the agent needs; each but the last calls a tool, the first one two.
    ///   - scenarios: What the model says instead, as its script.
    ///   - cluster: A running server of the test's own; by default that of all tests.
    ///   - standby: A server that will take the place of that one; all programs know of both.
    ///   - host: The address at which the model is served.
    static func make(
        turns: Int = 10,
        scenarios: [JSONValue]? = nil,
        on cluster: PostgresCluster? = nil,
        standby: PostgresCluster? = nil,
        host: String = "127.0.0.1"
    ) async throws -> Fleet {
        let directory = TestFiles.makeDirectory("fleet")
        precondition(mkdir(directory + "/store", 0o755) == 0, "no store can be made")
        let script = scenarios.map { ["scenarios": .array($0)] } ?? scenario(turns: turns)
        write(script.text(), to: directory + "/scenario.json")
        let model = ChildProcess([
            "python3", "\(repository)/Examples/scripted-model/server.py", "--scenario", directory + "/scenario.json",
            "--port", "0", "--port-file", directory + "/port", "--log", directory + "/bill", "--parent-pid",
            String(getpid()), "--host", host,
        ])
        let greeting = await model.line { $0.contains("http://\(host):") } ?? ""
        let port = greeting.split(separator: "\(host):").dropFirst().first.map { $0.prefix { $0.isNumber } } ?? ""
        precondition(!port.isEmpty, "the scripted model did not start: \(model.output)")
        write(
            """
            connections:
              model: {kind: openai, url: "http://\(host):\(port)/v1", prices: {scripted: {input: 2.5, output: 10}}}
            """,
            to: directory + "/connections.yaml"
        )
        let conninfo: String
        if let cluster {
            let primary = try await cluster.makeMigratedDatabase("fleet")
            conninfo =
                standby.map { standby in
                    primary.replacing(
                        "host=\(cluster.directory)",
                        with: "host=\(cluster.directory),\(standby.directory) target_session_attrs=read-write"
                    )
                } ?? primary
        } else {
            conninfo = try await TestDatabase.migrated()
        }
        let pool = PostgresPool(.init(conninfo: conninfo, applicationName: "test"), size: 8)
        return Fleet(
            directory: directory,
            conninfo: conninfo,
            pool: pool,
            model: model,
            modelControl: "http://\(host):\(port)/__scripted"
        )
    }

    /// A lease that no worker loses by being held up; that a process is gone is known without it.
    private static let lease = "60s"

    /// Starts a worker process.
    ///
    /// - Parameters:
    ///   - prefix: A program that starts the worker, with its arguments.
    ///   - conninfo: How the worker reaches the database, if not as the test does.
    ///   - program: Which worker it is.
    ///   - variables: What is added to its environment.
    func worker(
        _ name: String,
        failpoint: String? = nil,
        arguments: [String] = [],
        through prefix: [String] = [],
        to conninfo: String? = nil,
        program: String = "chassis-worker",
        adding variables: [String: String] = [:]
    ) -> ChildProcess {
        ChildProcess(
            prefix + [
                Programs.path(program), "--postgres", conninfo ?? self.conninfo, "--store",
                directory + "/store", "--name", name,
                "--connections", directory + "/connections.yaml", "--log-format", "text",
            ] + (arguments.contains("--lease") ? [] : ["--lease", Self.lease]) + arguments,
            // A worker that is killed leaves its scratch directory, which goes with the fleet's.
            adding: ["SWIFT_BACKTRACE": "enable=no", "TMPDIR": directory]
                .merging(failpoint.map { ["CHASSIS_FAILPOINT": $0] } ?? [:]) { $1 }
                .merging(variables) { $1 },
            removing: ["CHASSIS_FAILPOINT"]
        )
    }

    /// Starts a scheduler process, and waits until it serves.
    func scheduler(failpoint: String? = nil, arguments: [String] = []) async -> ChildProcess {
        let scheduler = ChildProcess(
            [
                Programs.path("chassis-scheduler"), "--postgres", conninfo, "--store", directory + "/store", "--listen",
                "127.0.0.1:0", "--log-format", "text",
            ] + arguments,
            adding: failpoint.map { ["CHASSIS_FAILPOINT": $0] } ?? [:],
            removing: ["CHASSIS_FAILPOINT"]
        )
        _ = await scheduler.line { $0.contains("listening") }
        return scheduler
    }

    /// Makes a token.
    func token() async -> String {
        let minted = ChildProcess([
            Programs.path("chassis"), "token", "create", "--postgres", conninfo, "--name", "test",
        ])
        _ = await minted.ended()
        return await minted.line { $0.count > 20 && !$0.contains(" ") } ?? ""
    }

    /// Runs the command `chassis`, and returns what it prints.
    ///
    /// - Parameter token: By default one of its own.
    func chassis(_ arguments: [String], at scheduler: ChildProcess, token given: String? = nil) async -> String {
        let token = if let given { given } else { await token() }
        let listening = await scheduler.line { $0.contains("127.0.0.1:") } ?? ""
        let port = listening.split(separator: "127.0.0.1:").last.map { $0.prefix { $0.isNumber } } ?? ""
        let command = ChildProcess(
            [Programs.path("chassis")] + arguments + ["--address", "http://127.0.0.1:\(port)"],
            adding: ["CHASSIS_TOKEN": token]
        )
        _ = await command.line { _ in false }
        return command.output
    }

    /// The journal that the attempt under an epoch of a run's only job wrote.
    func journal(of run: RunID, epoch: Int) async throws -> String {
        let job = try await number("SELECT job_id AS n FROM chassis.job WHERE run_id = $1::bigint", of: run)
        return "\(directory)/store/runs/\(run)/\(job)/\(String(1_000_000 + epoch).dropFirst()).journal"
    }

    /// Starts a run of an agent.
    ///
    /// - Parameters:
    ///   - tag: Tells its calls from other runs' in the bill and in `notes`.
    ///   - also: What the tool does when it has written its note.
    func submitAgent(
        effect: String = "idempotent",
        tag: String = "agent-test",
        queue: String = "default",
        also: String = "true",
        params: JSONObject = [:]
    ) async throws -> RunID {
        let source = """
            name: \(tag)
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: go through the items [run:\(tag)]
                  tools:
                    - command: {name: note, run: [sh, -c, "cat >> \(notes(of: tag)); \(also); echo noted"], effect: \(effect)}
                retry: {attempts: 3, delay: 250ms}
            """
        return try await submit(tag, source, [.init(name: "work", kind: "agent", queue: queue)], params: params)
    }

    func submit(
        _ workflow: String,
        _ source: String,
        _ jobs: [RunStore.NewJob],
        params: JSONObject = [:]
    ) async throws -> RunID {
        let submission = RunStore.Submission(workflow: workflow, source: source, params: params, jobs: jobs)
        let run = try await RunStore(pool).submit(submission).run
        try await Notifications.sendReady(Set(jobs.map(\.queue)), on: pool)
        return run
    }

    /// Waits in the database until a statement returns a row; its parameter is the run.
    func wait(for run: RunID, until statement: PostgresStatement) async throws -> PostgresRow {
        while true {
            do {
                if let row = try await pool.query(statement, [.integer(run.rawValue)]).rows.first { return row }
                _ = try await pool.query("SELECT pg_sleep(0.02)")
            } catch let error as PostgresError where error.isConnectionError {
                // The test itself may have stopped the server; it comes back.
                try Task.checkCancellation()
            }
        }
    }

    /// Waits until a run has ended.
    func end(of run: RunID) async throws -> String {
        try await wait(for: run, until: "SELECT state FROM chassis.ended_run WHERE run_id = $1::bigint").string("state")
    }

    /// Why jobs of a run have failed.
    func error(of run: RunID) async throws -> String {
        try await wait(
            for: run,
            until: "SELECT string_agg(error::text, '; ') AS text FROM chassis.done WHERE run_id = $1::bigint"
        ).optionalString("text") ?? "no error"
    }

    /// A number from the database; the parameter is the run.
    func number(_ sql: PostgresStatement, of run: RunID) async throws -> Int {
        try await pool.query(sql, [.integer(run.rawValue)]).rows[0].int("n")
    }

    /// What the provider's own log says of the calls with a tag.
    func bill(of tag: String = "agent-test") throws -> Bill { try Bill(reading: directory + "/bill", tag: tag) }

    /// What the tool has written, each the item of one call.
    func notes(tag: String = "agent-test") throws -> [String] {
        try Self.read(notes(of: tag)).split(separator: "}").map {
            try JSONValue(parsing: $0 + "}")["item"]?.stringValue ?? ""
        }
    }

    private func notes(of tag: String) -> String { "\(directory)/notes-\(tag)" }

    /// Has the model hold back its next answer to a turn.
    func hold(turn: Int) async {
        await askModel("hold", posting: "{\"turn\": \(turn), \"phase\": \"before\", \"times\": 1}")
    }

    /// Waits until the model holds back an answer.
    func untilHeld() async { await askModel("held?count=1&wait=50") }

    /// Has the model answer what it holds back.
    func release() async { await askModel("release", posting: "{}") }

    private func askModel(_ what: String, posting body: String? = nil) async {
        let script =
            "import sys, urllib.request as u; u.urlopen(sys.argv[1], *[a.encode() for a in sys.argv[2:]]).read()"
        let request = ChildProcess(
            ["python3", "-c", script, "\(modelControl)/\(what)"] + (body.map { [$0] } ?? [])
        )
        let ending = await request.ended()
        precondition(ending == .exited(0), "the scripted model refused: \(request.output)")
    }

    /// Ends what the fleet has started itself and removes its directory.
    func close() async {
        model.signal(SIGTERM)
        _ = await model.ended()
        await pool.close()
        _ = await ChildProcess(["rm", "-rf", directory]).ended()
    }

    /// Calls a tool in every turn, with the turn's number, and answers with how many there were.
    private static func scenario(turns: Int) -> JSONValue {
        func call(_ item: String) -> JSONValue { ["name": "note", "arguments": ["item": .string(item)]] }
        var script: [JSONValue] = (1..<turns).map { turn in
            ["text": .string("item \(turn)"), "calls": turn == 1 ? [call("1a"), call("1b")] : [call("\(turn)")]]
        }
        script.append(["text": "all done"])
        // Asks a person, and has its answer looked at.
        let question: JSONValue = [
            "name": "ask", "arguments": ["question": "Which colour?", "choices": ["red", "blue"]],
        ]
        let asking: JSONValue = [
            "name": "asking", "match": ["text": "a person knows"],
            "turns": [["calls": [question]], ["text": "a draft"], ["text": "better"]],
        ]
        return ["scenarios": [asking, ["name": "items", "turns": .array(script)]]]
    }

    static var repository: String {
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    }

    static func write(_ text: String, to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(descriptor >= 0, "\(path) cannot be written")
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        Glibc.close(descriptor)
    }

    static func read(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { Glibc.close(descriptor) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += chunk[..<count]
        }
    }
}
