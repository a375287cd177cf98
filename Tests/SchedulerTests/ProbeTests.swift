import HTTPTransport
import JobModel
import Postgres
import Scheduler
import TestSupport
import Testing

@Suite struct ProbeTests {
    /// A pool of connections to a server that is not there.
    private var noDatabase: PostgresPool {
        PostgresPool(
            PostgresConnection.Options(conninfo: "host=/tmp/chassis-nowhere dbname=none", applicationName: "test"),
            size: 1
        )
    }

    @Test func probesNeedNoToken() async throws {
        try await APIScene.play { scene async throws in
            for path in ["/livez", "/readyz"] {
                let answer = try await Answer.send("GET", path, to: scene.address, token: nil)
                #expect(answer.status == 200)
                #expect(answer.headers["Content-Type"] == "application/json")
            }
        }
    }

    @Test func aProcessWithoutDatabaseLivesButIsNotReady() async throws {
        try await RunningAPI.serve(noDatabase) { api async throws in
            #expect(try await Answer.send("GET", "/livez", to: api.address, token: nil).status == 200)
            let answer = try await Answer.send("GET", "/readyz", to: api.address, token: nil)
            #expect(answer.status == 503)
            #expect(answer.code == "database-unavailable")
            #expect(answer.headers["Retry-After"].flatMap { Int($0) } != nil)
        }
    }

    @Test func aDatabaseThatWasNotMigratedIsNotReady() async throws {
        let options = PostgresConnection.Options(conninfo: try await TestDatabase.empty(), applicationName: "test")
        let pool = PostgresPool(options, size: 1)
        try await RunningAPI.serve(pool) { api async throws in
            let answer = try await Answer.send("GET", "/readyz", to: api.address, token: nil)
            #expect(answer.status == 503)
            #expect(answer.code == "schema-unfit")
            #expect(answer.detail.contains("chassis migrate"))
        }
        await pool.close()
    }

    @Test func requestsWithoutDatabaseAreToBeAskedAgain() async throws {
        try await RunningAPI.serve(noDatabase) { api async throws in
            let token = "chs_" + String(repeating: "0", count: 64)
            let answer = try await Answer.send("GET", "/v1/runs", to: api.address, token: token)
            #expect(answer.status == 503)
            #expect(answer.code == "database-unavailable")
            #expect(answer.headers["Retry-After"] != nil)
            #expect(!answer.detail.contains("nowhere"))
        }
    }
}
