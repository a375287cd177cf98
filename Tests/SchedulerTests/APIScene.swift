import Access
import Checkpoints
import HTTPTransport
import JobModel
import Logging
import Postgres
import Scheduler
import ServiceLifecycle
import Storage
import TestSupport

/// An API that listens on a free port over a database and a store of its own.
struct APIScene {
    let pool: PostgresPool
    let store: DirectoryStore
    let address: BoundAddress
    let token: AccessToken
    let session: SessionID

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
        let pool = try await TestDatabase.pool()
        let token = AccessToken.mint()
        _ = try await AccessTokenStore(pool).add(token.digest, name: "test")
        let session = try await pool.withConnection { connection in
            try await SessionStore().begin(
                SessionStore.Registration(
                    worker: "worker-1", host: "host-1", pid: 42, version: "1.0", queues: ["default"], slots: 4),
                lease: .seconds(15), on: connection)
        }
        try await serve(pool) { address, store in
            try await test(APIScene(pool: pool, store: store, address: address, token: token, session: session))
        }
        await pool.close()
    }

    /// Runs a test against an API over any database, and shuts the API down gracefully.
    static func serve(
        _ pool: PostgresPool, _ test: (BoundAddress, DirectoryStore) async throws -> Void
    ) async throws {
        let directory = try ScratchStore()
        defer { directory.remove() }
        let store = try await DirectoryStore.open(at: directory.path)
        let (addresses, listening) = AsyncStream.makeStream(of: BoundAddress.self)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let service = APIService(
            APIConfiguration(port: 0), pool: pool, blobs: OutputBlobs(store), notifier: ReadyNotifier(pool),
            logger: logger
        ) { listening.yield($0) }
        let services = ServiceGroup(configuration: ServiceGroupConfiguration(services: [service], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { listening.finish() }
                try await services.run()
            }
            for await address in addresses.prefix(1) { try await test(address, store) }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    // MARK: Requests

    func get(_ path: String) async throws -> Answer { try await Answer.send("GET", path, to: address, token: token.reveal()) }

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

    func claim() async throws -> ClaimedJob {
        let turn = try await QueueStore(pool).turn(session: session, queue: "default", limit: 1)
        guard let job = turn.claimed.first else { throw SceneError.nothingToClaim }
        return job
    }

    func end(_ job: ClaimedJob, _ outcome: JobEnding.Outcome = .succeeded(["ok": true])) async throws {
        let ending = JobEnding(job: job.id, run: job.run, epoch: job.epoch, outcome: outcome)
        _ = try await QueueStore(pool).turn(session: session, ending: [ending], queue: "default", limit: 0)
    }
}

enum SceneError: Error {
    case nothingToClaim
    case unexpected(Answer)
}
