import Access
import Checkpoints
import JobModel
import Postgres
import Scheduler
import Storage
import TestSupport

/// An API that listens on a free port over a database and a store of its own.
struct APIScene {
    /// Where its database is.
    let conninfo: String
    let pool: PostgresPool
    let api: RunningAPI
    let token: AccessToken
    let session: SessionID

    var address: BoundAddress { api.address }
    var store: DirectoryStore { api.store }

    static let workflow = """
        name: report
        params:
          segment: {type: string, default: all}
          count: {type: integer, default: 1}
        jobs:
          extract:
            command: [echo, hi]
          publish:
            needs: [extract]
            command: [echo, bye]
        """

    /// Runs a test against an API over a fresh, migrated database.
    static func play(_ test: (APIScene) async throws -> Void) async throws {
        let conninfo = try await TestDatabase.migrated()
        let pool = PostgresPool(.init(conninfo: conninfo, applicationName: "test"), size: 4)
        let token = AccessToken.mint()
        _ = try await AccessTokenStore(pool).add(token.digest, name: "test")
        let session = try await pool.withConnection { connection in
            try await SessionStore().begin(
                SessionStore.Registration(
                    worker: "worker-1",
                    host: "host-1",
                    pid: 42,
                    version: "1.0",
                    queues: ["default"],
                    slots: 4
                ),
                lease: .seconds(3600),
                on: connection
            )
        }
        try await RunningAPI.serve(pool) { api in
            try await test(APIScene(conninfo: conninfo, pool: pool, api: api, token: token, session: session))
        }
        await pool.close()
    }

    // MARK: Requests

    func get(_ path: String) async throws -> Answer {
        try await Answer.send("GET", path, to: address, token: token.reveal())
    }

    func post(_ path: String, _ body: JSONValue = [:]) async throws -> Answer {
        try await Answer.send("POST", path, to: address, token: token.reveal(), body: body.encoded())
    }

    func send(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> Answer {
        try await Answer.send(method, path, to: address, token: token.reveal(), body: body)
    }

    // MARK: What workers do

    /// Submits the workflow of the scene.
    func submit() async throws -> Int64 {
        let answer = try await post("/v1/runs", ["workflow": .string(Self.workflow)])
        guard let id = answer.json["id"]?.integerValue else { throw SceneError.unexpected(answer) }
        return id
    }

    /// Records so many steps of a claimed job, named `part`.
    func record(_ count: Int, in job: ClaimedJob, result: (Int) -> JSONValue) async throws {
        let reference = JobReference(run: job.run, job: job.id)
        let checkpoints = try await JobCheckpoints.open(in: store, job: reference, epoch: job.epoch)
        for occurrence in 1...count {
            try await checkpoints.record(
                FinishedStep(
                    position: .step(named: "part", occurrence: occurrence),
                    fingerprint: Fingerprint(kind: .step, request: .integer(Int64(occurrence)), after: nil),
                    kind: .step,
                    startedAt: .init(microseconds: 0),
                    endedAt: .init(microseconds: 1),
                    effect: .none,
                    result: result(occurrence)
                )
            )
        }
        checkpoints.close()
    }

    func claim() async throws -> ClaimedJob {
        let turn = try await QueueStore(pool).turn(session: session, queue: "default", limit: 1)
        guard let job = turn.claimed.first else { throw SceneError.nothingToClaim }
        return job
    }

    func end(_ job: ClaimedJob, _ outcome: JobEnding.Outcome = .succeeded(["ok": true])) async throws {
        let ending = JobEnding(of: job, outcome)
        _ = try await QueueStore(pool).turn(session: session, ending: [ending], queue: "default", limit: 0)
    }
}

enum SceneError: Error {
    case nothingToClaim
    case unexpected(Answer)
}
