import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A fleet whose workers reach a provider with three wire formats, and programs that know nothing of the machine.
struct GatewayScene {
    static let key = "real-key-0123456789"

    let fleet: Fleet
    let provider: ChildProcess
    let port: Int

    /// - Parameter cluster: A running server of the test's own; by default that of all tests.
    static func make(on cluster: PostgresCluster? = nil) async throws -> GatewayScene {
        let fleet = try await Fleet.make(turns: 1, on: cluster)
        let provider = ChildProcess(["python3", "\(Fleet.repository)/Tests/Servers/fake_provider.py"])
        let line = await provider.line { $0.hasPrefix("port ") }
        guard let port = line.flatMap({ Int($0.dropFirst(5)) }) else {
            preconditionFailure("the provider does not start: \(provider.output)")
        }
        Fleet.write(
            """
            connections:
              fake: {kind: openai, url: "http://127.0.0.1:\(port)/v1", key: \(key), prices: {fake: {input: 2.5, output: 10}}}
              spare: {kind: openai, url: "http://127.0.0.1:\(port)/v1"}
              claude: {kind: anthropic, url: "http://127.0.0.1:\(port)/v1", key: \(key), prices: {fake: {input: 2.5, output: 10}}}
              gem: {kind: gemini, url: "http://127.0.0.1:\(port)/v1beta", key: \(key), prices: {fake: {input: 2.5, output: 10}}}
            """,
            to: fleet.directory + "/connections.yaml"
        )
        return GatewayScene(fleet: fleet, provider: provider, port: port)
    }

    func worker(_ name: String, failpoint: String? = nil) -> ChildProcess {
        fleet.worker(name, failpoint: failpoint, arguments: ["--poison-limit", "100"])
    }

    /// Starts a run whose one job is a program.
    ///
    /// - Parameter run: The program and its arguments, as a list of YAML.
    func submit(_ tag: String, run: [String], connections: String = "[fake, claude, gem]", more: String = "")
        async throws -> RunID
    {
        let words = run.map { JSONValue.string($0).text() }.joined(separator: ", ")
        let source = """
            name: \(tag)
            jobs:
              work:
                command: {run: [\(words)], connections: \(connections)\(more)}
                retry: {attempts: 90, delay: 20ms, max: 50ms}
            """
        return try await fleet.submit(tag, source, [.init(name: "work", kind: "command", queue: "default")])
    }

    /// The words of the agent that its author wrote without us.
    static func agent(
        _ format: String,
        tag: String,
        turns: Int,
        delay: Int = 0,
        options: [String] = []
    ) -> [String] {
        [
            "python3", "\(Fleet.repository)/Tests/Servers/plain_agent.py", format,
            "go [run:\(tag) turns:\(turns) delay:\(delay)]",
        ] + options
    }

    /// The provider's own account of the calls with a tag.
    func bill(of tag: String) async throws -> [JSONValue] { try await bills()[tag] ?? [] }

    /// The provider's own account of all calls, by their tags.
    func bills() async throws -> [String: [JSONValue]] {
        let calls = try JSONValue(parsing: await ask("_bill")).arrayValue ?? []
        return Dictionary(grouping: calls) { $0["tag"]?.stringValue ?? "" }
    }

    /// How many calls of a run are not recorded, or not known to have been paid once.
    func openCalls(of run: RunID) async throws -> Int {
        try await fleet.number(
            """
            SELECT count(*)::integer AS n FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE run_id = $1::bigint AND step.position LIKE 'gateway/%' AND (step.state <> 'recorded' OR unknown_calls > 0)
            """,
            of: run
        )
    }

    /// Has the next calls of a tag get something else than an answer.
    func script(_ tag: String, _ answers: String) async {
        _ = await ask("_script", posting: "{\"tag\": \"\(tag)\", \"answers\": \(answers)}")
    }

    /// Waits until so many calls of a tag, to paths that end so, are in the provider's account.
    func untilCalled(_ tag: String, _ count: Int, path: String = "") async {
        _ = await ask("_wait", posting: "{\"tag\": \"\(tag)\", \"path\": \"\(path)\", \"count\": \(count)}")
    }

    /// Has the database do something each time before it notes that a step is recorded.
    func beforeSettling(_ statements: String) async throws {
        for sql in [
            """
            CREATE FUNCTION chassis.before_settling() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                \(statements)
                RETURN NEW;
            END $$
            """,
            """
            CREATE TRIGGER before_settling BEFORE UPDATE ON chassis.step FOR EACH ROW WHEN (NEW.state = 'recorded')
            EXECUTE FUNCTION chassis.before_settling()
            """,
        ] { _ = try await fleet.pool.query(PostgresStatement(name: nil, sql: sql)) }
    }

    /// Has the calls of a tag wait from a turn on, once they are in the bill; those before it are answered, without one all are.
    ///
    /// - Parameters:
    ///   - inTheMiddle: Whether streams wait behind their first event.
    ///   - changes: Whether what changes a conversation waits, and nothing else.
    func hold(_ tag: String, from turn: Int?, inTheMiddle: Bool = false, changes: Bool = false) async {
        let what: JSONValue = [
            "tag": .string(tag), "from": turn.map { .integer(Int64($0)) } ?? .null, "middle": .bool(inTheMiddle),
            "changes": .bool(changes),
        ]
        _ = await ask("_hold", posting: what.text())
    }

    private func ask(_ path: String, posting body: String? = nil) async -> String {
        let script =
            "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], *[a.encode() for a in sys.argv[2:]]).read().decode())"
        let request = ChildProcess(
            ["python3", "-c", script, "http://127.0.0.1:\(port)/\(path)"] + (body.map { [$0] } ?? [])
        )
        _ = await request.line { _ in false }
        return request.output
    }

    func output(of run: RunID) async throws -> String {
        try await fleet.wait(
            for: run,
            until: "SELECT coalesce(output::text, error::text) AS text FROM chassis.done WHERE run_id = $1::bigint"
        ).string("text")
    }

    /// What the log of a run's job says.
    func log(of run: RunID) async throws -> String {
        try await fleet.pool.query(
            """
            SELECT coalesce(string_agg(line, E'\\n' ORDER BY number), '') AS text
            FROM chassis.log WHERE run_id = $1::bigint
            """,
            [.integer(run.rawValue)]
        ).rows[0].string("text")
    }

    /// The program of a worker's jobs with a tag, while one runs.
    func program(of worker: ChildProcess, tag: String) -> pid_t? {
        Descendants.of(worker.pid).first { process in
            let words = Fleet.read("/proc/\(process)/cmdline")
            return words.hasPrefix("python3\0") && words.contains("run:\(tag) ")
        }
    }

    /// Has somebody decide about an approval, and workers told of it.
    func decide(
        _ approval: Approval,
        _ verdict: ApprovalVerdict,
        with proposal: JSONValue? = nil
    ) async throws {
        let result = try await ApprovalStore(fleet.pool).decide(
            approval.id,
            of: approval.jobID,
            .init(
                actor: "ann",
                verdict: verdict,
                digest: ApprovalDigest.of(approval.kind, approval.request, with: approval.proposal),
                proposal: proposal.map { ($0, ApprovalDigest.of(approval.kind, approval.request, with: $0)) },
                reason: "it is not due"
            )
        )
        #expect(result != nil)
        try await Notifications.sendReady(["default"], on: fleet.pool)
    }

    /// The processes of gateways, each beside its worker and no child of it.
    func gateways() -> [pid_t] {
        Descendants.marked("chassis-worker\0gateway")
            .filter { Fleet.read("/proc/\($0)/environ").contains("TMPDIR=\(fleet.directory)\0") }
    }

    func close() async {
        provider.signal(SIGTERM)
        _ = await provider.ended()
        await fleet.close()
    }
}
