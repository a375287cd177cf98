import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Objects that arrive in a store which speaks S3 and is strict about signatures: real schedulers, one of which is killed.
@Suite(.timeLimit(.minutes(3))) struct ObjectArrivalTests {
    private static let source = """
        name: load
        params: {names: {type: array}}
        triggers:
          - asset: landing/events
            gather: none
            params: {names: "${{ trigger.events }}"}
        jobs: {a: {wait: {for: 0s}}}
        """

    private static func ask(_ method: String, _ url: String, _ body: String = "") async {
        let script =
            "import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[2], sys.argv[3].encode(), method=sys.argv[1])).read()"
        let ending = await ChildProcess(["python3", "-c", script, method, url, body]).ended()
        #expect(ending == .exited(0), "\(method) \(url)")
    }

    /// What was told of so far, once there are so many.
    private static func told(_ fleet: Fleet, _ count: Int) async throws -> [String] {
        _ = try await fleet.wait(
            for: RunID(rawValue: Int64(count)),
            until: "SELECT FROM (SELECT count(*) AS n FROM chassis.ended_run) AS t WHERE n >= $1::bigint"
        )
        let rows = try await fleet.pool.query(
            """
            SELECT params->'names'->0->'metadata'->>'name' || ' ' || (params->'names'->0->>'partition') || ' '
                   || (params->'names'->0->'metadata'->>'bytes') AS text
            FROM chassis.run ORDER BY 1
            """
        ).rows
        return try rows.map { try $0.string("text") }
    }

    @Test func eachObjectStartsOneRun() async throws {
        let fleet = try await Fleet.make()
        let store = ChildProcess(["python3", "\(Fleet.repository)/Tests/Servers/object_store.py"])
        let port = (await store.line { $0.hasPrefix("port ") } ?? "").dropFirst(5)
        let objects = "http://127.0.0.1:\(port)/_objects/"
        Fleet.write(
            """
            sources:
              lake:
                asset: landing/events
                bucket: lake
                prefix: "in x/"
                match: "day={partition}/**.json"
                endpoint: "http://127.0.0.1:\(port)"
                region: eu-central-1
                access_key_id: AKIDTEST
                secret_access_key: s3cr3t/key+
                every: 1s
            """,
            to: fleet.directory + "/sources.yaml"
        )
        let arguments = ["--asset-sources", fleet.directory + "/sources.yaml"]
        var schedulers = [await fleet.scheduler(arguments: arguments), await fleet.scheduler(arguments: arguments)]
        Fleet.write(Self.source, to: fleet.directory + "/load.yaml")
        let said = await fleet.chassis(["deploy", fleet.directory + "/load.yaml"], at: schedulers[0])
        #expect(said.contains("new       load"), "\(said)")
        let worker = fleet.worker("w")
        // More than one page of them, names that have to be encoded, one that does not match, one of another prefix.
        for (key, body) in [
            ("in%20x/day=1/a%2Bb%20c.json", "1"), ("in%20x/day=1/d/e.json", "22"),
            ("in%20x/day=2/%C3%A9%26.json", "333"),
            ("in%20x/day=2/f.json", "4444"), ("in%20x/day=3/g.csv", "x"), ("other/day=1/h.json", "x"),
        ] { await Self.ask("PUT", objects + key, body) }
        var expected = ["a+b c.json 1 1", "d/e.json 1 2", "f.json 2 4", "é&.json 2 3"].map { text in
            "day=\(text.split(separator: " ").dropLast().last ?? "")/\(text)"
        }
        #expect(try await Self.told(fleet, 4) == expected.sorted())
        // Another content is another arrival; what goes and comes unchanged is none, nor is what a killed scheduler saw.
        await schedulers[0].killAndWait()
        await Self.ask("POST", "http://127.0.0.1:\(port)/_refuse/503")
        await Self.ask("PUT", objects + "in%20x/day=2/f.json", "55555")
        schedulers[0] = await fleet.scheduler(arguments: arguments)
        expected.append("day=2/f.json 2 5")
        #expect(try await Self.told(fleet, 5) == expected.sorted())
        #expect(
            try await fleet.number(
                "SELECT count(*) AS n FROM chassis.event WHERE $1::bigint > 0",
                of: RunID(rawValue: 1)
            ) == 5
        )
        #expect(schedulers[1].output.contains("SlowDown") || schedulers[0].output.contains("SlowDown"))
        for process in schedulers + [worker, store] { await process.killAndWait() }
        await fleet.close()
    }
}
