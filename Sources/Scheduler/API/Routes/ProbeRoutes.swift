import Hummingbird
import JobModel
import Postgres
import Storage

/// What orchestrators and load balancers ask; no token is needed.
struct ProbeRoutes: Sendable {
    let pool: PostgresPool

    var endpoints: [Endpoint] {
        [
            Endpoint("/livez", [.get: { _, _ in Response(json: ["status": "live"]) }]),
            Endpoint("/readyz", [.get: ready]),
        ]
    }

    private func ready(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try await pool.withConnection { connection in try await Migrator().check(connection) }
        return Response(json: ["status": "ready"])
    }
}
