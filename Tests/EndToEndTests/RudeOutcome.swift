import JobModel
import Postgres
import TestSupport

/// What came of a rude client.
struct RudeOutcome {
    let said: JSONValue
    /// How many calls the provider billed.
    let billed: Int
    let recorded: Int
    let unknown: Int

    /// Runs a rude client to its end.
    ///
    /// - Parameter script: What the provider answers, as a list of JSON.
    static func of(
        _ words: String...,
        script: String? = nil,
        connections: String = "[fake, claude, gem]",
        more: String = ""
    ) async throws -> RudeOutcome {
        let scene = try await GatewayScene.make()
        if let script { await scene.script("rude", script) }
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "rude",
            run: program(words),
            connections: connections,
            more: more
        )
        _ = try await scene.fleet.end(of: run)
        let row = try await scene.fleet.pool.query(
            """
            SELECT count(*) FILTER (WHERE state = 'recorded') AS recorded, coalesce(sum(unknown_calls), 0) AS unknown
            FROM chassis.step WHERE position LIKE 'gateway/%'
            """
        ).rows[0]
        let outcome = RudeOutcome(
            said: try JSONValue(parsing: try await scene.output(of: run)),
            billed: try await scene.bill(of: "rude").count,
            recorded: try row.int("recorded"),
            unknown: try row.int("unknown")
        )
        await worker.killAndWait()
        await scene.close()
        return outcome
    }

    /// The command of a rude client.
    static func program(_ words: [String], client: String = "rude_client.py") -> [String] {
        ["python3", "\(Fleet.repository)/Tests/Servers/\(client)"] + words
    }
}
