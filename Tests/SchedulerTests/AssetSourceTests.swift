import Checkpoints
import Glibc
import HTTPTransport
import JobModel
import Logging
import Postgres
import TestSupport
import Testing
import Threads

@testable import Scheduler
@testable import Settings
@testable import Storage

@Suite(.timeLimit(.minutes(5))) struct AssetSourceTests {
    private static func watch(
        _ directory: String,
        _ pattern: String,
        _ pool: PostgresPool,
        name: String = "inbox"
    ) throws -> AssetSourceWatch {
        let source = AssetSource(
            name: name,
            asset: "landing/orders",
            place: .files(directory: directory),
            pattern: try ArrivalPattern(pattern),
            interval: .seconds(1),
            team: "default"
        )
        return AssetSourceWatch(
            source,
            store: ArrivalStore(pool),
            threads: try FileThreads(count: 1),
            clock: DatabaseClock(pool)
        )
    }

    private static func write(_ text: String, to path: String) {
        guard let file = fopen(path, "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    private static func told(_ pool: PostgresPool) async throws -> [String] {
        try await EventStore(pool).list().reversed().map {
            "\($0.source) \($0.key ?? "-") \($0.data["name"]?.stringValue ?? "") \($0.data["bytes"]?.integerValue ?? 0)"
        }
    }

    /// All schedulers were away for longer than is remembered what has been told.
    @Test func aFileThatWasThereAllTheTimeIsNotToldOfAgain() async throws {
        let pool = try await TestDatabase.pool()
        let scratch = ScratchStore()
        defer { scratch.remove() }
        Self.write("12", to: scratch.path + "/orders-1.csv")
        let before = try Self.watch(scratch.path, "orders-{partition}.csv", pool)
        _ = try await before.look()
        #expect(try await before.look() == 1)
        _ = try await pool.query("UPDATE chassis.arrival SET seen_at = now() - interval '3 days'")
        let now = try Self.watch(scratch.path, "orders-{partition}.csv", pool)
        #expect(try await now.look() == 0)
        #expect(try await ArrivalStore(pool).prune(of: "inbox", unseenFor: .seconds(3600), limit: 10) == 0)
        #expect(try await now.look() == 0)
        #expect(try await Self.told(pool).count == 1)
        await pool.close()
    }

    /// What was told of is forgotten when a look has found that it is gone, and not because nobody could look.
    @Test func aSourceThatCouldNotBeLookedAtTellsOfNothingAgain() async throws {
        let pool = try await TestDatabase.pool()
        let scratch = ScratchStore()
        defer { scratch.remove() }
        let directory = scratch.path + "/in"
        #expect(mkdir(directory, 0o755) == 0)
        for name in ["1", "2"] { Self.write("12", to: "\(directory)/\(name)") }
        let before = try Self.watch(directory, "*", pool)
        _ = try await before.look()
        #expect(try await before.look() == 2)
        let other = try Self.watch(scratch.path, "*", pool, name: "other")
        _ = try await pool.query("UPDATE chassis.arrival SET seen_at = now() - interval '100 days'")
        #expect(rename(directory, directory + "-gone") == 0)
        let now = try Self.watch(directory, "*", pool)
        await #expect(throws: AssetSourceError.self) { try await now.look() }
        _ = try await other.look()
        #expect(try await pool.query("SELECT path FROM chassis.arrival").rows.count == 2)
        #expect(rename(directory + "-gone", directory) == 0)
        #expect(remove(directory + "/2") == 0)
        for _ in 0..<2 { #expect(try await now.look() == 0) }
        #expect(try await pool.query("SELECT path FROM chassis.arrival").rows.count == 1)
        await pool.close()
    }

    @Test func aFileThatIsWholeIsToldOfOnceForEachContent() async throws {
        let pool = try await TestDatabase.pool()
        let scratch = ScratchStore()
        defer { scratch.remove() }
        let directory = scratch.path
        let watches = [
            try Self.watch(directory, "orders-{partition}.csv", pool),
            try Self.watch(directory, "orders-{partition}.csv", pool),
        ]
        func look(_ times: Int) async throws -> Int {
            var arrived = 0
            for _ in 0..<times {
                arrived += try await withThrowingTaskGroup(of: Int.self) { group in
                    for watch in watches { group.addTask { try await watch.look() } }
                    return try await group.reduce(0, +)
                }
            }
            return arrived
        }
        Self.write("12", to: directory + "/orders-1.csv")
        Self.write("12", to: directory + "/.orders-2.csv")
        Self.write("12", to: directory + "/orders-3.txt")
        // Seen once, it may still be written to.
        #expect(try await look(1) == 0)
        Self.write("1234", to: directory + "/orders-1.csv")
        #expect(try await look(1) == 0)
        #expect(try await look(3) == 1)
        Self.write("12345", to: directory + "/orders-1.csv")
        Self.write("1", to: directory + "/orders-2.csv")
        #expect(try await look(3) == 2)
        #expect(
            try await Self.told(pool) == [
                "inbox 1 orders-1.csv 4", "inbox 1 orders-1.csv 5", "inbox 2 orders-2.csv 1",
            ]
        )
        // A scheduler that has just started knows nothing, and tells nothing again.
        let restarted = try Self.watch(directory, "orders-{partition}.csv", pool)
        for _ in 0..<3 { #expect(try await restarted.look() == 0) }
        await pool.close()
    }

    @Test func aDirectoryThatIsGoneIsAnError() async throws {
        let pool = try await TestDatabase.pool()
        let watch = try Self.watch("/nowhere/at/all", "*", pool)
        await #expect(throws: AssetSourceError.unreadable(path: "/nowhere/at/all", code: ENOENT)) {
            try await watch.look()
        }
        await pool.close()
    }

    @Test func goesIntoDirectoriesWhereThePatternDoes() throws {
        let scratch = ScratchStore()
        defer { scratch.remove() }
        for path in ["/a", "/a/b"] { #expect(mkdir(scratch.path + path, 0o755) == 0) }
        for path in ["/1.csv", "/a/2.csv", "/a/b/3.csv"] { Self.write("x", to: scratch.path + path) }
        func names(_ pattern: String, limit: Int = 100) throws -> [String] {
            try FileListing.files(in: scratch.path, matching: ArrivalPattern(pattern), limit: limit).map(\.name)
                .sorted()
        }
        #expect(try names("*.csv") == ["1.csv"])
        #expect(try names("*/*.csv") == ["a/2.csv"])
        #expect(try names("**.csv") == ["1.csv", "a/2.csv", "a/b/3.csv"])
        #expect(throws: AssetSourceError.tooMany(path: scratch.path, limit: 3)) { try names("**", limit: 3) }
    }

    @Test(
        arguments: [
            ("*", "a", ""), ("*", "a/b", nil), ("**", "a/b", ""), ("a?c", "abc", ""), ("a?c", "a/c", nil),
            ("day={partition}/*.json", "day=2026-01-31/x.json", "2026-01-31"), ("{partition}.csv", ".csv", nil),
            ("x-{partition}-*", "x-a-b-c", "a"), ("*a*a*a*a*a*a*a*a*a*a*b", String(repeating: "a", count: 1000), nil),
        ] as [(String, String, String?)]
    )
    func matchesPatterns(_ pattern: String, _ path: String, _ partition: String?) throws {
        #expect(try ArrivalPattern(pattern).match(path) == partition)
    }

    @Test(arguments: ["", "{", "{x}", "}", "{partition}{partition}"]) func refusesPatterns(_ text: String) {
        #expect(throws: ArrivalPattern.Fault.self) { try ArrivalPattern(text) }
    }

    @Test func readsWhatABucketHolds() throws {
        let bucket = AssetSource.Bucket(
            endpoint: "http://h",
            name: "lake",
            prefix: "in/",
            access: AWSAccess(region: "r", keys: nil)
        )
        let page = try BucketPage(
            """
            <?xml version="1.0"?><ListBucketResult><IsTruncated>true</IsTruncated>
            <NextContinuationToken>a&amp;b==</NextContinuationToken>
            <Contents><Key>in/a%20b%2Bc.csv</Key><LastModified>2026-01-31T10:00:00.000Z</LastModified>
            <ETag>&quot;9f&quot;</ETag><Size>12</Size></Contents>
            <Contents><Key>in/</Key><LastModified>2026-01-31T10:00:00.000Z</LastModified><ETag>x</ETag><Size>0</Size></Contents>
            </ListBucketResult>
            """,
            bucket: bucket
        )
        #expect(page.next == "a&b==")
        #expect(page.objects.map(\.name) == ["a b+c.csv"])
        #expect(page.objects[0].mark == "\"9f\" 2026-01-31T10:00:00.000Z" && page.objects[0].bytes == 12)
        #expect(throws: AssetSourceError.notUnderstood) { try BucketPage("<html/>", bucket: bucket) }
        #expect(
            BucketPage.reason(in: "<Error><Code>AccessDenied</Code><Message>no</Message></Error>") == "AccessDenied: no"
        )
    }

    /// It says that there are more for ever, always behind the same place.
    @Test(.timeLimit(.minutes(1))) func aListOfObjectsThatHasNoEndIsAnError() async throws {
        let server = ScriptedServer.shared
        let page = """
            <ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken></ListBucketResult>
            """
        let bucket = AssetSource.Bucket(
            endpoint: await server.url([.response("200 OK", [], page)], tag: server.newTag()),
            name: "lake",
            prefix: "",
            access: AWSAccess(region: "r", keys: nil)
        )
        let listing = BucketListing(bucket: bucket, client: .shared) { 0 }
        await #expect(throws: AssetSourceError.endless(pages: 1)) { try await listing.objects(limit: 10) }
    }

    @Test func readsTheFileOfSources() throws {
        let scratch = ScratchStore()
        defer { scratch.remove() }
        let path = scratch.path + "/sources.yaml"
        Self.write(
            """
            sources:
              inbox: {asset: landing/orders, files: /data/inbox, match: "orders-{partition}.csv", every: 10s, team: x}
              lake:
                asset: landing/events
                bucket: lake
                endpoint: http://127.0.0.1:9000/
                region: r
                access_key_id: a
                secret_access_key_env: S
            """,
            to: path
        )
        // Bedrock's own key opens no bucket.
        let bearer = ["AWS_BEARER_TOKEN_BEDROCK": "b"]
        #expect(throws: SettingsFaults.self) {
            Self.write("sources:\n  l: {asset: x, bucket: lake, region: r}\n", to: path + "-2")
            defer { unlink(path + "-2") }
            _ = try AssetSourcesFile.read(path + "-2", environment: bearer)
        }
        let sources = try AssetSourcesFile.read(path, environment: ["S": "s"].merging(bearer) { a, _ in a })
        #expect(sources.map(\.name) == ["inbox", "lake"])
        #expect(sources[0].interval == .seconds(10) && sources[0].team == "x")
        guard case .objects(let bucket) = sources[1].place else { throw AssetSourceError.notUnderstood }
        #expect(bucket.endpoint == "http://127.0.0.1:9000" && bucket.access.keys?.secret == Secret("s"))
        Self.write(
            """
            sources:
              a: {asset: a//b, files: /x}
              b: {asset: b, files: x}
              c: {asset: b, files: /x, match: "{x}", prefix: y}
              d: {asset: b, bucket: B}
            """,
            to: path
        )
        do throws(SettingsFaults) {
            _ = try AssetSourcesFile.read(path, environment: [:])
            Issue.record("the file was accepted")
        } catch {
            #expect(error.faults.count == 5, "\(error.faults)")
            #expect(error.faults.first?.reason.contains(":2:14: asset is missing or no name") == true)
        }
    }
}
