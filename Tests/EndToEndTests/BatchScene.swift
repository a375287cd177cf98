import Glibc
import JobModel
import Postgres
import Storage
import TestSupport

/// A fleet whose workers give calls to the batches of a provider that plays what prompts say.
struct BatchScene {
    /// Whose batch interface is spoken.
    enum Provider: String, CaseIterable { case openai, anthropic }

    /// What a request and its answer cost by the provider's account, half of that in a batch.
    static let cost = MicroDollars(rawValue: (100 * 2500 + 10 * 10000 + 1999) / 2000)

    let fleet: Fleet
    private let provider: ChildProcess
    private let port: Int

    /// - Parameters:
    ///   - gather: How long is waited for calls to share a batch.
    ///   - doubt: How long a batch may take to show up in the provider's list.
    static func make(gather: String = "100ms", doubt: String = "800ms") async throws -> BatchScene {
        let fleet = try await Fleet.make(turns: 1)
        let provider = ChildProcess(["python3", "\(Fleet.repository)/Tests/Servers/batch_provider.py"])
        let line = await provider.line { $0.hasPrefix("port ") }
        guard let port = line.flatMap({ Int($0.dropFirst(5)) }) else {
            preconditionFailure("the provider does not start: \(provider.output)")
        }
        let scene = BatchScene(fleet: fleet, provider: provider, port: port)
        scene.connect(gather: gather, doubt: doubt)
        return scene
    }

    /// Has the workers that start from now on wait so long.
    func connect(gather: String = "100ms", doubt: String = "800ms") {
        let more = """
            prices: {fake: {input: 2.5, output: 10, batch_percent: 50, max_output: 100}},
                   batches: {gather: \(gather), poll: 200ms, doubt: \(doubt)}
            """
        Fleet.write(
            """
            connections:
              openai: {kind: openai, url: "http://127.0.0.1:\(port)/v1", key: a-key, \(more)}
              anthropic: {kind: anthropic, url: "http://127.0.0.1:\(port)/v1", key: a-key, \(more)}
              gemini: {kind: gemini, url: "http://127.0.0.1:\(port)/v1beta", key: a-key}
            """,
            to: fleet.directory + "/connections.yaml"
        )
    }

    func worker(_ name: String, failpoint: String? = nil) -> ChildProcess {
        fleet.worker(name, failpoint: failpoint, arguments: ["--poison-limit", "100"])
    }

    /// Starts a run of jobs whose calls are given to batches, by what is played for each.
    func submit(_ tag: String, _ plays: [String] = [""], of provider: Provider = .openai) async throws -> RunID {
        let jobs = plays.enumerated().map { number, play in
            """
              j\(number):
                llm:
                  model: \(provider)/fake
                  prompt: "say it [run:\(tag)-\(number)\(play.isEmpty ? "" : " play:" + play)]"
                  batch: true
                retry: {attempts: 1}
            """
        }
        return try await fleet.submit(
            tag,
            "name: \(tag)\njobs:\n" + jobs.joined(separator: "\n"),
            plays.indices.map { .init(name: "j\($0)", kind: "llm") }
        )
    }

    /// Waits until so many calls of a run wait for their batches, and nobody has a job of it.
    func untilGiven(_ calls: Int, of run: RunID) async throws {
        _ = try await fleet.wait(
            for: run,
            until: PostgresStatement(
                name: nil,
                sql: """
                    SELECT WHERE NOT EXISTS (SELECT FROM chassis.lease) AND \(calls) = (
                        SELECT count(*) FROM chassis.batched_call JOIN chassis.job USING (job_id) WHERE run_id = $1::bigint)
                    """
            )
        )
    }

    /// What the provider says of a run: its batches, and the calls that are paid for.
    func bill(of tag: String) async throws -> (batches: [JSONValue], paid: [String]) {
        let script = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"
        let request = ChildProcess(["python3", "-c", script, "http://127.0.0.1:\(port)/_bill"])
        _ = await request.line { _ in false }
        let bill = try JSONValue(parsing: request.output)
        let batches = (bill["batches"]?.arrayValue ?? []).filter { batch in
            (batch["calls"]?.arrayValue ?? []).contains { $0["tag"]?.stringValue?.hasPrefix(tag + "-") ?? false }
        }
        let paid = (bill["paid"]?.arrayValue ?? []).compactMap(\.stringValue).filter { $0.hasPrefix(tag + "-") }
        return (batches, paid)
    }

    /// What the ledger says of a run: reserved, paid and unknown.
    func ledger(of run: RunID) async throws -> [Int64] {
        let row = try await fleet.pool.query(
            """
            SELECT coalesce(sum(reserved_micro_usd), 0)::bigint AS reserved, coalesce(sum(paid_micro_usd), 0)::bigint AS paid,
                   coalesce(sum(unknown_micro_usd), 0)::bigint AS unknown
            FROM chassis.ledger WHERE run_id = $1::bigint
            """,
            [.integer(run.rawValue)]
        ).rows[0]
        return [try row.int64("reserved"), try row.int64("paid"), try row.int64("unknown")]
    }

    func close() async {
        provider.signal(SIGKILL)
        await fleet.close()
    }
}
